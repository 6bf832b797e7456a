"""Three years of the shop as a list of what happens, oldest first: the tables, put in order.

The order says which pro forma number each invoice gets, so that a later start finds what an earlier one has made.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from services.invoice_service.api.auth import BOOTSTRAP
from services.invoice_service.application.context import Context
from services.invoice_service.application.delete_invoice import delete_invoice
from services.invoice_service.application.edit_invoice import edit_invoice
from services.invoice_service.application.edit_settings import edit_settings
from services.invoice_service.application.finalize import finalize
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_customer import put_customer
from services.invoice_service.domain.actors import SYSTEM, Actor
from services.standalone.demo_data import bills, recent_bills
from services.standalone.demo_data.clerk import Numbers, complete, draw_up, enter_by_hand, mail, refund
from services.standalone.demo_data.customers import CLOSED
from services.standalone.demo_data.jobs import JOBS
from services.standalone.demo_data.opening import open_shop
from services.standalone.demo_data.people import ACCOUNTANT, ADMIN, BILLER, PRODUCTION, Person
from services.standalone.demo_data.production import report, report_completion
from services.standalone.demo_data.rows import Bill, Deletion, JobRow, Refund

_OPENED = 1095
_DOORS_CLOSED = 610
_LOCKED = 380
_LOCKED_BEFORE = 400

Act = Callable[[UnitOfWork, Context, Numbers], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens so many days ago. `makes` names the pro formas that it makes, in order.

    What `act` returns is then the numbers of these.
    """

    day: int
    by: Person | Actor
    act: Act
    makes: tuple[str, ...] = ()


def happenings(today: dt.date) -> Sequence[Happening]:
    """All that happens, in order; what happens on the same day, as the tables have it."""
    every = [*_shop(today)]
    for job in JOBS:
        every.extend(_job(job))
    for bill in (*bills.BY_HAND, *bills.TRANSFERRED, *recent_bills.WITHOUT_LEDGER, *recent_bills.LATELY):
        every.extend(_bill(bill))
    for row in (*bills.CREDITS_BY_HAND, *recent_bills.CREDITS_LATELY):
        every.extend(_refund(row))
    every.extend(_deletion(row) for row in recent_bills.DELETIONS)
    return sorted(every, key=lambda one: -one.day)


def numbers_of(every: Sequence[Happening]) -> Numbers:
    """The pro forma number of everything that is made."""
    keys = [key for one in every for key in one.makes]
    return {key: f"PF-{place:04}" for place, key in enumerate(keys, start=1)}


def _shop(today: dt.date) -> Iterator[Happening]:
    locked_until = (today - dt.timedelta(days=_LOCKED_BEFORE)).replace(day=1) - dt.timedelta(days=1)
    yield Happening(_OPENED, SYSTEM, lambda uow, context, _: open_shop(uow, context))
    yield Happening(bills.CONNECTED, ADMIN, _settings(connector="beancount"))
    yield Happening(_DOORS_CLOSED, BILLER, _close_doors)
    yield Happening(_LOCKED, ACCOUNTANT, _settings(locked_until=locked_until))
    yield Happening(recent_bills.DISCONNECTED, ADMIN, _settings(connector="none"))
    yield Happening(recent_bills.RECONNECTED, ADMIN, _settings(connector="beancount"))


def _settings(**values: object) -> Act:
    return lambda uow, context, _: edit_settings(uow, context, values)


async def _close_doors(uow: UnitOfWork, context: Context, _: Numbers) -> None:
    for customer in CLOSED:
        await put_customer(uow, context, customer)


def _job(row: JobRow) -> Iterator[Happening]:
    def stands(status: str) -> Act:
        return lambda uow, context, _: report(uow, context, row, status)

    launched = "pending_launch" if row.status == "pending_launch" else "in_production"
    yield Happening(row.launched, PRODUCTION, stands(launched))
    if row.done is not None and not row.by_message:
        yield Happening(row.done, PRODUCTION, stands("production_complete"))
    if row.closed is not None:
        yield Happening(row.closed, PRODUCTION, stands(row.status))


def _bill(bill: Bill) -> Iterator[Happening]:
    if bill.by_itself:
        job = next(row for row in JOBS if row.number == bill.jobs[0])
        yield Happening(
            bill.day, PRODUCTION, lambda uow, context, _: report_completion(uow, context, job), (bill.key,)
        )
        yield Happening(
            bill.day,
            BILLER,
            lambda uow, context, numbers: complete(uow, context, bill, numbers[bill.key]),
        )
    else:
        yield Happening(
            bill.day,
            ACCOUNTANT if bill.over else BILLER,
            lambda uow, context, numbers: draw_up(uow, context, bill, numbers),
            (bill.key,),
        )
    if bill.favourite:
        yield Happening(bill.day, BOOTSTRAP, _favourite(bill.key))
    if bill.proforma_mailed is not None:
        yield Happening(bill.day - bill.proforma_mailed, BILLER, _mail(bill.key))
    if bill.final is not None:
        yield Happening(bill.day - bill.final, ACCOUNTANT, _finalize(bill.key))
        if bill.mailed:
            yield Happening(bill.day - bill.final, BILLER, _mail(bill.key, bill.cc))
    if bill.by_hand is not None:
        yield Happening(bill.day - bill.by_hand, ACCOUNTANT, _enter_by_hand(bill.key))


def _refund(row: Refund) -> Iterator[Happening]:
    keys = (row.key, *((row.rebill,) if row.rebill else ()))
    yield Happening(
        row.day, ACCOUNTANT, lambda uow, context, numbers: refund(uow, context, row, numbers), keys
    )
    if row.proforma_mailed is not None:
        yield Happening(row.day - row.proforma_mailed, BILLER, _mail(row.key))
    if row.final is not None:
        # The credit first: until it is final, what bills again can't be.
        for key in keys:
            yield Happening(row.day - row.final, ACCOUNTANT, _finalize(key))
            yield Happening(row.day - row.final, BILLER, _mail(key))
    if row.by_hand is not None:
        for key in keys:
            yield Happening(row.day - row.by_hand, ACCOUNTANT, _enter_by_hand(key))


def _deletion(row: Deletion) -> Happening:
    return Happening(
        row.day,
        BILLER,
        lambda uow, context, numbers: delete_invoice(uow, context, numbers[row.of], based_on=None),
    )


def _finalize(key: str) -> Act:
    return lambda uow, context, numbers: finalize(uow, context, numbers[key])


def _mail(key: str, cc: tuple[str, ...] = ()) -> Act:
    return lambda uow, context, numbers: mail(uow, context, numbers[key], cc)


def _enter_by_hand(key: str) -> Act:
    return lambda uow, context, numbers: enter_by_hand(uow, context, numbers[key])


def _favourite(key: str) -> Act:
    return lambda uow, context, numbers: edit_invoice(
        uow, context, numbers[key], {"favourite": True}, based_on=None
    )
