"""The sales to one customer: this year, and the four before it."""

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.reports import Chosen
from services.invoice_service.application.put_customer import KIND
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reports import CustomerSales, Sales, YearOfSales, years_until
from services.invoice_service.domain.settings import ShopSettings


async def known_customer(uow: UnitOfWork, code: str) -> Customer:
    """The customer of a code.

    Raises:
        NotFound: there is none.
    """
    customer = await uow.customers.get(code)
    if customer is None:
        raise NotFound(KIND, code)
    return customer


async def report_customer(
    uow: UnitOfWork, context: Context, customer: Customer, settings: ShopSettings
) -> CustomerSales:
    """The report."""
    period = years_until(settings.today(context.now))
    found = await uow.reports.years(Chosen(period, settings.currency, {"customer": (customer.code,)}))
    sales = {one.year: one.sales for one in found}
    years = range(period.first.year, period.last.year + 1)
    told = tuple(YearOfSales(year, sales.get(year, Sales())) for year in years)
    return CustomerSales(customer.code, customer.name, settings.currency, told)
