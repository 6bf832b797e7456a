"""Sales at a glance, as the page that everybody begins with shows them."""

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.reports import Chosen
from services.invoice_service.domain.sales_overview import (
    SalesOverview,
    month_before,
    overview_of,
    two_years_until,
)


async def sales_overview(uow: UnitOfWork, context: Context) -> SalesOverview:
    """This month and this year until today, beside the same days a year before."""
    settings = await uow.settings.get()
    today = settings.today(context.now)
    months = await uow.reports.months(Chosen(two_years_until(today), settings.currency))
    earlier = await uow.reports.months(Chosen(month_before(today), settings.currency))
    return overview_of(months, earlier, settings.currency, today)
