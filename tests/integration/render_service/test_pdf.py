"""What stands in the PDFs, read back out of them."""

import asyncio
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import cast

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from services.render_service.engine.pool import Pool
from services.render_service.errors import Unprintable
from services.render_service.samples import ISSUER, LOGO, SAMPLES, document, line, logo_of
from shared.contracts.values import CreditedInvoice, DocumentRef, DocumentSnapshot, Localized, Presentation
from tests.integration.render_service.documents import ROOMY
from tests.support.pictures import pictures_in, png
from tests.unit.render_service import snapshots

HOSTILE = (
    "</td></table><script>x</script> <img src='file:///etc/passwd'> <link rel=attachment href=file:///etc/hostname> "
    "<style>@import 'http://169.254.169.254/';</style> {{ 7 * 7 }}"
)
MANY = tuple(
    line(f"Feuillet {number}", str(number), "1.07", job=f"D-{number:04}") for number in range(1, 201)
)


def _credit_note() -> DocumentSnapshot:
    credited = CreditedInvoice(number="00004", date=dt.date(2025, 7, 18), reason="Mal pliés")
    return snapshots.hundred_credited().model_copy(update={"credited_invoice": credited})


DOCUMENTS: dict[str, DocumentSnapshot] = {
    "PF-0015": snapshots.pf_0015(),
    "PF-0015 in English": snapshots.pf_0015().model_copy(update={"language": "en"}),
    "PF-0005": snapshots.pf_0005(),
    "100": snapshots.hundred(),
    "credit note": _credit_note(),
    "200 lines": document(MANY),
    "no line": document(()),
    "one word too long": document([line("m" * 300, "1", "1.00"), line("x", "1", "1.00")]),
    "a line longer than a page": document([line("ligne\n" * 120, "1", "1.00"), line("x", "1", "1.00")]),
    "hostile": document(
        [line(HOSTILE, "1", "1.00", po_number=HOSTILE)],
        message=HOSTILE,
        issuer=ISSUER.model_copy(update={"name": "file:///etc/passwd"}),
        presentation=Presentation(labels={"page": Localized(fr='p"; } @page { size: a4 }', en="p")}),
    ),
    **{
        name: SAMPLES[name]
        for name in (
            "invoice-fr",
            "invoice-en",
            "credit-note-fr",
            "long-names-fr",
            "no-logo-en",
            "proforma-of-many-pages-en",
            "long-credit-note-fr",
            "long-message-fr",
            "us-dollars-fr",
            "tax-of-its-own-number-en",
            "partly-taxed-fr",
        )
    },
}


class Printed:
    """A document that was rendered: its bytes, and what a reader finds in them."""

    def __init__(self, snapshot: DocumentSnapshot, pdf: bytes) -> None:
        self.snapshot = snapshot
        self.pdf = pdf
        self.reader = PdfReader(io.BytesIO(pdf), strict=True)

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page, with plain single spaces and hyphens for minuses."""
        texts = (page.extract_text().replace("\N{MINUS SIGN}", "-") for page in self.reader.pages)
        return [re.sub(r"\s+", " ", text) for text in texts]

    @cached_property
    def text(self) -> str:
        return " ".join(self.pages)


async def _print(snapshots: Iterable[DocumentSnapshot]) -> list[Printed]:
    """Render with two processes."""
    snapshots = list(snapshots)
    async with Pool.running(ROOMY, size=2) as pool:
        pdfs = await asyncio.gather(*(pool.render(snapshot, logo_of(snapshot)) for snapshot in snapshots))
    return [Printed(snapshot, pdf) for snapshot, pdf in zip(snapshots, pdfs, strict=True)]


@pytest.fixture(scope="module")
def printed() -> Mapping[str, Printed]:
    return dict(zip(DOCUMENTS, asyncio.run(_print(DOCUMENTS.values())), strict=True))


SAYS = {
    "PF-0015": """
        Proforma|Ceci n’est pas une facture|PF-0015|2025-07-18|Aucun|D-0024|1 000|15,8127|Sous-total 15 812,65|
        TPS (5 %) 790,63|TVQ (9,975 %) 1 577,31|CAD Grand total 18 180,59 $|page 1 / 1""",  # noqa: RUF001 - the apostrophe is the one that is printed
    "PF-0015 in English": """
        Pro forma|This is not an invoice|None|1,000|15.8127|Subtotal 15,812.65|GST (5%) 790.63|
        QST (9.975%) 1,577.31|CAD Grand total $18,180.59""",
    "PF-0005": "5 000|0,9184|4 592,00|Sous-total 4 592,00|CAD Grand total 4 592,00 $",
    "100": "Facture|Sous-total 100,00|TPS (5 %) 5,00|TVQ (9,975 %) 9,98|CAD Grand total 114,98 $",
    "credit note": """
        Note de crédit|00005|Facture créditée 00004|Date de la facture 2025-07-18|Motif du crédit Mal pliés|
        TPS / GST 123456789 RT0001|TVQ / QST 1234567890 TQ0001|
        Sous-total -100,00|TPS (5 %) -5,00|TVQ (9,975 %) -9,98|CAD Grand total -114,98 $""",
    "invoice-en": """
        Imprimerie des Trois-Épinettes inc.|Sold to C-0153|Attn. Maude Lafleur-Ouellet|Billed to C-0009|
        Shipped to|Entrepôt de la Rivière|Net 30 days|2025-08-17|On account|
        Thank you for your business.""",
    "credit-note-fr": "Note de crédit|Numéro 00005|Qté créditée|-500|TPS (5 %) -22,96|TVQ (9,975 %) -45,81",
    "us-dollars-fr": "Taux de change 1 USD = 1,3652 CAD|Total ($ US)|Sous-total 10 820,00|USD Grand total",
    "tax-of-its-own-number-en": "GST (5%) 509.75|BC PST (7%) 713.65|BC PST PST-1012-5544",
    "partly-taxed-fr": "TPS (5 %) 912,75|TVQ (9,975 %) sur 10 905,00 $ 1 087,77",
}


@pytest.mark.parametrize("name", SAYS)
def test_what_it_says(printed: Mapping[str, Printed], name: str) -> None:
    expected = [text.strip() for text in SAYS[name].split("|")]

    assert [text for text in expected if text not in printed[name].text] == []


def test_a_tax_code_that_is_not_there_yet_leaves_no_trace(printed: Mapping[str, Printed]) -> None:
    assert "TVQ (" not in printed["PF-0005"].text


def test_no_combined_rate(printed: Mapping[str, Printed]) -> None:
    for name, document_ in printed.items():
        assert not re.search(r"14[,.]97", document_.text), name


def test_only_a_pro_forma_is_called_one(printed: Mapping[str, Printed]) -> None:
    for name, document_ in printed.items():
        called_one = re.search("[Pp]ro ?forma", document_.text) is not None
        assert called_one == (document_.snapshot.stage == "proforma"), name


def test_two_hundred_lines_carry_their_sub_total_over(printed: Mapping[str, Printed]) -> None:
    pages = printed["200 lines"].pages

    shown = 0
    for number, page in enumerate(pages, start=1):
        assert "Votre P.O." in page
        assert f"page {number} / {len(pages)}" in page
        before = _sub_total(shown)
        lines = [int(found) for found in re.findall(r"Feuillet (\d+)", page)]
        assert lines == list(range(shown + 1, shown + 1 + len(lines)))
        shown += len(lines)
        assert re.findall(r"Report ([\d ]+,\d\d)", page) == ([before] if number > 1 else [])
        carried = re.findall(r"À reporter ([\d ]+,\d\d)", page)
        assert carried == ([_sub_total(shown)] if number < len(pages) else [])
    assert shown == 200
    assert len(pages) > 4
    assert f"Sous-total {_sub_total(200)} " in pages[-1]


def _sub_total(lines: int) -> str:
    total = sum((item.total or Decimal(0) for item in MANY[:lines]), Decimal(0))
    return f"{total:,.2f}".replace(",", " ").replace(".", ",")


def test_a_credit_carries_its_negative_sub_total_over(printed: Mapping[str, Printed]) -> None:
    first, second, _ = printed["long-credit-note-fr"].pages

    assert (
        re.findall(r"À reporter (-[\d ]+,\d\d)", first) == re.findall(r"Report (-[\d ]+,\d\d)", second) != []
    )


def test_every_page_of_a_pro_forma_says_that_it_is_no_invoice(printed: Mapping[str, Printed]) -> None:
    pages = printed["proforma-of-many-pages-en"].pages

    assert len(pages) > 2
    for page in pages:
        assert "Pro forma — This is not an invoice" in page
        assert "PF-0021 — page" in page


def test_every_page_but_the_first_says_whose_it_is(printed: Mapping[str, Printed]) -> None:
    first, *others = printed["long-credit-note-fr"].pages

    head = "Imprimerie des Trois-Épinettes inc. Note de crédit 00007 — 2025-07-18 — Éditions Caillou-Blanc"
    assert head not in first
    assert all(head in page for page in others)


def test_the_footer_is_on_every_page(printed: Mapping[str, Printed]) -> None:
    pages = printed["long-message-fr"].pages

    assert len(pages) == 2
    assert all("Payable par virement" in page for page in pages)


def test_totals_never_stand_alone() -> None:
    """Around the number of lines that fill a page, the last two lines go over together with the totals."""
    counts = range(9, 16)
    documents = asyncio.run(_print(document([line("Feuillet 0", "1", "2.00")] * count) for count in counts))

    for count, document_ in zip(counts, documents, strict=True):
        assert document_.pages[-1].count("Feuillet 0") >= 2, count
        assert "Grand total" in document_.pages[-1], count
    assert {len(document_.pages) for document_ in documents} == {1, 2}


def test_metadata(printed: Mapping[str, Printed]) -> None:
    for document_ in printed.values():
        snapshot, metadata = document_.snapshot, document_.reader.metadata
        assert metadata is not None
        assert snapshot.number in str(metadata.title)
        assert metadata.author == snapshot.issuer.name
        assert metadata.creation_date == metadata.modification_date
        assert metadata.creation_date is not None
        assert metadata.creation_date.date() == snapshot.date
        root = document_.reader.root_object
        assert str(root["/Lang"]) == f"{snapshot.language}-CA"
        assert str(root["/MarkInfo"]) == "{'/Marked': True}"
        assert "/StructTreeRoot" in root


def test_letter_size_and_bundled_fonts_only(printed: Mapping[str, Printed]) -> None:
    for name, document_ in printed.items():
        for page in document_.reader.pages:
            assert (page.mediabox.width, page.mediabox.height) == (612, 792), name
            fonts = cast("DictionaryObject", cast("DictionaryObject", page["/Resources"])["/Font"])
            names = {str(cast("DictionaryObject", fonts[key])["/BaseFont"]) for key in fonts}
            assert all("+Factures-Sans" in font for font in names), (name, names)


async def test_other_processes_make_the_same_bytes(
    printed: Mapping[str, Printed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "fr_CA.UTF-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    names = ("PF-0015", "invoice-en", "credit note", "long-names-fr")

    again = await _print(DOCUMENTS[name] for name in names)

    for name, document_ in zip(names, again, strict=True):
        assert hashlib.sha256(document_.pdf).digest() == hashlib.sha256(printed[name].pdf).digest(), name


def test_what_looks_like_code_is_text(printed: Mapping[str, Printed]) -> None:
    hostile = printed["hostile"]
    text = re.sub(r"\s", "", hostile.text)

    assert text.count("<script>x</script>") == 3
    assert "{{7*7}}" in text
    assert "root:" not in text
    assert 'p";}@page{size:a4}' in text
    assert len(hostile.pages) == 1
    assert list(hostile.reader.attachments) == ["ubl-invoice.xml"]
    assert not re.search(rb"/(URI|Launch|JavaScript)\b", hostile.pdf)


def test_the_logo_has_an_alternative_text(printed: Mapping[str, Printed]) -> None:
    assert _alternatives(printed["invoice-fr"]) == ["Imprimerie des Trois-Épinettes inc."]
    assert _alternatives(printed["no-logo-en"]) == []


def _alternatives(document_: Printed) -> list[str]:
    """The alternative texts of the figures in the structure tree."""
    found = []
    root = document_.reader.root_object
    waiting: list[PdfObject | None] = [root["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if node is not None else None
        if isinstance(node, ArrayObject):
            waiting.extend(node)
        elif isinstance(node, DictionaryObject):
            if node.get("/S") == "/Figure":
                found.append(str(node.get("/Alt")))
            waiting.append(node.get("/K"))
    return found


async def test_no_form_without_the_logo_that_it_should_have() -> None:
    logos = {
        None: "bad_logo",
        png(): "bad_logo",
        _logo("<path", '<image href="http://169.254.169.254/a.png"/><path'): "bad_logo",
        _logo("<path", '<use href="file:///etc/passwd"/><path'): "bad_logo",
        _logo('d="M48 2', 'transform="rotate(x)" d="M48 2'): "render_failed",
        _logo('viewBox="4 2 88 60"', 'viewBox="a b c d"'): "render_failed",
    }
    async with Pool.running(ROOMY, size=1) as pool:
        for logo, code in logos.items():
            with pytest.raises(Unprintable) as raised:
                await pool.render(snapshots.plain(issuer=ISSUER), logo)
            assert raised.value.code == code, logo


def _logo(old: str, new: str) -> bytes:
    assert old in LOGO
    return LOGO.replace(old, new, 1).encode()


async def test_a_picture_of_pixels_is_in_the_file() -> None:
    snapshot = snapshots.with_logo(DocumentRef(key="logos/a.png", sha256="0" * 64, size=1), "image/png")
    async with Pool.running(ROOMY, size=1) as pool:
        shown = await pool.render(snapshot, png(7, 5))
        unasked = await pool.render(snapshots.plain(), png(7, 5))

    assert pictures_in(shown) == [(7, 5)]
    assert pictures_in(unasked) == []
