"""The list of invoices: search, filters, order, favourites, one page after the other."""

from dataclasses import dataclass, replace

from aiohttp import web

from services.invoice_service.api.bodies.invoices import InvoicePatch
from services.invoice_service.api.invoices import LISTING, asked_of
from services.invoice_service.api.lists import next_cursor
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import edit_invoice
from services.invoice_service.application.listing import COUNT_LIMIT, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Listed
from services.invoice_service.domain.invoice import OPEN_STATUSES, Status
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.web.forms import form_of, own_path, validated
from services.invoice_service.web.links import address_with
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page

PATH = "/invoices"
_FILTERS = tuple(filter_.name for filter_ in LISTING.filters)
# What the panel counts as filters: the search is seen without it.
_IN_PANEL = tuple(name for name in _FILTERS if name not in ("q", "job"))
# Nobody needs to know whether it is 2 417 or 6 803: such a list is searched, not read.
_COUNTED = 2_000
_SORTED = ("number", "date", "customer", "subtotal", "status")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list, how many invoices there are whatever is asked, and the sales reps to ask for."""

    page: Page[Listed]
    all: int
    sales_reps: tuple[SalesRep, ...]


async def show(request: web.Request) -> web.Response:
    """The page. Fields of the form that were left empty ask for nothing: they go from the address."""
    if any(not value for value in request.query.values()):
        return see_other(
            address_with(PATH, [(name, value) for name, value in request.query.items() if value])
        )
    asked = replace(asked_of(request), count_to=_COUNTED)

    async def found(uow: UnitOfWork, context: Context) -> Found:
        return Found(
            await uow.invoices.listed(asked, context.actor.id),
            await uow.invoices.count(),
            await uow.reference.all(SalesRep),
        )

    return _page(request, await read(request, found))


def _page(request: web.Request, found: Found) -> web.Response:
    chosen = {name: request.query.getall(name) for name in _FILTERS if name in request.query}
    after = next_cursor(request, LISTING, found.page)
    return page(
        request,
        "invoices.html",
        found=found,
        in_all=min(found.all, COUNT_LIMIT),
        all_exact=found.all <= COUNT_LIMIT,
        chosen=chosen,
        statuses=[status.value for status in Status],
        chosen_statuses=_statuses(chosen),
        filters=sum(1 for name in _IN_PANEL if name in chosen),
        orders=_ORDERS,
        order="" if (order := request.query.get("sort", "")) == LISTING.default else order,
        sorts={name: _sorted_by(request, name) for name in _SORTED},
        here=request.path_qs,
        workbook=_workbook(request),
        next=_with(request, after=after) if after else None,
        begun="after" in request.query,
    )


def _workbook(request: web.Request) -> str:
    """This list as a workbook: whole, on no pages."""
    kept = [(name, value) for name, value in request.query.items() if name in (*_FILTERS, "sort")]
    return address_with(f"{PATH}.xlsx", kept)


def _statuses(chosen: dict[str, list[str]]) -> list[str]:
    statuses = chosen.get("status", [status.value for status in OPEN_STATUSES])
    return [status.value for status in Status] if "all" in statuses else statuses


def _sort(first: str) -> str:
    """Ties go by number, newest first."""
    return first if first.removeprefix("-") == "number" else f"{first},-number"


# Of the list as it comes nothing is said in its address.
_ORDERS = tuple(
    (name, way, "" if _sort(f"{sign}{name}") == LISTING.default else _sort(f"{sign}{name}"))
    for name in _SORTED
    for way, sign in (("ascending", ""), ("descending", "-"))
)


@dataclass(frozen=True, slots=True)
class Sorting:
    """A column's header: where it leads, and how the list is sorted by it now (none, ascending, descending)."""

    address: str
    now: str


def _sorted_by(request: web.Request, name: str) -> Sorting:
    first = request.query.get("sort", LISTING.default).split(",")[0]
    if first.removeprefix("-") == name:
        descending = first.startswith("-")
        other = name if descending else f"-{name}"
        return Sorting(_with(request, sort=_sort(other)), "descending" if descending else "ascending")
    # What is newest, or largest, is looked for first.
    return Sorting(_with(request, sort=_sort(f"-{name}" if name in ("date", "subtotal") else name)), "none")


def _with(request: web.Request, **changed: str) -> str:
    """This list with these parameters changed; another order begins at its first page."""
    kept = [(name, value) for name, value in request.query.items() if name not in {*changed, "after"}]
    return address_with(PATH, [*kept, *changed.items()])


async def favour(request: web.Request) -> web.Response:
    """Put a star on an invoice, or take it away: `ref` and `favourite` in one field, as a button sends it.

    A star is its reader's own, like a language or a theme: who may read an invoice may put one.
    """
    form = await form_of(request)
    ref, _, favourite = form.text("star").rpartition(":")
    changes = validated(InvoicePatch, {"favourite": favourite == "on"}).changes()
    await committed(request, lambda uow, context: edit_invoice(uow, context, ref, changes, based_on=None))
    return see_other(own_path(form.text("next"), PATH))
