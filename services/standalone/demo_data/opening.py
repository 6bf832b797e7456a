"""The first day of the invented shop: everything that it declares before its first job."""

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_settings import edit_settings
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_business_entity import put_business_entity
from services.invoice_service.application.put_customer import put_customer
from services.invoice_service.application.put_reference import put_reference
from services.invoice_service.application.put_tax_code import put_tax_code
from services.standalone.demo_data.customers import CUSTOMERS
from services.standalone.demo_data.people import hire
from services.standalone.demo_data.reference import ENTITY, RECORDS, SETTINGS, TAX_CODES


async def open_shop(uow: UnitOfWork, context: Context) -> None:
    """Declare users, lists, taxes, entity, settings and customers. No accounting software is connected yet."""
    await hire(uow, context)
    for record in RECORDS:
        await put_reference(uow, context, record)
    for tax_code in TAX_CODES:
        await put_tax_code(uow, context, tax_code)
    await put_business_entity(uow, context, ENTITY)
    await edit_settings(uow, context, {**SETTINGS, "connector": "none"})
    # Those that others are billed to come first.
    for customer in sorted(CUSTOMERS, key=lambda one: one.bill_to is not None):
        await put_customer(uow, context, customer)
