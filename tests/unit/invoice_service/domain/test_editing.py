import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from services.invoice_service.domain.customer_change import read_again, resold
from services.invoice_service.domain.editing import (
    FIELDS,
    new_proforma,
    patched,
    revised,
    settled,
    with_lines,
)
from services.invoice_service.domain.errors import Conflict, Invalid
from services.invoice_service.domain.texts import Localized
from tests.unit.invoice_service.domain.making import (
    CUSTOMER,
    DEPOT,
    HOME,
    JULIE,
    NOW,
    TODAY,
    drafting,
    invoice,
    job,
    line,
    new_id,
)

PAUL = dataclasses.replace(JULIE, id="paul", first_name="Paul", billing_responsible=False)
BOTH = dataclasses.replace(CUSTOMER, addresses=(HOME, DEPOT), contacts=(JULIE, PAUL))
TYPED = {
    "date": dt.date(2025, 1, 2),
    "business_entity": "OTHER",
    "ship_to": "home",
    "billing_contact": "paul",
    "tax_code": "01",
    "payment_term": "NET30",
    "payment_method": "COMPTE",
    "sales_rep": "LR",
    "language": "en",
    "message": "Hello",
    "exchange_rate": Decimal("1.37"),
}


def test_a_new_one_has_the_defaults_of_customer_payer_and_job() -> None:
    payer = dataclasses.replace(
        CUSTOMER,
        code="C-9",
        name="Siège",
        language="en",
        currency="USD",
        sales_rep=None,
        receivable_account="1200",
    )
    buyer = dataclasses.replace(BOTH, bill_to="C-9")
    made_from = drafting(customer=buyer, payer=payer, messages=(Localized("Merci", "Thanks"),))

    made = new_proforma(new_id(), "PF-7", made_from, job=job(ship_to="home"), now=NOW)

    assert (made.version, made.status.value, made.number, made.date) == (1, "proforma_draft", "PF-7", TODAY)
    assert (made.customer, made.payer, made.language, made.currency) == ("C-1", "C-9", "en", "USD")
    assert (made.sales_rep, made.receivable_account, made.message) == ("LR", "1200", "Thanks")
    assert (made.ship_to_address, made.tax_code) == ("home", "QC")
    assert (made.sold_to.attention, made.bill_to.attention) == (None, "Julie Tremblay")
    assert made.due_date == dt.date(2025, 8, 17)
    assert (made.manual, made.lines, made.totals.total) == ((), (), Decimal(0))


def test_today_is_the_shops() -> None:
    evening = dt.datetime(2025, 8, 1, 3, 30, tzinfo=dt.UTC)

    assert new_proforma(new_id(), "PF-7", drafting(), job=None, now=evening).date == dt.date(2025, 7, 31)


def test_what_is_typed_is_manual_and_cleared_it_is_the_default_again() -> None:
    made_from = drafting(customer=BOTH)
    before = invoice(line("100.00"), of=made_from)
    assert set(TYPED) == set(FIELDS)

    typed = patched(before, TYPED, made_from, now=NOW, job=None)
    cleared = patched(typed, dict.fromkeys(FIELDS), made_from, now=NOW, job=None)

    assert typed.manual == tuple(sorted(FIELDS))
    assert typed.billing_contact is not None
    assert (typed.billing_contact.id, typed.sold_to.attention) == ("paul", "Paul Tremblay")
    assert (typed.ship_to_address, typed.due_date) == ("home", dt.date(2025, 2, 1))
    assert [one.amount for one in typed.totals.taxes] == [Decimal("5.00")]
    assert cleared == before


def test_defaults_are_told_apart_from_typed_values_of_the_same_kind() -> None:
    made_from = drafting()
    before = invoice(of=made_from)

    typed = patched(before, {"tax_code": before.tax_code}, made_from, now=NOW, job=None)

    assert (typed.tax_code, typed.manual) == (before.tax_code, ("tax_code",))


def test_everything_unknown_is_told_at_once() -> None:
    unknown = {
        name: "none" for name in FIELDS if name not in ("date", "language", "message", "exchange_rate")
    }
    with pytest.raises(Invalid) as caught:
        patched(invoice(), unknown, drafting(), now=NOW, job=None)

    assert {error.field for error in caught.value.errors} == set(unknown)
    assert {error.code for error in caught.value.errors} == {"unknown_reference"}


def test_note_and_hold_are_off_the_paper() -> None:
    before = invoice()

    edited = patched(before, {"note": "n", "hold": "h"}, drafting(), now=NOW, job=None)

    assert (edited.note, edited.hold, edited.manual) == ("n", "h", ())
    later = NOW + dt.timedelta(hours=1)
    kept = revised(before, edited, later)
    assert (kept.version, kept.updated_at) == (before.version, later)


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({"message": "x"}, 1),
        ({"message": "x", "note": "n"}, 1),
        ({"note": "n"}, 0),
        ({}, 0),
    ],
)
def test_the_version_counts_what_reaches_paper(change: dict[str, str], more: int) -> None:
    before = invoice()
    after = patched(before, change, drafting(), now=NOW, job=None)

    assert revised(before, after, NOW).version == before.version + more


def test_the_tax_code_goes_with_the_address_unless_typed_or_the_customers_own() -> None:
    made_from = drafting(customer=BOTH)
    before = invoice(of=made_from)
    assert before.tax_code == "NS"

    moved = patched(before, {"ship_to": "home"}, made_from, now=NOW, job=None)
    typed = patched(moved, {"tax_code": "01"}, made_from, now=NOW, job=None)
    back = patched(typed, {"ship_to": None}, made_from, now=NOW, job=None)
    own = drafting(customer=dataclasses.replace(BOTH, tax_code="00"))

    assert (moved.tax_code, back.tax_code) == ("QC", "01")
    assert patched(invoice(of=own), {"ship_to": "home"}, own, now=NOW, job=None).tax_code == "00"
    # Cleared together with the address, it is that of the address that comes back.
    assert patched(typed, {"ship_to": None, "tax_code": None}, made_from, now=NOW, job=None).tax_code == "NS"


def test_a_credit_keeps_the_taxes_of_its_invoice_wherever_it_is_shipped() -> None:
    made_from = drafting(customer=BOTH)
    credit = dataclasses.replace(
        invoice(of=made_from), kind="credit_note", credited_invoice=new_id(), tax_code="QC"
    )

    moved = patched(credit, {"ship_to": "depot"}, made_from, now=NOW, job=None)
    with pytest.raises(Invalid) as caught:
        patched(credit, {"tax_code": "01", "exchange_rate": None}, made_from, now=NOW, job=None)

    assert (moved.tax_code, moved.ship_to_address, moved.due_date) == ("QC", "depot", None)
    assert [(error.field, error.code) for error in caught.value.errors] == [
        ("tax_code", "credit_fixed"),
        ("exchange_rate", "credit_fixed"),
    ]


def test_sold_to_another_customer_what_nobody_typed_follows() -> None:
    before = patched(
        invoice(line("100.00"), of=drafting(customer=BOTH)),
        {"date": dt.date(2025, 1, 2), "billing_contact": "paul", "ship_to": "home", "note": "n"},
        drafting(customer=BOTH),
        now=NOW,
        job=None,
    )
    other = dataclasses.replace(CUSTOMER, code="C-2", name="Autre", tax_code="01", payment_term=None)

    after = resold(before, drafting(customer=other), now=NOW)

    assert (after.id, after.number, after.version, after.note) == (
        before.id,
        before.number,
        before.version,
        "n",
    )
    assert (after.customer, after.sold_to.name, after.tax_code, after.payment_term) == (
        "C-2",
        "Autre",
        "01",
        None,
    )
    assert (after.date, after.manual, after.due_date) == (dt.date(2025, 1, 2), ("date",), None)
    assert after.billing_contact is not None
    assert after.billing_contact.id == "julie"
    assert [one.description for one in after.lines] == ["Travail"]
    assert after.totals.total == Decimal("105.00")


def test_a_typed_rate_goes_with_its_currency_and_a_typed_language_keeps_its_message() -> None:
    messages = (Localized("Merci", "Thanks"),)
    american = dataclasses.replace(CUSTOMER, currency="USD")
    before = patched(
        invoice(of=drafting(customer=american, messages=messages)),
        {"exchange_rate": Decimal("1.37"), "language": "en"},
        drafting(customer=american, messages=messages),
        now=NOW,
        job=None,
    )

    after = resold(
        before, drafting(customer=dataclasses.replace(CUSTOMER, code="C-2"), messages=messages), now=NOW
    )

    assert (after.currency, after.exchange_rate, after.manual) == ("CAD", None, ("language",))
    assert (after.language, after.message) == ("en", "Thanks")


def test_the_customer_as_it_is_now_with_what_was_typed() -> None:
    made_from = drafting(customer=BOTH)
    before = patched(
        invoice(line("100.00"), of=made_from),
        {"ship_to": "home", "billing_contact": "paul", "tax_code": "01"},
        made_from,
        now=NOW,
        job=None,
    )
    moved = dataclasses.replace(
        BOTH,
        name="Éditions du Sud",
        payment_term=None,
        addresses=(dataclasses.replace(HOME, line1="99, rue Z"), DEPOT),
        contacts=(JULIE, dataclasses.replace(PAUL, last_name="Roy")),
    )

    after = read_again(before, drafting(customer=moved), now=NOW, job=None)

    assert (after.sold_to.name, after.payment_term, after.tax_code) == ("Éditions du Sud", None, "01")
    assert after.sold_to.address is not None
    assert after.ship_to is not None
    assert after.ship_to.address is not None
    assert (after.sold_to.address.line1, after.ship_to.address.line1) == ("99, rue Z", "99, rue Z")
    assert (after.sold_to.attention, after.manual) == ("Paul Roy", before.manual)
    assert after.lines == before.lines


def test_a_typed_address_or_contact_that_is_gone_stays_as_it_was_copied() -> None:
    made_from = drafting(customer=BOTH)
    before = patched(
        invoice(of=made_from), {"ship_to": "depot", "billing_contact": "paul"}, made_from, now=NOW, job=None
    )

    after = read_again(before, drafting(customer=CUSTOMER), now=NOW, job=None)

    assert (after.ship_to, after.billing_contact) == (before.ship_to, before.billing_contact)


def test_a_credit_keeps_what_its_invoice_said_of_the_customer() -> None:
    credit = dataclasses.replace(invoice(line("1.00")), kind="credit_note")

    assert read_again(credit, drafting(customer=BOTH), now=NOW, job=None) == credit


def test_a_product_is_described_in_the_language_of_the_invoice_unless_that_was_typed() -> None:
    cut = line("25.00", kind="product", product="P-1", description="Coupe")
    worded = dataclasses.replace(cut, id=new_id(), description="Ma coupe", manual=("description",))

    after = patched(invoice(cut, worded), {"language": "en"}, drafting(), now=NOW, job=None)

    assert [one.description for one in after.lines] == ["Cutting", "Ma coupe"]


@pytest.mark.parametrize(
    "fields", [{"kind": "credit_note"}, {"lines": (line("1.00", kind="job", job="D-1"),)}]
)
def test_the_customer_is_fixed(fields: dict[str, object]) -> None:
    with pytest.raises(Conflict) as caught:
        resold(dataclasses.replace(invoice(), **fields), drafting(), now=NOW)  # type: ignore[arg-type]  # a table of values

    assert caught.value.code == "customer_fixed"


def test_lines_bring_their_totals() -> None:
    made = with_lines(invoice(), (line("10.00", "2.5"), line(None, None), line("-5.00")), drafting())

    assert (made.totals.subtotal, made.totals.total) == (Decimal("20.00"), Decimal("23.00"))
    assert [one.taxes for one in made.lines] == [("TPS", "TVQ")] * 3


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ((line("1000000000000000.00"),), {"lines[0].total", "subtotal", "total"}),
        ((line("999999999999999.99"),), {"total"}),
        ((line("600000000000000.00"), line("600000000000000.00")), {"subtotal", "total"}),
        ((line("-1000000000000000.00"), line("1000000000000000.00")), {"lines[0].total", "lines[1].total"}),
    ],
)
def test_amounts_that_can_not_be_kept_are_refused(lines: tuple[object, ...], fields: set[str]) -> None:
    with pytest.raises(Invalid) as caught:
        with_lines(invoice(), lines, drafting())  # type: ignore[arg-type]  # a table of values

    assert {error.field for error in caught.value.errors} == fields
    assert {error.code for error in caught.value.errors} == {"amount_too_large"}


def test_an_address_of_the_payer_that_comes_late_is_copied_once() -> None:
    nowhere = dataclasses.replace(CUSTOMER, addresses=())
    before = invoice(of=drafting(customer=nowhere))
    assert before.bill_to.address is None

    later = settled(before, drafting())
    moved = settled(later, drafting(payer=dataclasses.replace(CUSTOMER, addresses=(DEPOT,))))

    assert later.bill_to.address is not None
    assert moved.bill_to.address == later.bill_to.address
