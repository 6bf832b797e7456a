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
from services.invoice_service.web import customer_new
from services.invoice_service.web.links import address_with
from services.invoice_service.web.record_list import without_empty
from services.invoice_service.web.view import page
from services.invoice_service.web.words import Words

PATH = "/customers"


@dataclass(frozen=True, slots=True)
class _Found:
    page: Page[Customer]
    sales_reps: tuple[SalesRep, ...]


async def show(request: web.Request) -> web.Response:
    """The list, or (`add`) the form of a new one. Fields that were left empty ask for nothing: they go."""
    if (tidy := without_empty(request, PATH)) is not None:
        return tidy
    if "add" in request.query:
        return await customer_new.show(request)
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
        workbook=address_with(f"{PATH}.xlsx", [pair for pair in kept if pair[0] != "limit"]),
        city=billing_city,
        state=state_of,
        next=address_with(PATH, [*kept, ("after", after)]) if after else None,
        begun="after" in request.query,
    )


def billing_city(customer: Customer) -> str:
    """Where a customer is billed, the main address first."""
    billing = [address for address in customer.addresses if address.kind == "billing"]
    return min(billing, key=lambda address: not address.is_main).city if billing else ""


def state_of(customer: Customer, words: Words) -> str:
    """What a customer is now, in a word."""
    if customer.prospect:
        return words("customers.prospect")
    return words("customers.active") if customer.active else words("customers.inactive")
