"""The list of customers."""

from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.customers import LISTING
from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.web.links import address_with
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page

PATH = "/customers"


@dataclass(frozen=True, slots=True)
class _Found:
    page: Page[Customer]
    sales_reps: tuple[SalesRep, ...]


async def show(request: web.Request) -> web.Response:
    """The list. Fields of the form that were left empty ask for nothing: they go from the address."""
    if not all(request.query.values()):
        return see_other(
            address_with(PATH, [(name, value) for name, value in request.query.items() if value])
        )
    asked = list_query(request, LISTING)

    async def find(uow: UnitOfWork, _: Context) -> _Found:
        return _Found(await uow.customers.page(asked), await uow.reference.all(SalesRep))

    found = await read(request, find)
    after = next_cursor(request, LISTING, found.page)
    kept = [(name, value) for name, value in request.query.items() if name != "after"]
    names = [filter_.name for filter_ in LISTING.filters]
    return page(
        request,
        "customers.html",
        found=found.page,
        sales_reps={rep.code: rep for rep in found.sales_reps},
        chosen={name: request.query.get(name, "") for name in names},
        filters=sum(1 for name in names if name != "q" and name in request.query),
        next=address_with(PATH, [*kept, ("after", after)]) if after else None,
        begun="after" in request.query,
    )
