"""À facturer: jobs that production is done with, and what waits of them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from services.invoice_service.api.bodies.jobs import JobShown
from services.invoice_service.api.lists import SEARCH, ListSpec, list_query, next_cursor, text_filter
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import read
from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.work_list import Waiting, WaitingJob
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.web.links import address_with
from services.invoice_service.web.record_list import without_empty
from services.invoice_service.web.view import page

PATH = "/work-list"
LISTING = ListSpec(
    ("completed_at", "number"),
    "completed_at",
    (
        SEARCH,
        text_filter("customer", "Those of a customer, or of whom it has billed"),
        text_filter("sales_rep", "Those of a sales rep"),
    ),
)
_FILTERS = tuple(filter_.name for filter_ in LISTING.filters)


@dataclass(frozen=True, slots=True)
class _Found:
    page: Page[WaitingJob]
    totals: tuple[Waiting, ...]
    sales_reps: tuple[SalesRep, ...]
    settings: ShopSettings


@dataclass(frozen=True, slots=True)
class Row:
    """A job of the list. `days`: how long it has waited."""

    job: Mapping[str, object]
    customer_name: str
    sales_rep: str | None
    currency: str
    proformas: tuple[str, ...]
    completed: str
    days: int


async def show(request: web.Request) -> web.Response:
    """The page. Fields of the form that were left empty ask for nothing: they go from the address."""
    if (tidy := without_empty(request, PATH)) is not None:
        return tidy
    return await draw_list(request)


async def draw_list(request: web.Request, detail: str = "") -> web.Response:
    """The list; `detail`: what was wrong with what was asked of it."""
    asked = list_query(request, LISTING)
    found = await read(request, lambda uow, _: _find(uow, asked))
    after = next_cursor(request, LISTING, found.page)
    kept = [(name, value) for name, value in request.query.items() if name != "after"]
    now = request.app[SERVICES].clock()
    return page(
        request,
        "work_list.html",
        status=422 if detail else 200,
        detail=detail,
        rows=[_row(one, found.settings, found.settings.today(now).toordinal()) for one in found.page.items],
        found=found,
        chosen={name: request.query.get(name, "") for name in _FILTERS},
        filters=sum(1 for name in ("customer", "sales_rep") if name in request.query),
        here=request.path_qs,
        workbook=address_with(f"{PATH}.xlsx", [pair for pair in kept if pair[0] != "limit"]),
        key=secrets.token_urlsafe(16),
        next=address_with(PATH, [*kept, ("after", after)]) if after else None,
        begun="after" in request.query,
    )


async def _find(uow: UnitOfWork, asked: ListQuery) -> _Found:
    return _Found(
        await uow.work_list.page(asked),
        await uow.work_list.totals(asked),
        await uow.reference.all(SalesRep),
        await uow.settings.get(),
    )


def _row(one: WaitingJob, settings: ShopSettings, today: int) -> Row:
    at = one.view.job.completed_at
    day = at.astimezone(ZoneInfo(settings.timezone)).date() if at else None
    return Row(
        JobShown.of(one.view).model_dump(mode="json"),
        one.customer_name,
        one.sales_rep,
        one.currency,
        one.proformas,
        day.isoformat() if day else "",
        today - day.toordinal() if day else 0,
    )
