"""Reports: sales, taxes, the years of a customer; each, and the list of invoices, as a workbook, too."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, ok
from services.invoice_service.api.bodies.reports import CustomerSalesShown, SalesReportShown, TaxReportShown
from services.invoice_service.api.invoices import asked_of
from services.invoice_service.api.lists import choice_filter, date_filter, filters_in, text_filter
from services.invoice_service.api.problems import language_of
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.transact import query
from services.invoice_service.api.workbooks.invoices import fill_invoices
from services.invoice_service.api.workbooks.making import Fill, workbook
from services.invoice_service.api.workbooks.reports import fill_customer, fill_sales, fill_taxes
from services.invoice_service.application.choose_finals import Wanted, choose_finals
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.report_customer import known_customer, report_customer
from services.invoice_service.application.report_sales import report_sales
from services.invoice_service.application.report_taxes import report_taxes
from services.invoice_service.domain.reports import (
    CustomerSales,
    GroupBy,
    Sales,
    SalesReport,
    TaxReport,
)

_BY_DEFAULT: GroupBy = "customer"
_GROUP_BY = choice_filter("group_by", "What is summed up together", ("customer", "sales_rep"))
_PERIOD = (
    date_filter("from", "The first day; by default the first of the month in which the last day is"),
    date_filter("to", "The last day; by default today, in the shop's time zone"),
)
_ENTITY = text_filter("business_entity", "Issued by this business entity")
SALES = (
    *_PERIOD,
    replace(_GROUP_BY, schema={**_GROUP_BY.schema, "default": _BY_DEFAULT}, repeatable=False),
    text_filter("customer", "Sold to this customer"),
    text_filter("sales_rep", "Of this sales rep"),
    _ENTITY,
)
TAXES = (*_PERIOD, _ENTITY)


def wanted_sales(request: web.Request) -> tuple[Wanted, GroupBy]:
    """What a request asks of the sales report.

    Raises:
        Invalid: invalid_parameter.
    """
    given = filters_in(request, SALES)
    by: tuple[GroupBy] = given.pop("group_by", (_BY_DEFAULT,))
    return _wanted(given), by[0]


def wanted_taxes(request: web.Request) -> Wanted:
    """What a request asks of the tax report.

    Raises:
        Invalid: invalid_parameter.
    """
    return _wanted(filters_in(request, TAXES))


def _wanted(given: dict[str, tuple[Any, ...]]) -> Wanted:
    (first,), (last,) = given.pop("from", (None,)), given.pop("to", (None,))
    return Wanted(first, last, given)


async def get_sales(request: web.Request) -> web.Response:
    """GET of the sales of a period."""
    wanted, by = wanted_sales(request)

    async def report(uow: UnitOfWork, context: Context) -> SalesReport:
        return await report_sales(uow, await choose_finals(uow, context, wanted), by)

    return await query(request, report, _sales_report)


async def get_taxes(request: web.Request) -> web.Response:
    """GET of the taxes of a period."""
    wanted = wanted_taxes(request)

    async def report(uow: UnitOfWork, context: Context) -> TaxReport:
        return await report_taxes(uow, await choose_finals(uow, context, wanted))

    return await query(request, report, _tax_report)


async def get_customer_sales(request: web.Request) -> web.Response:
    """GET of the sales to a customer, year by year."""
    code = path_code(request)

    async def report(uow: UnitOfWork, context: Context) -> CustomerSales:
        return await report_customer(uow, context, await known_customer(uow, code), await uow.settings.get())

    return await query(request, report, _customer_sales)


def sales_sheet(request: web.Request) -> Fill:
    """The sales of a period, final by final."""
    wanted, by = wanted_sales(request)
    return partial(fill_sales, wanted=wanted, by=by)


def taxes_sheet(request: web.Request) -> Fill:
    """The taxes of a period."""
    return partial(fill_taxes, wanted=wanted_taxes(request))


def customer_sheet(request: web.Request) -> Fill:
    """The sales to a customer."""
    return partial(fill_customer, code=path_code(request))


def invoices_sheet(request: web.Request) -> Fill:
    """The list of invoices, whole."""
    return partial(fill_invoices, asked=asked_of(request))


def get_workbook(
    asked: Callable[[web.Request], Fill],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """GET of a workbook, in the language that the request accepts."""

    async def get(request: web.Request) -> web.StreamResponse:
        return await workbook(request, language_of(request), asked(request))

    return get


def _sales(sales: Sales) -> Json:
    names: tuple[Literal["invoices", "credit_notes", "subtotal", "taxes", "total", "by_currency"], ...]
    names = ("invoices", "credit_notes", "subtotal", "taxes", "total", "by_currency")
    return {name: getattr(sales, name) for name in names}


def _sales_report(report: SalesReport) -> Answer:
    groups = [{**_sales(group.sales), "code": group.code, "name": group.name} for group in report.groups]
    told = {
        **_sales(report.sales),
        "from": report.period.first,
        "to": report.period.last,
        "group_by": report.group_by,
        "currency": report.currency,
        "groups": groups,
    }
    return ok(SalesReportShown.model_validate(told))


def _tax_report(report: TaxReport) -> Answer:
    told = {
        "from": report.period.first,
        "to": report.period.last,
        "currency": report.currency,
        "taxes": report.taxes,
        "declared": report.declared,
        "sales": _sales(report.sales),
    }
    return ok(TaxReportShown.model_validate(told))


def _customer_sales(report: CustomerSales) -> Answer:
    years = [{**_sales(one.sales), "year": one.year} for one in report.years]
    told = {"code": report.code, "name": report.name, "currency": report.currency, "years": years}
    return ok(CustomerSalesShown.model_validate(told))
