"""Reports and workbooks: their part of the table of contents."""

from services.invoice_service.api import reports
from services.invoice_service.api.bodies.reports import CustomerSalesShown, SalesReportShown, TaxReportShown
from services.invoice_service.api.invoices import LISTING
from services.invoice_service.api.routing import VIEWER, VIEWER_OR_MACHINE, Access, Handler, Parameter, Route
from services.invoice_service.api.workbooks.making import MEDIA_TYPE

_SALES = tuple(filter_.parameter for filter_ in reports.SALES)
_TAXES = tuple(filter_.parameter for filter_ in reports.TAXES)


def _workbook(
    path: str, handler: Handler, access: Access, summary: str, query: tuple[Parameter, ...] = ()
) -> Route:
    return Route("GET", path, handler, access, summary, query=query, media_type=MEDIA_TYPE)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/reports/sales",
        reports.get_sales,
        VIEWER,
        "Sales of a period, by customer or sales rep",
        answer=SalesReportShown,
        query=_SALES,
    ),
    _workbook(
        "/reports/sales.xlsx",
        reports.get_workbook(reports.sales_sheet),
        VIEWER,
        "Sales of a period as a workbook, final by final",
        _SALES,
    ).refusing(400, "too_many_rows"),
    Route(
        "GET",
        "/reports/taxes",
        reports.get_taxes,
        VIEWER,
        "Taxes of a period, by tax, rate and registration number",
        answer=TaxReportShown,
        query=_TAXES,
    ),
    _workbook(
        "/reports/taxes.xlsx",
        reports.get_workbook(reports.taxes_sheet),
        VIEWER,
        "Taxes of a period as a workbook",
        _TAXES,
    ),
    Route(
        "GET",
        "/customers/{code}/sales",
        reports.get_customer_sales,
        VIEWER,
        "Sales to a customer, this year and the four before it",
        answer=CustomerSalesShown,
    ),
    _workbook(
        "/customers/{code}/sales.xlsx",
        reports.get_workbook(reports.customer_sheet),
        VIEWER,
        "Sales to a customer as a workbook",
    ),
    _workbook(
        "/invoices.xlsx",
        reports.get_workbook(reports.invoices_sheet),
        VIEWER_OR_MACHINE,
        "The list of invoices as a workbook, whole",
        LISTING.selection,
    ).refusing(400, "too_many_rows"),
)
