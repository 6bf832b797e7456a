"""What production systems tell us. Exchange `production`."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.values import Amount, Language, Quantity, UnitPrice, Wire

JobStatus = Literal[
    "pending_launch", "in_production", "production_complete", "shipped", "invoiced", "completed", "cancelled"
]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class ExtraChargeData(Wire):
    """A fee added to a job in production; account or product may come from its code's defaults."""

    id: Code
    code: Code | None = None
    description: str | None = Field(default=None, max_length=2000)
    quantity: Quantity
    unit_price: UnitPrice | None = None
    product: Code | None = None
    gl_account: Code | None = None


class JobData(Wire):
    """A job as production knows it. Absent `extra_charges` means unchanged; another absent field, null."""

    number: Code
    customer: Code
    title: str = Field(min_length=1, max_length=500)
    description: str | None = Field(default=None, max_length=2000)
    ordered_quantity: Quantity = Field(ge=0)
    produced_quantity: Quantity | None = Field(default=None, ge=0)
    unit_price: UnitPrice | None = None
    total_price: Amount | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    po_number: str | None = Field(default=None, max_length=100)
    product: Code | None = None
    gl_account: Code | None = None
    ship_to: Code | None = None
    status: JobStatus
    extra_charges: tuple[ExtraChargeData, ...] | None = None


class JobCompleted(Wire):
    """A job is done in production: it can be billed."""

    job: JobData


class JobUpdated(Wire):
    """A job changed in production."""

    job: JobData


class AddressData(Wire):
    """A customer's address."""

    id: Code
    kind: Literal["billing", "shipping"]
    is_main: bool = False
    name: str | None = None
    line1: str
    line2: str | None = None
    city: str
    province: str | None = None
    postal_code: str | None = None
    country: str


class ContactData(Wire):
    """A customer's contact."""

    id: Code
    first_name: str
    last_name: str
    salutation: str | None = None
    email: str | None = None
    phone: str | None = None
    language: Language | None = None
    is_default: bool = False
    billing_responsible: bool = False
    billing_email: bool = False
    active: bool = True


class CustomerData(Wire):
    """A customer as the production system knows it."""

    code: Code
    name: str
    language: Language = "fr"
    currency: str = "CAD"
    active: bool = True
    prospect: bool = False
    po_required: bool = False
    bill_to: Code | None = None
    tax_code: Code | None = None
    payment_term: Code | None = None
    payment_method: Code | None = None
    sales_rep: Code | None = None
    receivable_account: Code | None = None
    business_entity: Code | None = None
    addresses: tuple[AddressData, ...] = ()
    contacts: tuple[ContactData, ...] = ()


class CustomerUpdated(Wire):
    """A customer changed in the production system."""

    customer: CustomerData
