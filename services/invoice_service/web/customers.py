"""Customers: the list, and one of them with what was sold to it in five years."""

from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.customers import LISTING
from services.invoice_service.api.invoice_view import invoice_view
from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.application.report_customer import known_customer, report_customer
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reference import SalesRep
from services.invoice_service.domain.reports import CustomerSales
from services.invoice_service.web.chart import Chart, Point, columns
from services.invoice_service.web.formats import rounded_money
from services.invoice_service.web.links import address_with
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

PATH = "/customers"
_LATEST = 10


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


@dataclass(frozen=True, slots=True)
class _One:
    customer: Customer
    sales: CustomerSales
    invoices: Page[Loaded]


async def show_one(request: web.Request) -> web.Response:
    """One customer."""
    code = path_code(request)
    latest = ListQuery(
        limit=_LATEST,
        sort=(SortKey("date", descending=True), SortKey("number", descending=True)),
        filters={"customer": (code,)},
    )

    async def find(uow: UnitOfWork, context: Context) -> _One:
        customer = await known_customer(uow, code)
        sales = await report_customer(uow, context, customer)
        return _One(customer, sales, await uow.invoices.page(latest, context.actor.id))

    found = await read(request, find)
    language = view_of(request).language
    return page(
        request,
        "customer.html",
        customer=found.customer,
        sales=found.sales,
        chart=_chart(request, found.sales),
        rows=[invoice_view(loaded, request[ACTOR], language) for loaded in found.invoices.items],
    )


def _chart(request: web.Request, sales: CustomerSales) -> Chart | None:
    """The years side by side; none where one of them is not known in the company's currency."""
    language = view_of(request).language
    points = [
        Point(str(one.year), amount, rounded_money(amount, sales.currency, language))
        for one in sales.years
        if (amount := one.sales.subtotal) is not None
    ]
    if len(points) < len(sales.years) or not any(point.amount for point in points):
        return None
    return columns(points, lambda amount: rounded_money(amount, sales.currency, language))
