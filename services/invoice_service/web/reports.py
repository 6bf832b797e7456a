"""Reports: the index, the sales of a period with their sums, the taxes for the return."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from aiohttp import web

from services.invoice_service.api.lists import Filter
from services.invoice_service.api.problems import status_of
from services.invoice_service.api.reports import SALES, TAXES, wanted_sales, wanted_taxes
from services.invoice_service.api.transact import read
from services.invoice_service.application.choose_finals import Wanted, choose_finals
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.records import BusinessEntity
from services.invoice_service.application.report_sales import report_sales
from services.invoice_service.application.report_taxes import report_taxes
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.domain.reports import (
    GroupBy,
    Period,
    SalesGroup,
    SalesLine,
    SalesReport,
    TaxReport,
)
from services.invoice_service.web.chart import Chart, Point, rows
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.formats import money
from services.invoice_service.web.links import address_with
from services.invoice_service.web.record_list import without_empty
from services.invoice_service.web.view import page, view_of

MOST_LINES = 250
"""So many finals are shown one by one; of more, a page shows the sums alone."""
_MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class _Found:
    """A report, what its form offers; each final, unless there are too many to show."""

    report: SalesReport
    ready: "_Ready"
    lines: Mapping[str | None, Sequence[SalesLine]] | None


@dataclass(frozen=True, slots=True)
class _Ready:
    """What the forms offer, and today."""

    today: dt.date
    sales_reps: tuple[SalesRep, ...]
    entities: tuple[BusinessEntity, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that is often asked for."""

    name: str
    address: str
    chosen: bool


async def index(request: web.Request) -> web.Response:
    """The page that leads to them."""
    return page(request, "reports.html")


async def sales(request: web.Request) -> web.Response:
    """The sales of a period, each final under its customer or sales rep."""
    if (tidy := without_empty(request, request.path)) is not None:
        return tidy
    try:
        wanted, by = wanted_sales(request)
        found = await read(request, lambda uow, context: _sales(uow, context, wanted, by))
    except Invalid as refusal:
        return await _refused(request, "sales", refusal)
    report = found.report
    return page(
        request,
        "report_sales.html",
        report=report,
        lines=found.lines,
        chart=_chart(request, report),
        detail="",
        **_asked(request, "sales", SALES, found.ready, report.period),
    )


async def _sales(uow: UnitOfWork, context: Context, wanted: Wanted, by: GroupBy) -> _Found:
    chosen = await choose_finals(uow, context, wanted)
    report = await report_sales(uow, chosen, by)
    lines: dict[str | None, Sequence[SalesLine]] | None = None
    if report.sales.invoices + report.sales.credit_notes <= MOST_LINES:
        every = [line async for some in uow.reports.sales_lines(chosen, by) for line in some]
        lines = {code: list(group) for code, group in groupby(every, lambda line: line.group(by))}
    return _Found(report, await _ready(uow, context), lines)


async def taxes(request: web.Request) -> web.Response:
    """The taxes of a period."""
    if (tidy := without_empty(request, request.path)) is not None:
        return tidy
    try:
        wanted = wanted_taxes(request)
        report, ready = await read(request, lambda uow, context: _taxes(uow, context, wanted))
    except Invalid as refusal:
        return await _refused(request, "taxes", refusal)
    return page(
        request,
        "report_taxes.html",
        report=report,
        detail="",
        **_asked(request, "taxes", TAXES, ready, report.period),
    )


async def _taxes(uow: UnitOfWork, context: Context, wanted: Wanted) -> tuple[TaxReport, _Ready]:
    chosen = await choose_finals(uow, context, wanted)
    return await report_taxes(uow, chosen), await _ready(uow, context)


async def _ready(uow: UnitOfWork, context: Context) -> _Ready:
    today = (await uow.settings.get()).today(context.now)
    return _Ready(today, await uow.reference.all(SalesRep), await uow.business_entities.all())


async def _refused(request: web.Request, name: str, refusal: Invalid) -> web.Response:
    """The form as it was sent, and what is wrong with it."""
    ready = await read(request, _ready)
    return page(
        request,
        f"report_{name}.html",
        status=status_of(refusal),
        report=None,
        detail=detail_of(refusal, view_of(request).language),
        **_asked(request, name, SALES if name == "sales" else TAXES, ready, None),
    )


def _asked(
    request: web.Request, name: str, filters: Sequence[Filter], ready: _Ready, period: Period | None
) -> dict[str, Any]:
    """What was asked for, as the form shows it, and where else it leads to."""
    names = [filter_.name for filter_ in filters]
    kept = [(key, value) for key, value in request.query.items() if key in names]
    others = [(key, value) for key, value in kept if key not in ("from", "to")]
    path = f"/reports/{name}"
    return {
        "chosen": {key: request.query.get(key, "") for key in names},
        "sales_reps": ready.sales_reps,
        "entities": ready.entities,
        "others": others,
        "narrowed": any(key != "group_by" for key, _ in others),
        "workbook": address_with(f"{path}.xlsx", kept),
        "choices": [
            Choice(
                key,
                address_with(path, [("from", str(choice.first)), ("to", str(choice.last)), *others]),
                choice == period,
            )
            for key, choice in often_asked(ready.today)
        ],
    }


def often_asked(today: dt.date) -> Iterator[tuple[str, Period]]:
    """The periods that returns and reports are made for."""
    month, quarter = today.replace(day=1), today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    year = today.replace(month=1, day=1)
    yield "month", Period(month, today)
    yield "last_month", _before(month, 1)
    yield "quarter", Period(quarter, today)
    yield "last_quarter", _before(quarter, 3)
    yield "year", Period(year, today)
    yield "last_year", _before(year, 12)


def _before(first: dt.date, months: int) -> Period:
    """So many months, up to the day before the first of a month."""
    number = first.year * 12 + first.month - 1 - months
    return Period(dt.date(number // 12, number % 12 + 1, 1), first - dt.timedelta(days=1))


def _chart(request: web.Request, report: SalesReport) -> Chart | None:
    """The largest groups, and what all others come to; none where sums are not known in one currency."""
    known = [(group, group.sales.subtotal) for group in report.groups]
    view = view_of(request)

    def point(name: str, amount: Decimal) -> Point:
        return Point(name, amount, money(amount, report.currency, view.language))

    amounts = [
        (_name(group, view.words("reports.no_rep")), amount) for group, amount in known if amount is not None
    ]
    if len(amounts) < len(known) or len(amounts) < 2:
        return None
    amounts.sort(key=lambda pair: -pair[1])
    shown = [point(name, amount) for name, amount in amounts[:_MOST_BARS]]
    left = amounts[_MOST_BARS:]
    if left:
        shown.append(
            point(view.words("reports.others", count=len(left)), sum((one for _, one in left), Decimal(0)))
        )
    return rows(shown)


def _name(group: SalesGroup, otherwise: str) -> str:
    return group.name or otherwise
