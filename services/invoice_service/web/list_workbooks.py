"""Lists as workbooks, whole: customers, jobs to bill, batches. Their headings are those of their pages."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web

from services.invoice_service.api.batches import LISTING as BATCHES
from services.invoice_service.api.customers import LISTING as CUSTOMERS
from services.invoice_service.api.lists import ListSpec, list_query
from services.invoice_service.api.workbooks.making import Desk, Fill, refuse_more, written
from services.invoice_service.api.workbooks.sheet import Column, Row, Sheet
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page, every
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.batches import ListedBatch
from services.invoice_service.application.ports.work_list import WaitingJob
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.web.customers import billing_city, state_of
from services.invoice_service.web.words import words_in
from services.invoice_service.web.work_list import LISTING as WORK_LIST

T = TypeVar("T")
_AT_ONCE = 1000
_Filler = Callable[[UnitOfWork, Context, Desk, ListQuery], Awaitable[str]]


def customers(request: web.Request) -> Fill:
    """The customers that the list finds."""
    return _asked(request, CUSTOMERS, _fill_customers)


def work_list(request: web.Request) -> Fill:
    """The jobs to bill that the list finds."""
    return _asked(request, WORK_LIST, _fill_work_list)


def batches(request: web.Request) -> Fill:
    """The batches that the list finds."""
    return _asked(request, BATCHES, _fill_batches)


def _asked(request: web.Request, spec: ListSpec, fill: _Filler) -> Fill:
    asked = list_query(request, spec)
    whole = ListQuery(_AT_ONCE, asked.sort, filters=asked.filters)
    return lambda uow, context, desk: fill(uow, context, desk, whole)


async def _fill_customers(uow: UnitOfWork, context: Context, desk: Desk, asked: ListQuery) -> str:
    words = words_in(desk.language)
    reps = {rep.code: rep.name for rep in await uow.reference.all(SalesRep)}
    columns = (
        Column(words("customers.code"), "text", 14),
        Column(words("column.customer"), "text", 40),
        Column(words("customers.city"), "text", 22),
        Column(words("filter.sales_rep"), "text", 26),
        Column(words("customers.state"), "text", 18),
    )
    title, sheet = await _begun(uow, context, desk, words("customers.title"), columns)

    def row(customer: Customer) -> Row:
        rep = reps.get(customer.sales_rep or "")
        return Row((customer.code, customer.name, billing_city(customer), rep, state_of(customer, words)))

    await _fill(sheet, uow.customers.page, asked, row)
    sheet.filter()
    return title


async def _fill_work_list(uow: UnitOfWork, context: Context, desk: Desk, asked: ListQuery) -> str:
    words = words_in(desk.language)
    columns = (
        Column(words("work.column.job"), "text", 14),
        Column(words("work.column.title"), "text", 36),
        Column(words("column.customer"), "text", 34),
        Column(words("work.column.sales_rep"), "text", 24),
        Column(words("work.column.ordered"), "quantity", 12),
        Column(words("work.column.produced"), "quantity", 12),
        Column(words("work.column.billed"), "quantity", 12),
        Column(words("work.column.remaining"), "quantity", 12),
        Column(words("work.column.completed"), "date", 12),
        Column(words("work.column.amount"), "amount", 16),
        Column(words("customers.currency"), "text", 8),
        Column(words("work.open"), "text", 18),
    )
    title, sheet = await _begun(uow, context, desk, words("work.title"), columns)
    zone = ZoneInfo((await uow.settings.get()).timezone)

    def row(one: WaitingJob) -> Row:
        job = one.view.job
        return Row(
            (
                job.number,
                job.title,
                one.customer_name,
                one.sales_rep,
                job.ordered_quantity,
                job.produced_quantity,
                job.billed,
                job.remaining,
                _day(job.completed_at, zone),
                one.view.amount_waiting,
                one.currency,
                ", ".join(one.proformas),
            )
        )

    await _fill(sheet, uow.work_list.page, asked, row)
    sheet.filter()
    total = words("reports.all")
    sheet.add(
        Row((total, *(None,) * 8, waiting.amount, waiting.currency, None), "total")
        for waiting in await uow.work_list.totals(asked)
    )
    return title


async def _fill_batches(uow: UnitOfWork, context: Context, desk: Desk, asked: ListQuery) -> str:
    words = words_in(desk.language)
    columns = (
        Column(words("batches.column.action"), "text", 26),
        Column(words("batches.column.when"), "date", 12),
        Column(words("batches.column.who"), "text", 26),
        Column(words("batches.column.total"), "count", 11),
        Column(words("batches.column.succeeded"), "count", 11),
        Column(words("batches.column.skipped"), "count", 11),
        Column(words("batches.column.failed"), "count", 11),
        Column(words("batches.state"), "text", 14),
    )
    title, sheet = await _begun(uow, context, desk, words("batches.title"), columns)
    zone = ZoneInfo((await uow.settings.get()).timezone)

    def row(one: ListedBatch) -> Row:
        counts = [one.outcomes.get(state, 0) for state in ("succeeded", "skipped", "failed")]
        ended = words(f"batches.ended.{'true' if one.ended_at else 'false'}")
        action = words(f"batch.action.{one.action}")
        return Row((action, _day(one.created_at, zone), one.actor.name, one.total, *counts, ended))

    await _fill(sheet, uow.batches.page, asked, row)
    sheet.filter()
    return title


async def _begun(
    uow: UnitOfWork, context: Context, desk: Desk, title: str, columns: Sequence[Column]
) -> tuple[str, Sheet]:
    """The name of the file, and the sheet with its headings."""
    settings = await uow.settings.get()
    today = str(settings.today(context.now))
    return f"{title}_{today}", desk.begin(title, today, columns, settings.currency)


async def _fill(
    sheet: Sheet,
    find: Callable[[ListQuery], Awaitable[Page[T]]],
    asked: ListQuery,
    row: Callable[[T], Row],
) -> None:
    """Every row of a list, a page at a time.

    Raises:
        Invalid: too_many_rows.
    """
    some = 0
    async for page in every(find, asked):
        some += len(page.items)
        refuse_more(some)
        await written(sheet, [row(one) for one in page.items])


def _day(at: dt.datetime | None, zone: ZoneInfo) -> dt.date | None:
    return at.astimezone(zone).date() if at else None
