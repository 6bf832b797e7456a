"""The PDF of an invoice, for a person: where the API says that it is not there yet, a page that waits."""

from aiohttp import web

from services.invoice_service.api.documents import get_pdf
from services.invoice_service.web.links import invoice_path
from services.invoice_service.web.view import page

_AGAIN_SECONDS = 2


async def show(request: web.Request) -> web.StreamResponse:
    """The document, once it is there."""
    answer = await get_pdf(request)
    if answer.status != 202:
        return answer
    return page(
        request,
        "waiting.html",
        headers={"Refresh": str(_AGAIN_SECONDS)},
        here=invoice_path(request.match_info["ref"]),
    )
