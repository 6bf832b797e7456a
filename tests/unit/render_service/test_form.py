"""The printable view of a snapshot, string by string. `_` stands for a no-break space, `-` for a minus."""

import datetime as dt
from decimal import Decimal

import pytest

from services.render_service.errors import Unprintable
from services.render_service.form import Field, Form, form_of
from services.render_service.samples import GST, ISSUER, QST, SAMPLES, document, line
from shared.contracts.values import (
    CreditedInvoice,
    DocumentLine,
    DocumentSnapshot,
    DocumentTax,
    Localized,
    Presentation,
)
from tests.unit.render_service import snapshots


def _plain_spaces(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", "_").replace("\N{MINUS SIGN}", "-")


def _totals(form: Form) -> list[tuple[str, str]]:
    fields = (form.subtotal, *form.taxes, form.grand_total)
    return [(_plain_spaces(field.label), _plain_spaces(field.text)) for field in fields]


def _fields(fields: tuple[Field, ...]) -> dict[str, str]:
    return {field.label: field.text for field in fields}


@pytest.mark.parametrize(
    ("snapshot", "totals"),
    [
        (
            snapshots.pf_0015(),
            [
                ("Sous-total", "15_812,65"),
                ("TPS (5_%)", "790,63"),
                ("TVQ (9,975_%)", "1_577,31"),
                ("CAD Grand total", "18_180,59_$"),
            ],
        ),
        (snapshots.pf_0005(), [("Sous-total", "4_592,00"), ("CAD Grand total", "4_592,00_$")]),
        (
            snapshots.hundred(),
            [
                ("Sous-total", "100,00"),
                ("TPS (5_%)", "5,00"),
                ("TVQ (9,975_%)", "9,98"),
                ("CAD Grand total", "114,98_$"),
            ],
        ),
        (
            snapshots.hundred_credited(),
            [
                ("Sous-total", "-100,00"),
                ("TPS (5_%)", "-5,00"),
                ("TVQ (9,975_%)", "-9,98"),
                ("CAD Grand total", "-114,98_$"),
            ],
        ),
        (
            snapshots.pf_0015().model_copy(update={"language": "en"}),
            [
                ("Subtotal", "15,812.65"),
                ("GST (5%)", "790.63"),
                ("QST (9.975%)", "1,577.31"),
                ("CAD Grand total", "$18,180.59"),
            ],
        ),
    ],
    ids=["PF-0015", "PF-0005", "100", "100 credited", "PF-0015 in English"],
)
def test_the_worked_examples(snapshot: DocumentSnapshot, totals: list[tuple[str, str]]) -> None:
    assert _totals(form_of(snapshot)) == totals


def test_what_is_printed_is_what_the_snapshot_says_not_a_sum() -> None:
    wrong = snapshots.hundred().model_copy(update={"total": Decimal("1.00"), "subtotal": Decimal("2.00")})

    form = form_of(wrong)

    assert _plain_spaces(form.grand_total.text) == "1,00_$"
    assert _plain_spaces(form.subtotal.text) == "2,00"


def test_no_combined_rate_anywhere() -> None:
    assert "14,975" not in repr(form_of(snapshots.pf_0015()))


def test_one_tax_at_two_rates_is_two_rows() -> None:
    def tvh(rate: str, base: str, amount: str) -> DocumentTax:
        return DocumentTax(
            code="TVH",
            name=Localized(fr="TVH", en="HST"),
            rate=Decimal(rate),
            base=Decimal(base),
            amount=Decimal(amount),
        )

    taxes = (tvh("0.15", "10", "1.50"), tvh("0.14", "20", "2.80"))
    form = form_of(snapshots.plain(taxes=taxes))

    assert [_plain_spaces(tax.label) for tax in form.taxes] == [
        "TVH (15_%) sur 10,00_$",
        "TVH (14_%) sur 20,00_$",
    ]


@pytest.mark.parametrize(
    ("changes", "title", "notice"),
    [
        ({}, "Facture", None),
        ({"language": "en"}, "Invoice", None),
        ({"kind": "credit_note"}, "Note de crédit", None),
        ({"kind": "credit_note", "language": "en"}, "Credit note", None),
        ({"stage": "proforma"}, "Proforma", "Ceci n’est pas une facture"),  # noqa: RUF001 - French
        ({"stage": "proforma", "language": "en"}, "Pro forma", "This is not an invoice"),
        (
            {"stage": "proforma", "kind": "credit_note", "language": "en"},
            "Pro forma credit note",
            "This is not a credit note",
        ),
    ],
)
def test_what_the_document_is(changes: dict[str, str], title: str, notice: str | None) -> None:
    form = form_of(snapshots.plain(**changes))

    assert (form.title, form.notice, form.running_title) == (title, notice, f"{title} 00004")


def test_the_fields_of_an_invoice() -> None:
    assert _fields(form_of(snapshots.plain()).fields) == {
        "Date": "2025-07-18",
        "Termes de paiement": "Net 30 jours",
        "Échéance": "2025-08-17",
        "Mode de paiement": "Porté au compte",
        "Représentant": "Étienne Labonté",
    }


def test_absent_fields_leave_no_label_behind() -> None:
    bare = snapshots.plain(due_date=None, payment_term=None, payment_method=None, sales_rep=None, message="")
    form = form_of(bare)

    assert list(_fields(form.fields)) == ["Date"]
    assert form.number == Field("Numéro", "00004")
    assert form.message is None
    assert form.credit == ()
    assert form.footer is None


def test_nobody_pays_a_credit_note() -> None:
    labels = _fields(form_of(SAMPLES["credit-note-fr"]).fields)

    assert "Termes de paiement" not in labels
    assert "Échéance" not in labels
    assert "Mode de paiement" in labels


def test_a_foreign_currency_comes_with_its_rate() -> None:
    fields = _fields(form_of(SAMPLES["us-dollars-en"]).fields)

    assert fields["Exchange rate"] == "1 USD = 1.36525 CAD"
    assert "Exchange rate" not in _fields(form_of(snapshots.plain(language="en")).fields)


def test_a_rate_that_is_not_set_yet_leaves_no_trace() -> None:
    form = form_of(snapshots.plain(currency="USD", company_currency="CAD", stage="proforma"))

    assert "Taux de change" not in _fields(form.fields)


def test_a_tax_says_its_base_when_some_lines_are_not_taxed() -> None:
    labels = [_plain_spaces(tax.label) for tax in form_of(SAMPLES["partly-taxed-fr"]).taxes]

    assert labels == ["TPS (5_%)", "TVQ (9,975_%) sur 10_905,00_$"]


def test_the_head_of_the_other_pages_says_whose_document_it_is() -> None:
    form = form_of(snapshots.plain())

    assert form.running_head == "Facture 00004 — 2025-07-18 — Éditions Caillou-Blanc"


def test_large_figures_make_a_dense_table() -> None:
    dense = [name for name, snapshot in SAMPLES.items() if form_of(snapshot).dense]

    assert dense == ["large-amounts-en"]


def test_a_credit_note_says_what_it_credits_and_why() -> None:
    credited = CreditedInvoice(number="00004", date=dt.date(2025, 7, 18), reason="Mal pliés")
    form = form_of(snapshots.plain(kind="credit_note", credited_invoice=credited))

    assert _fields(form.credit) == {
        "Facture créditée": "00004",
        "Date de la facture": "2025-07-18",
        "Motif du crédit": "Mal pliés",
    }
    assert _fields(form.registrations) == {
        "TPS / GST": "123456789 RT0001",
        "TVQ / QST": "1234567890 TQ0001",
    }


def test_a_tax_with_a_number_of_its_own_is_printed_with_it_once() -> None:
    pst = ("PST", Localized(fr="TVP", en="PST"), Decimal("0.07"), "PST-1000-5678")
    federal = (*GST[:3], ISSUER.gst_number)
    form = form_of(document([line("x", "1", "1")], (federal, pst), language="en"))

    assert _fields(form.registrations) == {
        "GST / TPS": "123456789 RT0001",
        "QST / TVQ": "1234567890 TQ0001",
        "PST": "PST-1000-5678",
    }


def test_an_issuer_without_numbers() -> None:
    issuer = ISSUER.model_copy(update={"gst_number": None, "qst_number": ""})

    assert form_of(snapshots.plain(issuer=issuer)).registrations == ()


def test_the_running_sub_total_goes_with_each_line() -> None:
    lines = (
        line("a", "1", "1000.10"),
        DocumentLine(kind="text", description="sans prix"),
        line("b", "1", "-0.20"),
        line("c", "1", "6147.15"),
    )
    rows = form_of(document(lines)).rows

    assert [_plain_spaces(row.carried) for row in rows] == [
        "À reporter  1_000,10",
        "À reporter  1_000,10",
        "À reporter  999,90",
        "À reporter  7_147,05",
    ]
    assert _plain_spaces(rows[-1].brought) == "Report  7_147,05"


def test_a_shop_may_replace_any_label() -> None:
    presentation = Presentation(
        labels={
            "invoice": Localized(fr="Compte", en="Bill"),
            "grand_total": Localized(fr="À payer", en=""),
            "email_greeting": Localized(fr="Bonjour", en="Hello"),
        },
        footer=Localized(fr="Merci", en=""),
    )
    french = form_of(snapshots.plain(presentation=presentation))
    english = form_of(snapshots.plain(presentation=presentation, language="en"))

    assert (french.title, french.grand_total.label, french.footer) == ("Compte", "CAD À payer", "Merci")
    assert (english.title, english.grand_total.label, english.footer) == ("Bill", "CAD Grand total", None)


def test_parties() -> None:
    sold_to, ship_to = form_of(SAMPLES["invoice-fr"]).parties

    assert (sold_to.heading, sold_to.code, sold_to.name) == ("Vendu à", "C-0153", "Éditions Caillou-Blanc")
    assert [_plain_spaces(text) for text in sold_to.lines] == [
        "a/s Maude Lafleur-Ouellet",
        "88, rue du Vieux-Quai",
        "bureau 300",
        "Sainte-Aurore QC__J4H 0Z9",
        "Canada",
    ]
    assert (ship_to.heading, ship_to.lines[0]) == ("Expédié à", "Entrepôt de la Rivière")


def test_the_payer_is_there_when_it_is_another() -> None:
    headings = [party.heading for party in form_of(SAMPLES["invoice-en"]).parties]

    assert headings == ["Sold to", "Billed to", "Shipped to"]


def test_a_code_is_not_repeated() -> None:
    assert [party.code for party in form_of(SAMPLES["invoice-en"]).parties] == ["C-0153", "C-0009", ""]


def test_a_party_of_a_name_only() -> None:
    party = snapshots.plain().sold_to.model_copy(update={"attention": None, "address": None})

    assert form_of(snapshots.plain(sold_to=party)).parties[0].lines == ()


def test_the_name_of_a_place_is_not_repeated() -> None:
    party = snapshots.plain().sold_to
    assert party.address is not None
    here = party.model_copy(update={"address": party.address.model_copy(update={"name": party.name})})

    assert party.name not in form_of(snapshots.plain(sold_to=here)).parties[0].lines


def test_the_issuer() -> None:
    form = form_of(SAMPLES["invoice-fr"])

    assert form.author == "Imprimerie des Trois-Épinettes inc."
    assert form.has_logo
    assert form.issuer[-3:] == (
        "418 555-0142",
        "comptes@trois-epinettes.example",
        "www.trois-epinettes.example",
    )
    bare = ISSUER.model_copy(
        update={"address": None, "phone": None, "email": None, "website": None, "logo": None}
    )
    form = form_of(snapshots.plain(issuer=bare))
    assert (form.issuer, form.has_logo) == ((), False)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_language_of_the_document(language: str) -> None:
    form = form_of(snapshots.plain(language=language))

    assert (form.locale, form.created) == (f"{language}-CA", "2025-07-18")


def test_an_accent_colour_that_is_none() -> None:
    with pytest.raises(Unprintable) as raised:
        form_of(snapshots.plain(presentation=Presentation(accent_colour="red; } body { display: none")))

    assert raised.value.code == "bad_accent_colour"


def test_the_samples_add_up() -> None:
    for name, snapshot in SAMPLES.items():
        total = snapshot.subtotal + sum(tax.amount for tax in snapshot.taxes)
        assert snapshot.total == total, name
    assert {len(snapshot.taxes) for snapshot in SAMPLES.values()} == {0, 1, 2, 3}
    assert (GST[2], QST[2]) == (Decimal("0.05"), Decimal("0.09975"))
