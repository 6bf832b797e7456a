"""What production systems tell us. Exchange `production`.

Texts, codes and numbers are held to the same rules as in the HTTP calls that declare the same things.
"""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from shared.contracts.values import (
    Amount,
    Code,
    Digest,
    Language,
    LongText,
    Quantity,
    ShortText,
    UnitPrice,
    Wire,
)

JobStatus = Literal[
    "pending_launch", "in_production", "production_complete", "shipped", "invoiced", "completed", "cancelled"
]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
_NotNegative = Annotated[
    Quantity, Field(ge=0), WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,14}(\.[0-9]{1,4})?$"})
]
_MOST = 500


class ExtraChargeData(Wire):
    """A fee added to a job in production, billed with it."""

    id: Code = Field(
        description="the charge's own id, unique in its job: the same id again is the same charge"
    )
    code: Code | None = Field(
        default=None, description="code of an extra charge we know; it gives whatever is left out here"
    )
    description: Digest | None = Field(
        default=None, description="what the line says; absent: that of its code, else of its product"
    )
    quantity: _NotNegative = Field(description="how much of it to bill")
    unit_price: UnitPrice | None = Field(
        default=None, description="before taxes; absent: that of its code, else of its product"
    )
    product: Code | None = Field(default=None, description="code of a product we know")
    gl_account: Code | None = Field(
        default=None,
        description="number of a GL account we know; account or product must be here or in the code",
    )


class JobData(Wire):
    """A job as production knows it. Absent `extra_charges` means unchanged; another absent field, null."""

    number: Code = Field(description="the job's number, the same in every message about it")
    customer: Code = Field(description="code of a customer we know: whom the job is made for")
    title: LongText = Field(
        min_length=1, description="what is made; the line of the invoice when no description is"
    )
    description: Digest | None = Field(default=None, description="the text of the invoice's line")
    ordered_quantity: _NotNegative = Field(
        description="what the customer ordered, in the unit that is priced"
    )
    produced_quantity: _NotNegative | None = Field(
        default=None,
        description="what was made; billed instead of what was ordered if the shop says so",
    )
    unit_price: UnitPrice | None = Field(
        default=None, description="price of one, before taxes; not together with `total_price`"
    )
    total_price: Amount | None = Field(
        default=None, description="price of the whole ordered quantity, before taxes; not with `unit_price`"
    )
    currency: Currency | None = Field(
        default=None,
        description="ISO 4217 code of the prices; absent: that of who is billed, and another one can't be billed",
    )
    po_number: ShortText | None = Field(default=None, description="the customer's order number")
    product: Code | None = Field(
        default=None, description="code of a product we know: gives the account, and a price"
    )
    gl_account: Code | None = Field(default=None, description="number of the revenue account, which we know")
    ship_to: Code | None = Field(default=None, description="id of the customer's address that it is sent to")
    status: JobStatus = Field(
        description="how far production is; it is billed once launched and unless cancelled"
    )
    extra_charges: tuple[ExtraChargeData, ...] | None = Field(
        default=None,
        max_length=_MOST,
        description="all extra charges of the job, in order; absent or null leaves them as they are, [] removes"
        " them; one that stands on an invoice can't be removed",
    )


class JobCompleted(Wire):
    """Production is done with a job: it can be billed.

    The job is replaced by what the message says, then one pro forma is prepared if the shop has that on.
    """

    job: JobData = Field(description="the whole job, as it is now")


class JobUpdated(Wire):
    """A job is new, or changed in production. It is replaced by what the message says; nothing is billed."""

    job: JobData = Field(description="the whole job, as it is now")


class AddressData(Wire):
    """A customer's address."""

    id: Code = Field(description="the address's own id, unique in its customer; a job's `ship_to` names it")
    kind: Literal["billing", "shipping"] = Field(description="what it is for")
    is_main: bool = Field(default=False, description="the one that is proposed; at most one of each kind")
    name: LongText | None = Field(default=None, description="the place's own name, when it has another")
    line1: LongText = Field(description="street and number")
    line2: LongText | None = Field(default=None, description="suite, building, post office box")
    city: ShortText = Field(description="city")
    province: ShortText | None = Field(
        default=None, description="two letters in Canada (QC): taxes follow from it when no tax code is set"
    )
    postal_code: ShortText | None = Field(default=None, description="as it is printed")
    country: ShortText = Field(description="name or code, as it is printed")


class ContactData(Wire):
    """A customer's contact."""

    id: Code = Field(description="the contact's own id, unique in its customer")
    first_name: ShortText = Field(description="first name")
    last_name: ShortText = Field(description="last name")
    salutation: ShortText | None = Field(default=None, description="such as Madame, for e-mails")
    email: Annotated[ShortText, Field(max_length=254)] | None = Field(
        default=None, description="without it nothing can be e-mailed to the contact"
    )
    phone: ShortText | None = Field(default=None, description="as people write it")
    language: Language | None = Field(default=None, description="absent: the customer's")
    is_default: bool = Field(default=False, description="at most one")
    billing_responsible: bool = Field(
        default=False, description="invoices are to the attention of this contact; at most one that is active"
    )
    billing_email: bool = Field(default=False, description="gets invoices by e-mail, besides the responsible")
    active: bool = Field(default=True, description="false: not proposed any more")


class CustomerData(Wire):
    """A customer as the production system knows it. What is absent has its default: the whole is replaced."""

    code: Code = Field(description="the customer's code, the same in every message about it")
    name: LongText = Field(min_length=1, description="as it is printed")
    language: Language | None = Field(
        default=None, description="of its invoices and e-mails; absent: the shop's"
    )
    currency: Currency | None = Field(
        default=None, description="ISO 4217 code: what it is billed in; absent: the shop's"
    )
    active: bool = Field(default=True, description="false: nothing more is billed to it")
    prospect: bool = Field(default=False, description="true: not a customer yet, nothing is billed to it")
    po_required: bool = Field(
        default=False, description="no final invoice without the customer's order number"
    )
    bill_to: Code | None = Field(default=None, description="code of the customer who pays for this one")
    tax_code: Code | None = Field(default=None, description="absent: by the province that is shipped to")
    payment_term: Code | None = Field(default=None, description="code of a payment term we know")
    payment_method: Code | None = Field(default=None, description="code of a payment method we know")
    sales_rep: Code | None = Field(default=None, description="code of a sales representative we know")
    receivable_account: Code | None = Field(default=None, description="absent: the shop's")
    business_entity: Code | None = Field(
        default=None, description="code of the entity of ours that bills it; absent: the default one"
    )
    addresses: tuple[AddressData, ...] = Field(
        default=(), max_length=_MOST, description="all of them: one that is not here is gone"
    )
    contacts: tuple[ContactData, ...] = Field(
        default=(), max_length=_MOST, description="all of them: one that is not here is gone"
    )


class CustomerUpdated(Wire):
    """A customer is new, or changed in the production system. It is replaced by what the message says."""

    customer: CustomerData = Field(description="the whole customer, as it is now")
