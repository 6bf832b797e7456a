"""Excel: what the API answers as a workbook, in the language of whoever is logged in."""

from aiohttp import web

from services.invoice_service.api import reports
from services.invoice_service.web.view import view_of


async def invoices(request: web.Request) -> web.StreamResponse:
    """The list of invoices."""
    return await reports.invoices_workbook(request, view_of(request).language)


async def sales(request: web.Request) -> web.StreamResponse:
    """The sales of a period."""
    return await reports.sales_workbook(request, view_of(request).language)


async def taxes(request: web.Request) -> web.StreamResponse:
    """The taxes of a period."""
    return await reports.taxes_workbook(request, view_of(request).language)


async def customer(request: web.Request) -> web.StreamResponse:
    """The sales to a customer."""
    return await reports.customer_workbook(request, view_of(request).language)
