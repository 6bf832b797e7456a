import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.domain.completeness import (
    final_date,
    missing,
    missing_accounts,
    receivable_account,
    revenue_account,
)
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, Status
from services.invoice_service.domain.line import JOB
from services.invoice_service.domain.settings import ShopSettings
from tests.unit.invoice_service.domain.making import CUSTOMER, NOW, TODAY, drafting, invoice, line, new_id

BOOKED = ShopSettings(connector="ledger", default_revenue_account="4000", default_receivable_account="1200")


def lacking(
    one: Invoice,
    made_from: Drafting | None = None,
    day: dt.date = TODAY,
    rebilled_credit: LinkedInvoice | None = None,
) -> dict[str, str]:
    errors = missing(one, made_from or drafting(), day=day, rebilled_credit=rebilled_credit)
    assert len({error.field for error in errors}) == len(errors)
    return {error.field: error.code for error in errors}


def test_a_complete_one_lacks_nothing() -> None:
    assert lacking(invoice(line("10.00"))) == {}
    assert lacking(invoice(line("10.00"), of=drafting(settings=BOOKED)), drafting(settings=BOOKED)) == {}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tax_code": None}, {"tax_code": "tax_code_missing"}),
        ({"billing_contact": None}, {"billing_contact": "billing_contact_missing"}),
        ({"hold": "prix"}, {"hold": "on_hold"}),
        ({"currency": "USD"}, {"exchange_rate": "exchange_rate_missing"}),
        ({"currency": "USD", "exchange_rate": Decimal("1.3")}, {}),
    ],
)
def test_fields(fields: dict[str, Any], expected: dict[str, str]) -> None:
    assert lacking(invoice(line("10.00"), **fields)) == expected


def test_taxes() -> None:
    untaxed = drafting()
    own, none = line("10.00", tax_code="00"), line("10.00")

    assert lacking(invoice(own, tax_code=None)) == {}
    assert lacking(invoice(own, none, tax_code=None)) == {"tax_code": "tax_code_missing"}
    assert lacking(invoice(own, line(None, None), tax_code=None)) == {}
    assert lacking(invoice(tax_code=None), untaxed) == {
        "tax_code": "tax_code_missing",
        "lines": "no_priced_line",
    }
    assert lacking(invoice(none), day=dt.date(2012, 12, 31)) == {"tax_code": "tax_rate_missing"}


def test_prices() -> None:
    assert lacking(invoice(line(None, None))) == {"lines": "no_priced_line"}
    assert lacking(invoice(line("0.00"))) == {}
    assert lacking(invoice(line("-0.01"))) == {"total": "negative_total"}
    assert lacking(dataclasses.replace(invoice(line("-10.00")), kind="credit_note")) == {}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("job", "PO-1")], {}),
        ([("job", None)], {"po_number": "po_number_missing"}),
        ([("job", "PO-1"), ("job", None)], {"po_number": "po_number_missing"}),
        ([("job", "PO-1"), ("text", None)], {}),
        ([("text", "PO-1")], {}),
        ([("text", None)], {"po_number": "po_number_missing"}),
    ],
)
def test_the_order_number_that_the_buyer_requires(
    lines: list[tuple[str, str | None]], expected: dict[str, str]
) -> None:
    strict = drafting(customer=dataclasses.replace(CUSTOMER, po_required=True))
    made = [line("1.00", kind=kind, job="D-1" if kind == JOB else None, po_number=po) for kind, po in lines]

    assert lacking(invoice(*made, of=strict), strict) == expected
    credit = dataclasses.replace(invoice(*made, of=strict), kind="credit_note")
    assert lacking(credit, strict) == {}


PROSPECT = dataclasses.replace(CUSTOMER, code="C-2", prospect=True)


@pytest.mark.parametrize("made_from", [drafting(customer=PROSPECT, payer=CUSTOMER), drafting(payer=PROSPECT)])
def test_a_prospect_is_not_invoiced_and_may_be_credited(made_from: Drafting) -> None:

    assert lacking(invoice(line("1.00")), made_from) == {"customer": "prospect"}
    assert lacking(dataclasses.replace(invoice(line("1.00")), kind="credit_note"), made_from) == {}


def test_what_comes_to_nothing_needs_no_account() -> None:
    bare = drafting(settings=ShopSettings(connector="ledger", default_receivable_account="1200"))
    free = invoice(line("9.00", "0", tax_code="NS"), line("1.00", gl_account="4444"), of=bare)

    assert lacking(free, bare) == {}


def test_accounts_when_they_are_booked() -> None:
    bare = drafting(settings=ShopSettings(connector="ledger"))
    made = invoice(
        line("1.00"), line(None, None), line("1.00", product="P-1"), line("1.00", gl_account="4444"), of=bare
    )

    assert lacking(made, bare) == {
        "lines[0].gl_account": "gl_account_missing",
        "receivable_account": "receivable_account_missing",
    }
    taxed = dataclasses.replace(
        made,
        totals=dataclasses.replace(
            made.totals, taxes=(dataclasses.replace(made.totals.taxes[0], gl_account=None),)
        ),
    )
    assert "tax_code" not in lacking(taxed, bare)  # its account was given since
    nowhere = dataclasses.replace(bare, tax_codes={})
    assert [error.code for error in missing_accounts(taxed, nowhere)] == [
        "gl_account_missing",
        "receivable_account_missing",
        "tax_account_missing",
    ]
    assert lacking(taxed) == {}


def test_an_account_on_every_line_when_the_shop_wants_it() -> None:
    strict = drafting(settings=dataclasses.replace(BOOKED, line_account_required=True))
    made = invoice(line("1.00"), line("1.00", product="P-1"), line(None, None), of=strict)

    assert lacking(made, strict) == {"lines[0].gl_account": "gl_account_missing"}
    assert lacking(dataclasses.replace(made, kind="credit_note"), strict) == {}


@pytest.mark.parametrize(("day", "locked"), [("2025-06-30", True), ("2025-07-01", False)])
def test_a_locked_period(day: str, *, locked: bool) -> None:
    made_from = drafting(settings=ShopSettings(locked_until=dt.date(2025, 6, 30)))

    found = lacking(invoice(line("1.00")), made_from, day=dt.date.fromisoformat(day))

    assert found == ({"date": "period_locked"} if locked else {})


@pytest.mark.parametrize("status", list(Status))
def test_what_bills_again_waits_for_its_credit(status: Status) -> None:
    credit = LinkedInvoice(new_id(), "PF-2", TODAY, status)

    found = lacking(invoice(line("1.00")), rebilled_credit=credit)

    assert found == ({} if status.final else {"credited_invoice": "credit_not_final"})


def test_the_date_typed_else_the_shops_today() -> None:
    old = invoice(date=dt.date(2025, 7, 1))

    assert final_date(old, drafting(), NOW) == TODAY
    assert final_date(dataclasses.replace(old, manual=("date",)), drafting(), NOW) == dt.date(2025, 7, 1)


def test_where_accounts_come_from() -> None:
    made_from = drafting(settings=BOOKED)
    own = dataclasses.replace(invoice(), receivable_account="1300")

    assert revenue_account(line("1.00", gl_account="5555", product="P-1"), made_from) == "5555"
    assert revenue_account(line("1.00", product="P-1"), made_from) == "4444"
    assert revenue_account(line("1.00"), made_from) == "4000"
    assert (receivable_account(own, made_from), receivable_account(invoice(), made_from)) == ("1300", "1200")
