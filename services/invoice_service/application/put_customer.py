"""Declare, or replace as a whole, a customer."""

from dataclasses import asdict
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.references import require_references
from services.invoice_service.domain.changes import Personal, changes_between
from services.invoice_service.domain.declarations import customer_faults
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.parties import Address, Contact, Customer
from services.invoice_service.domain.reference import (
    GlAccount,
    PaymentMethod,
    PaymentTerm,
    Referral,
    SalesRep,
)
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.texts import Language
from shared.contracts.production import CustomerData

KIND = "customer"
_PERSONAL = ("first_name", "last_name", "salutation", "email", "phone")


async def put_customer(uow: ReferencePorts, context: Context, customer: Customer) -> Put[Customer]:
    """Put a customer; putting what is already there changes nothing and leaves no trace.

    Raises:
        Invalid: invalid (a code or an id twice, two of what there is one of), unknown_reference.
    """
    faults = customer_faults(customer)
    if faults:
        raise Invalid("invalid", errors=faults)
    await require_references(uow, _referrals(customer))
    before = await uow.customers.get(customer.code, lock=True)
    if before is None and await uow.customers.insert(customer, context.now):
        changes = changes_between(None, _told(customer))
        await uow.audit.append(context, "created", KIND, customer.code, changes)
        return Put(customer, created=True)
    if before is None:  # somebody else was faster
        before = await uow.customers.get(customer.code, lock=True)
    if before is not None and before != customer:
        await uow.customers.update(customer, context.now)
        changes = changes_between(_told(before), _told(customer))
        await uow.audit.append(context, "updated", KIND, customer.code, changes)
    return Put(customer, created=False)


def _told(customer: Customer) -> dict[str, Any]:
    """A customer as the trail tells of it. Contacts are people, and can be erased: the trail has nothing of them."""
    told = asdict(customer)
    told["contacts"] = [
        {name: Personal(value) if name in _PERSONAL else value for name, value in contact.items()}
        for contact in told["contacts"]
    ]
    return told


def in_house(language: Language | None, currency: str | None, settings: ShopSettings) -> dict[str, str]:
    """Language and currency of a customer, the shop's where nobody said."""
    return {"language": language or settings.language, "currency": currency or settings.currency}


def _referrals(customer: Customer) -> tuple[Referral, ...]:
    return (
        Referral("bill_to", KIND, customer.bill_to),
        Referral("tax_code", "tax_code", customer.tax_code),
        Referral("payment_term", PaymentTerm.kind, customer.payment_term),
        Referral("payment_method", PaymentMethod.kind, customer.payment_method),
        Referral("sales_rep", SalesRep.kind, customer.sales_rep),
        Referral("receivable_account", GlAccount.kind, customer.receivable_account),
        Referral("business_entity", "business_entity", customer.business_entity),
    )


def customer_of(data: CustomerData, settings: ShopSettings) -> Customer:
    """The customer that a message tells of; in the shop's language and currency when it does not say."""
    values = data.model_dump(exclude={"addresses", "contacts"})
    return Customer(
        **values | in_house(data.language, data.currency, settings),
        addresses=tuple(Address(**address.model_dump()) for address in data.addresses),
        contacts=tuple(Contact(**contact.model_dump()) for contact in data.contacts),
    )
