"""À facturer: jobs that production is done with, what waits of them, and pro formas of one or of many at once."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from services.invoice_service.api.bodies.jobs import JobShown
from services.invoice_service.api.lists import SEARCH, ListSpec, list_query, next_cursor, text_filter
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.bill_jobs import Billed, bill_jobs, together
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.application.ports.work_list import Waiting, WaitingJob
from services.invoice_service.domain.errors import NotFound, Refusal
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.forms import Form, form_of, own_path
from services.invoice_service.web.links import address_with, invoice_path
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

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
_MOST = 200
"""So many jobs are billed at once: more would take longer than anybody waits for a page."""
_LONGEST_KEY = 100


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


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a job, in words."""

    number: str
    title: str
    customer_name: str
    invoice: str | None
    made: bool
    reason: str


async def show(request: web.Request) -> web.Response:
    """The page. Fields of the form that were left empty ask for nothing: they go from the address."""
    if any(not value for value in request.query.values()):
        return see_other(
            address_with(PATH, [(name, value) for name, value in request.query.items() if value])
        )
    return await _page(request)


async def _page(request: web.Request, detail: str = "") -> web.Response:
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


async def bill(request: web.Request) -> web.Response:
    """Make the pro formas, each in a transaction of its own, and tell of each job what came of it.

    What is sent twice makes nothing twice: the form has a key, under which a job is billed once.
    """
    form = await form_of(request)
    wanted = list(dict.fromkeys((form.text("job"),) if form.text("job") else form.all("chosen")))
    if not wanted:
        return await _page(request, view_of(request).words("work.none_chosen"))
    numbers, left = wanted[:_MOST], len(wanted) - _MOST
    known = await read(request, lambda uow, _: uow.work_list.jobs(numbers))
    outcomes = {number: Billed(number, refusal=NotFound("job", number)) for number in numbers}
    for group in _groups(form, [known[number] for number in numbers if number in known]):
        outcomes |= {one.job: one for one in await _billed(request, group, form.text("key")[:_LONGEST_KEY])}
    made = {one.invoice for one in outcomes.values() if one.made}
    if len(made) == 1 and all(one.made for one in outcomes.values()) and left <= 0:
        return see_other(f"{invoice_path(str(next(iter(made))))}?done=create")
    return _told(request, list(outcomes.values()), known, max(0, left), own_path(form.text("next"), PATH))


def _groups(form: Form, jobs: Sequence[WaitingJob]) -> list[list[str]]:
    return together(jobs) if form.text("together") else [[one.view.job.number] for one in jobs]


async def _billed(request: web.Request, numbers: list[str], key: str) -> list[Billed]:
    async def use_case(uow: UnitOfWork, context: Context) -> list[Billed]:
        return await bill_jobs(uow, context, numbers, key or secrets.token_urlsafe(16))

    try:
        return await committed(request, use_case)
    except Refusal as refusal:
        return [Billed(number, refusal=refusal) for number in numbers]
    except (StorageUnavailable, TransactionConflict):
        # What was made is kept under the form's key: sending it again goes on from here.
        return [Billed(number, refusal=Refusal("unavailable")) for number in numbers]


def _told(
    request: web.Request,
    outcomes: Sequence[Billed],
    known: Mapping[str, WaitingJob],
    left: int,
    back: str,
) -> web.Response:
    language = view_of(request).language

    def told(one: Billed) -> Told:
        job = known.get(one.job)
        return Told(
            one.job,
            job.view.job.title if job else "",
            job.customer_name if job else "",
            one.invoice,
            one.made,
            detail_of(one.refusal, language) if one.refusal else "",
        )

    return page(
        request,
        "work_list_done.html",
        outcomes=[told(one) for one in outcomes],
        made=len({one.invoice for one in outcomes if one.made}),
        left=left,
        back=back,
    )
