"""What the comparison sees, and what it does not mind: on the form itself, printed with one thing changed."""

import asyncio
import re
from collections.abc import Mapping

import pytest
from PIL import Image

from services.render_service.engine.pool import Pool
from services.render_service.own_forms import OwnForm
from services.render_service.samples import SAMPLES, logo_of
from services.render_service.templates import house_form
from shared.contracts.values import DocumentSnapshot, Localized, Presentation
from tests.integration.render_service.documents import ROOMY
from tests.visual.pictures import MAY_STRAY, count, picture, shown, strays

SAMPLE = SAMPLES["invoice-fr"]
# In the style of the form: what stands there, and what is put in its place.
MOVED = {
    "the title, 2 mm down": (r"(h1 \{)", r"\1 position: relative; top: 2mm;"),
    "the registration numbers, 2 mm to the right": (r"(\.registrations \{)", r"\1 margin-left: 2mm;"),
    "a hairline, 2 mm up": (r"(\.party h2 \{)", r"\1 position: relative; top: -2mm;"),
    "the footer, 2 mm down": (r"padding-bottom: 10mm;(\n    width: 50%)", r"padding-bottom: 8mm;\1"),
    "the figures of the totals, 2 mm to the left": (
        r"(\.totals td \{ padding: 0\.7mm )0;",
        r"\g<1>2mm 0.7mm 0;",
    ),
    "a column, 2 mm wider": (r"(\.lines \.po_number \{ width: )max\(20mm", r"\1max(22mm"),
}
WORDS = {
    "invoice": ("Facture", "Factures"),
    "quantity": ("Qté livrée", "Qté livree"),
    "subtotal": ("Sous-total", "Sous total"),
    "due_date": ("Échéance", "Échéances"),
}
# Of the document itself: the field and what it has instead.
WRONG: Mapping[str, Mapping[str, object]] = {
    "an accent as dark as the right one": {
        "presentation": SAMPLE.presentation.model_copy(update={"accent_colour": "#763232"})
    },
    "a tax that is not there": {"taxes": SAMPLE.taxes[:1]},
    "a figure of the total": {"total": SAMPLE.total + 1},
}
NUDGED = (r"(body \{\n  margin: )0", r"\g<1>0.05mm 0 0 0.05mm")


def changed(name: str, pattern: str, replacement: str) -> OwnForm:
    """The house's form with one thing changed in its style."""
    files = house_form("standard-1")
    style, times = re.subn(pattern, replacement, files["invoice.css"].decode())
    assert times == 1, name
    return OwnForm("changed", {**files, "invoice.css": style.encode()})


def reworded(key: str) -> Presentation:
    """The presentation with one other word."""
    _, word = WORDS[key]
    return SAMPLE.presentation.model_copy(update={"labels": {key: Localized(fr=word, en=word)}})


async def _printed() -> dict[str, bytes]:
    jobs: dict[str, tuple[DocumentSnapshot, OwnForm | None]] = {
        "as it is": (SAMPLE, None),
        "nudged": (SAMPLE, changed("nudged", *NUDGED)),
        **{name: (SAMPLE, changed(name, *change)) for name, change in MOVED.items()},
        **{key: (SAMPLE.model_copy(update={"presentation": reworded(key)}), None) for key in WORDS},
    }
    jobs |= {name: (SAMPLE.model_copy(update=change), None) for name, change in WRONG.items()}
    async with Pool.running(ROOMY, size=2) as pool:
        pdfs = await asyncio.gather(
            *(pool.render(snapshot, logo_of(snapshot), form) for snapshot, form in jobs.values())
        )
    return dict(zip(jobs, pdfs, strict=True))


@pytest.fixture(scope="module")
def pages() -> Mapping[str, Image.Image]:
    return {name: picture(pdf, 1) for name, pdf in asyncio.run(_printed()).items()}


@pytest.mark.parametrize("change", [*MOVED, *WORDS, *WRONG])
def test_a_small_change_is_seen(pages: Mapping[str, Image.Image], change: str) -> None:
    assert count(strays(pages[change], pages["as it is"])) > MAY_STRAY


def test_the_wrong_accent_is_seen_in_its_colour_only(pages: Mapping[str, Image.Image]) -> None:
    wrong, page = pages["an accent as dark as the right one"], pages["as it is"]

    assert count(strays(wrong.convert("L"), page.convert("L"))) <= MAY_STRAY


def test_the_same_page_has_no_stray(pages: Mapping[str, Image.Image]) -> None:
    assert count(strays(pages["as it is"], pages["as it is"])) == 0


def test_what_nobody_can_see_is_not_minded(pages: Mapping[str, Image.Image]) -> None:
    nudged, page = pages["nudged"], pages["as it is"]

    assert nudged.tobytes() != page.tobytes()
    assert count(strays(nudged, page)) <= MAY_STRAY


def test_a_page_of_another_size_strays_everywhere() -> None:
    assert count(strays(Image.new("RGB", (4, 3)), Image.new("RGB", (3, 4)))) == 12


def test_what_strays_is_shown_beside_both(pages: Mapping[str, Image.Image]) -> None:
    sheet = shown(pages["as it is"], pages["subtotal"])

    reds = sheet.getcolors(maxcolors=sheet.width * sheet.height)
    assert reds is not None
    assert any(colour == (214, 0, 0) for _, colour in reds)
    assert sheet.width > 3 * pages["as it is"].width
