import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from services.invoice_service.domain.drafting import (
    PaymentTerm,
    check_customer,
    check_job,
    default_billing_contact,
    default_message,
    default_ship_to_address,
    default_tax_code,
    due_date,
)
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.texts import Localized
from tests.unit.invoice_service.domain.making import (
    CUSTOMER,
    DEPOT,
    HOME,
    JULIE,
    TAX_CODES,
    charge,
    drafting,
    job,
)

NAME = Localized("x", "x")


@pytest.mark.parametrize(
    ("day", "term", "due"),
    [
        ("2025-07-18", PaymentTerm("N", NAME, days=30), "2025-08-17"),
        ("2025-07-18", PaymentTerm("N", NAME), "2025-07-18"),
        ("2025-12-31", PaymentTerm("N", NAME, days=1), "2026-01-01"),
        ("2025-07-18", PaymentTerm("N", NAME, days=30, end_of_month=True), "2025-08-31"),
        ("2025-01-31", PaymentTerm("N", NAME, days=0, end_of_month=True), "2025-01-31"),
        ("2025-01-15", PaymentTerm("N", NAME, days=30, end_of_month=True), "2025-02-28"),
        ("2024-01-31", PaymentTerm("N", NAME, days=29, end_of_month=True), "2024-02-29"),
        ("2025-07-18", None, None),
    ],
)
def test_due_date(day: str, term: PaymentTerm | None, due: str | None) -> None:
    expected = dt.date.fromisoformat(due) if due else None
    assert due_date(dt.date.fromisoformat(day), term) == expected


@pytest.mark.parametrize(
    ("own", "province", "expected"),
    [
        (None, "QC", "QC"),
        (None, "NS", "NS"),
        (None, "BC", None),
        (None, None, None),
        ("01", "NS", "01"),
        ("00", None, "00"),
    ],
)
def test_the_tax_code_is_the_customers_else_that_of_the_province(
    own: str | None, province: str | None, expected: str | None
) -> None:
    customer = dataclasses.replace(CUSTOMER, tax_code=own)
    assert default_tax_code(customer, province, TAX_CODES) == expected


def test_the_messages_stand_one_below_the_other() -> None:
    messages = (Localized("Merci", "Thanks"), Localized("À bientôt", "Bye"))

    assert default_message(messages, "fr") == "Merci\nÀ bientôt"
    assert default_message(messages, "en") == "Thanks\nBye"
    assert default_message((), "fr") is None


def test_the_active_contact_who_is_responsible_is_billed() -> None:
    other = dataclasses.replace(JULIE, id="old", active=False)
    plain = dataclasses.replace(JULIE, id="plain", billing_responsible=False)
    customer = dataclasses.replace(CUSTOMER, contacts=(other, plain, JULIE))

    contact = default_billing_contact(customer)

    assert contact is not None
    assert (contact.id, contact.name, contact.email) == ("julie", "Julie Tremblay", "julie@client.example")
    assert default_billing_contact(dataclasses.replace(CUSTOMER, contacts=(other, plain))) is None


@pytest.mark.parametrize(
    ("addresses", "ship_to", "expected"),
    [
        ((HOME, DEPOT), None, "depot"),
        ((HOME,), None, "home"),
        ((HOME, DEPOT), "home", "home"),
        ((HOME, DEPOT), "gone", "depot"),
        ((HOME, DEPOT, dataclasses.replace(DEPOT, id="main", is_main=True)), None, "main"),
        ((), None, None),
    ],
)
def test_where_it_is_shipped(
    addresses: tuple[object, ...], ship_to: str | None, expected: str | None
) -> None:
    made_from = drafting(customer=dataclasses.replace(CUSTOMER, addresses=addresses))  # type: ignore[arg-type]  # a table of values

    assert default_ship_to_address(made_from, job(ship_to=ship_to)) == expected
    if ship_to is None:
        assert default_ship_to_address(made_from, None) == expected


@pytest.mark.parametrize(
    "fields", [{"active": False}, {"prospect": True}, {"active": False, "prospect": True}]
)
def test_who_can_not_be_billed_is_refused(fields: dict[str, bool]) -> None:
    with pytest.raises(Conflict) as caught:
        check_customer(dataclasses.replace(CUSTOMER, **fields))  # type: ignore[arg-type]  # a table of values

    assert (caught.value.code, caught.value.data) == ("customer_not_billable", {"customer": "C-1"})
    check_customer(CUSTOMER)


BILLED = Decimal(1000)


@pytest.mark.parametrize(
    ("of", "code", "forced"),
    [
        (job(status="pending_launch"), "job_not_launched", "job_not_launched"),
        (job(status="cancelled"), "job_cancelled", "job_cancelled"),
        (job(payer="C-2"), "other_payer", "other_payer"),
        (job(currency="USD"), "other_currency", "other_currency"),
        (job(billed=BILLED), "job_fully_billed", None),
        (job(billed=BILLED, extra_charges=(charge(billed=Decimal(1)),)), "job_fully_billed", None),
        (job(billed=BILLED, extra_charges=(charge(),)), None, None),
        (job(status="in_production", payer="C-1", currency="CAD"), None, None),
        (job(ordered_quantity=Decimal(0)), "job_fully_billed", None),
    ],
)
def test_jobs_that_can_not_be_billed_are_refused(of: Job, code: str | None, forced: str | None) -> None:
    for force, expected in ((False, code), (True, forced)):
        if expected is None:
            check_job(of, drafting(of), force=force)
            continue
        with pytest.raises(Conflict) as caught:
            check_job(of, drafting(of), force=force)
        assert (caught.value.code, caught.value.data) == (expected, {"job": "D-1"})
