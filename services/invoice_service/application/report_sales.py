"""The sales of a period, by customer or sales rep."""

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.reports import Chosen
from services.invoice_service.domain.reports import GroupBy, SalesReport


async def report_sales(uow: UnitOfWork, chosen: Chosen, by: GroupBy) -> SalesReport:
    """The report."""
    return SalesReport(chosen.period, chosen.currency, by, await uow.reports.sales(chosen, by))
