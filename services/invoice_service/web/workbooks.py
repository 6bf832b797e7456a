"""Excel: lists and reports as workbooks, in the language of whoever is logged in."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from services.invoice_service.api.workbooks.making import Fill, workbook
from services.invoice_service.web.view import view_of


def workbook_page(
    asked: Callable[[web.Request], Fill],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The workbook of what a request asks for."""

    async def show(request: web.Request) -> web.StreamResponse:
        return await workbook(request, view_of(request).language, asked(request))

    return show
