"""Accueil: what waits for somebody, and what was sold; each figure leads to the list that it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.invoice_service.api.invoices import of_statuses
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import COUNT_LIMIT, ListQuery
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.work_list import Waiting
from services.invoice_service.application.sales_overview import sales_overview
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.reports import Period
from services.invoice_service.domain.sales_overview import Compared, SalesOverview
from services.invoice_service.web.links import address_with
from services.invoice_service.web.sales_chart import chart_of
from services.invoice_service.web.view import page

# What waits in the list of invoices, by the filters of that list.
_STEPS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "to_send": {"status": ("proforma_draft",), "hold": (False,)},
    "to_finalize": {"status": ("proforma_sent",), "hold": (False,)},
    "not_transferred": {"status": ("final_ready",)},
}
_TROUBLES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "on_hold": {"hold": (True,)},
    "delivery": {"status": ("all",), "failed": ("delivery",)},
    "transfer": {"status": ("all",), "failed": ("transfer",)},
    "rendering": {"status": ("all",), "failed": ("rendering",)},
}
_PARKED = "/operations/parked"


@dataclass(frozen=True, slots=True)
class Figure:
    """How many wait; counted no further than the list itself counts (`exact`). `address`: the list of them."""

    name: str
    count: int
    exact: bool
    address: str


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales of a period beside those a year before, and where the report of each is."""

    name: str
    compared: Compared
    address: str
    earlier_address: str


@dataclass(frozen=True, slots=True)
class _Found:
    work: tuple[Waiting, ...]
    counts: Mapping[str, int]
    parked: int | None
    sales: SalesOverview


async def show(request: web.Request) -> web.Response:
    """The page."""
    sees_parked = request[ACTOR].at_least(Role.ACCOUNTANT)
    found = await read(request, lambda uow, context: _find(uow, context, sees_parked=sees_parked))
    troubles = [_figure(name, filters, found) for name, filters in _TROUBLES.items()]
    if found.parked is not None:
        troubles.append(_counted("parked", found.parked, _PARKED))
    return page(
        request,
        "home.html",
        work=_counted("work", sum(one.jobs for one in found.work), "/work-list"),
        sums=found.work,
        steps=[_figure(name, filters, found) for name, filters in _STEPS.items()],
        troubles=troubles,
        sales=found.sales,
        compared=[
            Sold(
                "month",
                found.sales.month,
                _sales(found.sales.month.period),
                _sales(found.sales.month.earlier),
            ),
            Sold("year", found.sales.year, _sales(found.sales.year.period), _sales(found.sales.year.earlier)),
        ],
        chart=chart_of(found.sales.months),
    )


async def _find(uow: UnitOfWork, context: Context, *, sees_parked: bool) -> _Found:
    queries = {
        name: of_statuses(ListQuery(filters=filters)) for name, filters in ({**_STEPS, **_TROUBLES}).items()
    }
    return _Found(
        await uow.work_list.totals(ListQuery()),
        await uow.invoices.counts(queries, context.actor.id),
        sum((await uow.operations.parked()).values()) if sees_parked else None,
        await sales_overview(uow, context),
    )


def _figure(name: str, filters: Mapping[str, tuple[Any, ...]], found: _Found) -> Figure:
    pairs = [(key, _text(value)) for key, values in filters.items() for value in values]
    return _counted(name, found.counts[name], address_with("/invoices", pairs))


def _counted(name: str, count: int, address: str) -> Figure:
    return Figure(name, min(count, COUNT_LIMIT), count <= COUNT_LIMIT, address)


def _sales(period: Period) -> str:
    return address_with(
        "/reports/sales", [("from", period.first.isoformat()), ("to", period.last.isoformat())]
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
