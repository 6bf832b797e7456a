"""The shapes that several messages share.

Amounts, quantities, prices and rates are decimals in Python and **strings** in JSON: a JSON number would pass
through a binary float in most readers, and a cent would be lost there.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")


def _decimal_from_text(value: Any) -> Decimal:  # noqa: ANN401 - whatever the JSON held
    """A decimal from its text; a JSON number is refused (ValueError)."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise ValueError('a decimal written as a string is expected, such as "15812.65"')


def decimal_text(value: Decimal) -> str:
    """The text of a decimal on the wire: plain digits, never an exponent."""
    return format(value, "f")


def _schema(whole: int, places: int, description: str, example: str) -> WithJsonSchema:
    pattern = rf"^-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{places}}})?$"
    return WithJsonSchema(
        {"type": "string", "pattern": pattern, "description": description, "examples": [example]}
    )


_from_text = BeforeValidator(_decimal_from_text)
_to_text = PlainSerializer(decimal_text, return_type=str, when_used="json")

Amount = Annotated[
    Decimal,
    _from_text,
    Field(decimal_places=2, max_digits=17),
    _to_text,
    _schema(15, 2, "Money in the document's currency, to the cent.", "15812.65"),
]
Quantity = Annotated[
    Decimal,
    _from_text,
    Field(decimal_places=4, max_digits=18),
    _to_text,
    _schema(14, 4, "A quantity, up to 4 decimals.", "1000"),
]
UnitPrice = Annotated[
    Decimal,
    _from_text,
    Field(decimal_places=6, max_digits=20),
    _to_text,
    _schema(14, 6, "The price of one unit, up to 6 decimals.", "0.9184"),
]
Rate = Annotated[
    Decimal,
    _from_text,
    Field(decimal_places=8, max_digits=16),
    _to_text,
    _schema(
        8,
        8,
        "A tax rate (0.09975 is 9.975 %), or an exchange rate (company currency for one unit).",
        "0.09975",
    ),
]

Language = Literal["fr", "en"]

_ONE_LINE = "^[^\\u0000-\\u001f\\u007f]*$"
_SOME_LINES = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$"

Code = Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")]
"""The business code of something: a customer's, a job's number, an account's."""
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=_ONE_LINE)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_ONE_LINE)]
Digest = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=_SOME_LINES)]
"""A description of some lines."""


class Wire(BaseModel):
    """Root of all that crosses a process: immutable; unknown fields are ignored by readers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Localized(Wire):
    """One text in the two languages of the house."""

    fr: str
    en: str

    def text(self, language: Language) -> str:
        """The text in `language`."""
        return self.fr if language == "fr" else self.en


class Address(Wire):
    """A postal address; `name` is the place's own name when it differs from the party's."""

    name: str | None = None
    line1: str
    line2: str | None = None
    city: str
    province: str | None = None
    postal_code: str | None = None
    country: str


class Party(Wire):
    """A customer as copied into an invoice: its code, its name, to whose attention, and where."""

    code: str
    name: str
    attention: str | None = None
    address: Address | None = None


class DocumentRef(Wire):
    """A document in the store, by its key; never its bytes."""

    key: str
    sha256: str
    size: int = Field(description="bytes")


class Reason(Wire):
    """Why something failed: a stable code and a sentence for a person."""

    code: str
    message: str


class DocumentLine(Wire):
    """A line as it is printed, and what its file in UBL says besides."""

    kind: Literal["job", "product", "gl", "extra_charge", "text"]
    job: str | None = None
    product: str | None = None
    po_number: str | None = None
    description: str
    ordered_quantity: Quantity | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    total_price: Amount | None = Field(
        default=None, description="the price of the ordered quantity, when it is not by the unit"
    )
    taxes: tuple[str, ...] | None = Field(default=None, description="codes of the taxes charged on it")
    total: Amount | None = None


class DocumentTax(Wire):
    """One tax of a document: its own name, its own rate, the sum it applies to, its amount."""

    code: str
    name: Localized
    rate: Rate
    base: Amount
    amount: Amount
    registration_number: str | None = None


class Logo(Wire):
    """The issuer's logo: a document in the store, and what it is."""

    content_type: Literal["image/png", "image/svg+xml"]
    document: DocumentRef


class Issuer(Wire):
    """The business entity that issues the document."""

    code: str
    name: str
    address: Address | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    gst_number: str | None = None
    qst_number: str | None = None
    logo: Logo | None = None


class BillingContact(Wire):
    """The person that a document is addressed to."""

    name: str
    email: str | None = None


class CreditedInvoice(Wire):
    """The invoice that a credit note corrects."""

    number: str
    date: dt.date
    reason: str


class Presentation(Wire):
    """A shop's own choices for its form."""

    show_job_number: bool = True
    accent_colour: str | None = None
    footer: Localized | None = None
    columns: tuple[str, ...] | None = None
    labels: dict[str, Localized] = Field(default_factory=dict, description="label key -> its text")


class DocumentSnapshot(Wire):
    """All that a document says: its PDF needs this and the logo's document, its UBL this alone, for ever."""

    template: str = Field(description="form and version, such as standard-1")
    invoice_id: str
    version: int
    kind: Literal["invoice", "credit_note"]
    stage: Literal["proforma", "final"]
    number: str
    date: dt.date
    due_date: dt.date | None = None
    language: Language
    currency: str
    company_currency: str | None = None
    exchange_rate: Rate | None = Field(
        default=None, description="company currency for one unit of `currency`"
    )
    issuer: Issuer
    sold_to: Party
    bill_to: Party | None = Field(default=None, description="only when it differs from sold_to")
    ship_to: Party | None = None
    billing_contact: BillingContact | None = None
    payment_term: Localized | None = None
    payment_method: Localized | None = None
    sales_rep: str | None = None
    lines: tuple[DocumentLine, ...]
    subtotal: Amount
    taxes: tuple[DocumentTax, ...]
    total: Amount
    message: str | None = None
    credited_invoice: CreditedInvoice | None = None
    presentation: Presentation = Presentation()
