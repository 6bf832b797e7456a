"""The tables of the invented shop hold together, whatever day it is."""

import datetime as dt
import re
from collections import Counter
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from services.invoice_service.api.bodies.fields import email_address
from services.invoice_service.domain.declarations import customer_faults
from services.invoice_service.domain.reference import ExtraChargeCode, GlAccount, Product
from services.standalone.demo_data import bills, recent_bills
from services.standalone.demo_data.customers import CLOSED, CUSTOMERS
from services.standalone.demo_data.filling import dated
from services.standalone.demo_data.jobs import JOBS
from services.standalone.demo_data.plan import happenings, numbers_of
from services.standalone.demo_data.reference import RECORDS
from services.standalone.demo_data.rows import business_day

BILLS = (*bills.BY_HAND, *bills.TRANSFERRED, *recent_bills.WITHOUT_LEDGER, *recent_bills.LATELY)
REFUNDS = (*bills.CREDITS_BY_HAND, *recent_bills.CREDITS_LATELY)
TORONTO = ZoneInfo("America/Toronto")
# A week, a leap day, the changes of the clock, and both sides of midnight in the shop.
STARTS = [
    *(dt.datetime(2026, 11, day, 15, tzinfo=dt.UTC) for day in range(20, 27)),
    dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC),
    dt.datetime(2027, 3, 14, 6, 59, tzinfo=dt.UTC),
    dt.datetime(2027, 11, 7, 5, 30, tzinfo=dt.UTC),
    dt.datetime(2027, 1, 1, 4, 59, tzinfo=dt.UTC),
    dt.datetime(2027, 1, 1, 5, 0, tzinfo=dt.UTC),
]


def codes(kind: type[GlAccount | Product | ExtraChargeCode]) -> set[str]:
    return {record.key for record in RECORDS if isinstance(record, kind)}


@pytest.mark.parametrize("begun", STARTS)
def test_three_years_in_order_up_to_now(begun: dt.datetime) -> None:
    today = begun.astimezone(TORONTO).date()

    instants = [instant for instant, _ in dated(happenings(today), begun, TORONTO)]

    assert all(earlier <= later for earlier, later in pairwise(instants))
    assert instants[-1] <= begun
    days = [instant.astimezone(TORONTO).date() for instant in instants]
    assert days[-1] == today
    assert 1095 <= (today - days[0]).days <= 1097
    assert {day.weekday() for day in days if day != today} <= {0, 1, 2, 3, 4}


def test_the_plan_is_the_same_whatever_day_it_is() -> None:
    plans = [
        [(one.day, one.by, one.makes) for one in happenings(start.astimezone(TORONTO).date())]
        for start in STARTS
    ]

    assert all(plan == plans[0] for plan in plans)


def test_a_day_in_the_past_is_one_on_which_people_work() -> None:
    sunday = dt.date(2026, 11, 22)

    assert business_day(sunday, 0) == sunday
    assert business_day(sunday, 1) == business_day(sunday, 2) == dt.date(2026, 11, 20)
    assert business_day(sunday, 6) == dt.date(2026, 11, 16)


def test_everything_has_a_number_of_its_own() -> None:
    every = happenings(dt.date(2026, 11, 24))
    keys = [key for one in every for key in one.makes]

    numbers = numbers_of(every)

    assert len(set(keys)) == len(keys) == 81
    assert numbers[keys[0]] == "PF-0001"
    assert numbers[keys[-1]] == "PF-0081"
    assert {row.key for row in (*BILLS, *REFUNDS)} <= set(keys)


def test_what_a_row_names_is_there() -> None:
    customers = {customer.code for customer in CUSTOMERS}
    jobs = {job.number: job for job in JOBS}
    made = {row.key for row in BILLS}

    assert len(customers) == 40
    assert len(jobs) == 60
    assert {job.customer for job in JOBS} <= customers
    assert {job.account for job in JOBS} <= codes(GlAccount)
    assert {code for job in JOBS for code, _ in job.charges} <= codes(ExtraChargeCode)
    assert {bill.customer for bill in BILLS if bill.customer} <= customers
    assert {bill.again for bill in BILLS if bill.again} <= made
    assert {row.of for row in REFUNDS} <= made
    for bill in BILLS:
        assert all((jobs[number].done or 0) >= bill.day for number in bill.jobs)
        assert all(line.product in codes(Product) for line in bill.lines if line.kind == "product")
        assert all(line.gl_account in codes(GlAccount) for line in bill.lines if line.kind == "gl")


def test_nobody_real_is_named_and_nobody_can_be_written_to() -> None:
    contacts = [contact for customer in CUSTOMERS for contact in customer.contacts]

    assert all(customer_faults(customer) == () for customer in CUSTOMERS)
    mails = [contact.email for contact in contacts if contact.email]
    assert all(re.fullmatch(r"[a-z.-]+@[a-z-]+\.(example|invalid)", mail) for mail in mails)
    # Whatever address the shop proposes can be sent to, be it only to be refused by the mail server.
    mails += [copy for bill in BILLS for copy in bill.cc]
    assert [email_address(mail) for mail in mails] == mails
    phones = [contact.phone for contact in contacts if contact.phone]
    assert all(re.fullmatch(r"\d{3} 555-01\d{2}", phone) for phone in phones)
    assert max(Counter(phones).values()) == 1


def test_english_customers_are_written_to_in_english() -> None:
    english = [customer for customer in CUSTOMERS if customer.language == "en"]

    assert len(english) == 6
    assert {contact.last_name for one in english for contact in one.contacts if contact.id == "c2"} == {
        "Payable"
    }


def test_who_closed_is_no_longer_active() -> None:
    before = {customer.code: customer for customer in CUSTOMERS}

    assert all(before[customer.code].active and not customer.active for customer in CLOSED)
