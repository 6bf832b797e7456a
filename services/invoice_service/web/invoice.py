"""One invoice: « Facture (consultation) »."""

from aiohttp import web

from services.invoice_service.api.invoice_view import invoice_view
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.web.view import page, view_of


async def show(request: web.Request) -> web.Response:
    """The page."""
    ref = ref_of(request)
    loaded = await read(request, lambda uow, context: uow.invoices.load(ref, context.actor.id))
    return page(
        request, "invoice.html", invoice=invoice_view(loaded, request[ACTOR], view_of(request).language)
    )
