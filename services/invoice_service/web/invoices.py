"""The list of invoices."""

from aiohttp import web

from services.invoice_service.api.invoice_view import invoice_view
from services.invoice_service.api.invoices import LISTING, asked_of
from services.invoice_service.api.lists import next_cursor
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.web.view import page, view_of


async def show(request: web.Request) -> web.Response:
    """The page."""
    asked = asked_of(request)
    found = await read(request, lambda uow, context: uow.invoices.page(asked, context.actor.id))
    language = view_of(request).language
    return page(
        request,
        "invoices.html",
        rows=[invoice_view(loaded, request[ACTOR], language) for loaded in found.items],
        count=found.count,
        count_exact=found.count_exact,
        next=next_cursor(request, LISTING, found),
    )
