import dataclasses
import datetime as dt
from decimal import Decimal

from services.invoice_service.domain.invoice import LinkedInvoice, Status
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.snapshot import PrintMaterial, document_snapshot
from services.invoice_service.domain.texts import Localized
from shared.contracts.values import BillingContact, DocumentSnapshot
from tests.unit.invoice_service.domain.making import (
    CUSTOMER,
    DEPOT,
    HOME,
    TODAY,
    drafting,
    final,
    invoice,
    line,
    new_id,
)

MATERIAL = PrintMaterial(
    {"code": "MAIN", "name": "Imprimerie", "gst_number": "123"}, {"total": Localized("Total", "Total")}
)
SETTINGS = ShopSettings(
    show_job_number_on_lines=False,
    template="ours",
    accent_colour="#112233",
    footer=Localized("Bas", "Foot"),
    columns=("description", "total"),
)


def test_it_holds_everything_that_the_paper_says() -> None:
    made_from = drafting(customer=dataclasses.replace(CUSTOMER, addresses=(HOME, DEPOT)), settings=SETTINGS)
    made = final(
        invoice(
            line(
                None,
                "500",
                kind="job",
                job="D-1",
                po_number="PO",
                total_price=Decimal("10.00"),
                ordered_quantity=Decimal(1000),
            ),
            line(None, None),
            of=made_from,
            message="Merci",
            note="jamais sur papier",
        )
    )

    taken = document_snapshot(made, made_from, MATERIAL, credited=None)
    document = DocumentSnapshot.model_validate(taken)

    assert (document.kind, document.stage, document.number, document.version) == (
        "invoice",
        "final",
        "00001",
        1,
    )
    assert (document.date, document.due_date, document.language, document.currency) == (
        TODAY,
        dt.date(2025, 8, 17),
        "fr",
        "CAD",
    )
    assert (document.issuer.name, document.issuer.gst_number) == ("Imprimerie", "123")
    assert (document.sold_to.attention, document.bill_to) == ("Julie Tremblay", None)
    assert document.ship_to is not None
    assert document.ship_to.name == "Entrepôt"
    assert document.payment_term is not None
    assert document.payment_term.fr == "Net 30 jours"
    assert document.payment_method is not None
    assert (document.payment_method.en, document.sales_rep) == ("On account", "Luc Roy")
    first, second = document.lines
    assert (first.total_price, first.taxes, second.total_price) == (Decimal("10.00"), ("TVH-NS",), None)
    assert document.billing_contact == BillingContact(name="Julie Tremblay", email="julie@client.example")
    assert (document.company_currency, document.exchange_rate) == ("CAD", None)
    assert (first.job, first.po_number, first.quantity, first.unit_price, first.total) == (
        "D-1",
        "PO",
        Decimal(500),
        Decimal("0.01"),
        Decimal("5.00"),
    )
    assert (second.description, second.quantity, second.unit_price, second.total) == (
        "Travail",
        None,
        None,
        None,
    )
    assert [(one.name.fr, one.rate, one.base, one.amount) for one in document.taxes] == [
        ("TVH-NS", Decimal("0.14"), Decimal("5.00"), Decimal("0.70"))
    ]
    assert (document.subtotal, document.total, document.message) == (
        Decimal("5.00"),
        Decimal("5.70"),
        "Merci",
    )
    assert document.template == "ours"
    assert document.presentation.model_dump(mode="json") == {
        "show_job_number": False,
        "accent_colour": "#112233",
        "footer": {"fr": "Bas", "en": "Foot"},
        "columns": ["description", "total"],
        "labels": {"total": {"fr": "Total", "en": "Total"}},
    }
    assert "jamais" not in str(taken)


def test_whom_it_is_billed_to_shows_when_it_is_somebody_else() -> None:
    made_from = drafting(payer=dataclasses.replace(CUSTOMER, code="C-2", name="Siège"))

    document = document_snapshot(invoice(of=made_from), made_from, MATERIAL, credited=None)

    assert (document["stage"], document["bill_to"]["name"]) == ("proforma", "Siège")


def test_a_credit_names_what_it_credits_and_is_never_due() -> None:
    link = LinkedInvoice(new_id(), "00007", dt.date(2025, 6, 1), Status.FINAL_SENT)
    credit = dataclasses.replace(
        invoice(), kind="credit_note", credit_reason="papier taché", due_date=TODAY, credited_invoice=link.id
    )

    document = document_snapshot(credit, drafting(), MATERIAL, credited=link)

    assert document["due_date"] is None
    assert document["credited_invoice"] == {"number": "00007", "date": link.date, "reason": "papier taché"}


def test_what_is_not_set_is_not_there() -> None:
    bare = invoice(payment_term=None, payment_method=None, sales_rep=None, ship_to=None, billing_contact=None)

    document = document_snapshot(bare, drafting(), MATERIAL, credited=None)

    names = ("payment_term", "payment_method", "sales_rep", "ship_to", "billing_contact")
    assert [document[name] for name in names] == [None] * 5


def test_an_exchange_rate_is_of_another_currency_than_the_company_s() -> None:
    rate = Decimal("1.3725")
    abroad = invoice(line(None, product="P-1"), currency="USD", exchange_rate=rate)
    at_home = invoice(exchange_rate=rate)

    documents = [document_snapshot(one, drafting(), MATERIAL, credited=None) for one in (abroad, at_home)]

    assert [document["exchange_rate"] for document in documents] == [rate, None]
    assert documents[0]["company_currency"] == "CAD"
    assert documents[0]["lines"][0]["product"] == "P-1"
