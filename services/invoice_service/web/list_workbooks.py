"""Customers, jobs to bill and batches as workbooks, whole. Their headings are those of their pages."""

from zoneinfo import ZoneInfo

from aiohttp import web

from services.invoice_service.api.batches import LISTING as BATCHES
from services.invoice_service.api.customers import LISTING as CUSTOMERS
from services.invoice_service.api.workbooks.making import Desk, Fill
from services.invoice_service.api.workbooks.sheet import Column, Row
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.batches import ListedBatch
from services.invoice_service.application.ports.work_list import WaitingJob
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.web.customers import billing_city, state_of
from services.invoice_service.web.list_book import asked_for, begun, day_in, fill
from services.invoice_service.web.words import words_in
from services.invoice_service.web.work_list import LISTING as WORK_LIST


def customers(request: web.Request) -> Fill:
    """The customers that the list finds."""
    return asked_for(request, CUSTOMERS, _fill_customers)


def work_list(request: web.Request) -> Fill:
    """The jobs to bill that the list finds."""
    return asked_for(request, WORK_LIST, _fill_work_list)


def batches(request: web.Request) -> Fill:
    """The batches that the list finds."""
    return asked_for(request, BATCHES, _fill_batches)


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
    title, sheet = await begun(uow, context, desk, words("customers.title"), columns)

    def row(customer: Customer) -> Row:
        rep = reps.get(customer.sales_rep or "")
        return Row((customer.code, customer.name, billing_city(customer), rep, state_of(customer, words)))

    await fill(sheet, uow.customers.page, asked, row)
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
    title, sheet = await begun(uow, context, desk, words("work.title"), columns)
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
                day_in(job.completed_at, zone),
                one.view.amount_waiting,
                one.currency,
                ", ".join(one.proformas),
            )
        )

    await fill(sheet, uow.work_list.page, asked, row)
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
    title, sheet = await begun(uow, context, desk, words("batches.title"), columns)
    zone = ZoneInfo((await uow.settings.get()).timezone)

    def row(one: ListedBatch) -> Row:
        counts = [one.outcomes.get(state, 0) for state in ("succeeded", "skipped", "failed")]
        ended = words(f"batches.ended.{'true' if one.ended_at else 'false'}")
        action = words(f"batch.action.{one.action}")
        return Row((action, day_in(one.created_at, zone), one.actor.name, one.total, *counts, ended))

    await fill(sheet, uow.batches.page, asked, row)
    sheet.filter()
    return title
