"""The taxes of a period: what the return to the tax authorities needs."""

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.reports import Chosen
from services.invoice_service.domain.reports import TaxReport, sales_of


async def report_taxes(uow: UnitOfWork, chosen: Chosen) -> TaxReport:
    """The report."""
    taxes = await uow.reports.taxes(chosen)
    years = await uow.reports.years(chosen)
    sales = sales_of(sold for year in years for sold in year.sales.by_currency)
    return TaxReport(chosen.period, chosen.currency, taxes, sales)
