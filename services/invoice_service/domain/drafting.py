"""What a pro forma is made from, and the defaults that follow from it.

`bill_to` gives billing contact, language, currency, term, method and receivable account; `sold_to` gives sales
rep and the PO rule; the tax code is `sold_to`'s, else the default of the ship-to province.
"""

import calendar
import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import BillingContact, Invoice, Surroundings
from services.invoice_service.domain.job import CANCELLED, NOT_LAUNCHED, Job
from services.invoice_service.domain.parties import Customer, default_ship_to
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.tax import TaxCode
from services.invoice_service.domain.texts import Language, Localized


@dataclass(frozen=True, slots=True)
class PaymentTerm:
    """When an invoice is due: so many days after its date, perhaps at the end of that month."""

    code: str
    description: Localized
    days: int = 0
    end_of_month: bool = False
    on_delivery: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """A standard product to bill."""

    code: str
    description: Localized
    unit_price: Any = None
    gl_account: str | None = None


@dataclass(frozen=True, slots=True)
class GLAccount:
    """An account of the general ledger."""

    number: str
    description: str
    category: str


@dataclass(frozen=True, slots=True)
class Drafting:
    """Everything that the making and editing of one invoice can need, read at once."""

    settings: ShopSettings
    customer: Customer
    payer: Customer
    business_entity: str
    entities: frozenset[str]
    tax_codes: Mapping[str, TaxCode]
    terms: Mapping[str, PaymentTerm]
    methods: Mapping[str, Localized]
    sales_reps: Mapping[str, str]
    messages: tuple[Localized, ...]
    products: Mapping[str, Product]
    accounts: Mapping[str, GLAccount]
    jobs: Mapping[str, Job]
    # By job and extra charge: what a draft credit will release, and the invoice in hand bills again.
    standing_in: Mapping[tuple[str, str | None], Decimal] = field(default_factory=dict)


def seen_now(
    around: Surroundings, invoice: Invoice, drafting: Drafting, billed: Mapping[str, Decimal]
) -> Surroundings:
    """What stands around an invoice once it is as it is now; `billed` is what is billed of each of its jobs."""
    return dataclasses.replace(
        around.of(invoice, drafting.tax_codes),
        jobs={number: drafting.jobs[number].state(billed[number]) for number in invoice.jobs},
        contacts=frozenset(contact.id for contact in drafting.payer.contacts if contact.active),
    )


def check_customer(customer: Customer) -> None:
    """Refuse a prospect or an inactive customer.

    Raises:
        Conflict: customer_not_billable.
    """
    if not customer.billable:
        raise Conflict("customer_not_billable", customer=customer.code)


def check_job(job: Job, drafting: Drafting, *, force: bool) -> None:
    """Refuse a job that can't be billed on this invoice.

    Raises:
        Conflict: job_not_launched, job_cancelled, job_fully_billed (unless forced), other_payer, other_currency.
    """
    if job.status == NOT_LAUNCHED:
        raise Conflict("job_not_launched", job=job.number)
    if job.status == CANCELLED:
        raise Conflict("job_cancelled", job=job.number)
    if job.payer is not None and job.payer != drafting.payer.code:
        raise Conflict("other_payer", job=job.number)
    if job.currency is not None and job.currency != drafting.payer.currency:
        raise Conflict("other_currency", job=job.number)
    nothing_left = job.remaining == 0 and not any(charge.remaining for charge in job.extra_charges)
    if nothing_left and not force:
        raise Conflict("job_fully_billed", job=job.number)


def why_not_billable(job: Job, drafting: Drafting) -> Conflict | None:
    """Why no invoice can be made of a job now; None: one can."""
    try:
        check_customer(drafting.customer)
        check_customer(drafting.payer)
        check_job(job, drafting, force=False)
    except Conflict as refusal:
        return refusal
    return None


def due_date(day: dt.date, term: PaymentTerm | None) -> dt.date | None:
    """When an invoice of that date is due: date + days, then the end of that month when the term says so."""
    if term is None:
        return None
    due = day + dt.timedelta(days=term.days)
    if term.end_of_month:
        due = due.replace(day=calendar.monthrange(due.year, due.month)[1])
    return due


def default_tax_code(
    customer: Customer, province: str | None, tax_codes: Mapping[str, TaxCode]
) -> str | None:
    """The customer's own tax code, else the default one of the ship-to province."""
    if customer.tax_code:
        return customer.tax_code
    return next(
        (
            code.code
            for code in tax_codes.values()
            if code.active and code.is_default and code.province and code.province == province
        ),
        None,
    )


def default_message(messages: tuple[Localized, ...], language: Language) -> str | None:
    """The active form messages of invoices, one below the other."""
    return "\n".join(message.text(language) for message in messages) or None


def default_billing_contact(payer: Customer) -> BillingContact | None:
    """The payer's contact responsible of billing."""
    contact = payer.billing_responsible()
    if contact is None:
        return None
    return BillingContact(contact.id, contact.full_name, contact.salutation, contact.email)


def default_ship_to_address(drafting: Drafting, job: Job | None) -> str | None:
    """The id of the address that the job names, else the customer's default one."""
    if job is not None and job.ship_to and drafting.customer.address(job.ship_to):
        return job.ship_to
    address = default_ship_to(drafting.customer)
    return address.id if address else None
