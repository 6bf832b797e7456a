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

    fr: str = Field(description="in French")
    en: str = Field(description="in English")

    def text(self, language: Language) -> str:
        """The text in `language`."""
        return self.fr if language == "fr" else self.en


class Address(Wire):
    """A postal address; `name` is the place's own name when it differs from the party's."""

    name: str | None = Field(default=None, description="the place's own name")
    line1: str = Field(description="street and number")
    line2: str | None = Field(default=None, description="suite, building, post office box")
    city: str = Field(description="city")
    province: str | None = Field(default=None, description="two letters in Canada, such as QC")
    postal_code: str | None = Field(default=None, description="as it is printed")
    country: str = Field(description="as it is printed")


class Party(Wire):
    """A customer as copied into an invoice: its code, its name, to whose attention, and where."""

    code: str = Field(description="the customer's code")
    name: str = Field(description="its name at that time")
    attention: str | None = Field(default=None, description="the person after « a/s »")
    address: Address | None = Field(default=None, description="where")


class DocumentRef(Wire):
    """A document in the store, by its key; never its bytes."""

    key: str = Field(description="its name in the document store that the services share")
    sha256: str = Field(description="SHA-256 of its bytes, in hexadecimal")
    size: int = Field(description="bytes")


class Reason(Wire):
    """Why something failed: a stable code and a sentence for a person."""

    code: str = Field(description="stable: programs decide by it")
    message: str = Field(description="for a person; its wording may change")


class DocumentLine(Wire):
    """A line as it is printed, and what its file in UBL says besides."""

    kind: Literal["job", "product", "gl", "extra_charge", "text"] = Field(description="what it bills")
    job: str | None = Field(default=None, description="number of the job")
    product: str | None = Field(default=None, description="code of the product")
    po_number: str | None = Field(default=None, description="the customer's order number")
    description: str = Field(description="its text, in the document's language")
    ordered_quantity: Quantity | None = Field(default=None, description="what the customer ordered")
    quantity: Quantity | None = Field(default=None, description="what is billed; negative on a credit note")
    unit_price: UnitPrice | None = Field(
        default=None, description="price of one as it is shown, before taxes"
    )
    total_price: Amount | None = Field(
        default=None, description="the price of the ordered quantity, when it is not by the unit"
    )
    taxes: tuple[str, ...] | None = Field(default=None, description="codes of the taxes charged on it")
    total: Amount | None = Field(
        default=None, description="the line's total before taxes; none on a line of text alone"
    )


class DocumentTax(Wire):
    """One tax of a document: its own name, its own rate, the sum it applies to, its amount."""

    code: str = Field(description="such as TPS, TVQ, TVH")
    name: Localized = Field(description="as it is printed")
    rate: Rate = Field(description="0.09975 is 9.975 %")
    base: Amount = Field(description="the sum of the line totals that it applies to")
    amount: Amount = Field(description="base times rate, rounded half up to the cent, once")
    registration_number: str | None = Field(default=None, description="the issuer's number for this tax")


class Logo(Wire):
    """The issuer's logo: a document in the store, and what it is."""

    content_type: Literal["image/png", "image/svg+xml"] = Field(description="what kind of picture")
    document: DocumentRef = Field(description="the picture")


class Issuer(Wire):
    """The business entity that issues the document."""

    code: str = Field(description="the business entity's code")
    name: str = Field(description="its name")
    address: Address | None = Field(default=None, description="its address")
    phone: str | None = Field(default=None, description="as it is printed")
    email: str | None = Field(default=None, description="as it is printed, and where invoices come from")
    website: str | None = Field(default=None, description="as it is printed")
    gst_number: str | None = Field(default=None, description="TPS/GST registration number")
    qst_number: str | None = Field(default=None, description="TVQ/QST registration number")
    logo: Logo | None = Field(default=None, description="its logo")


class BillingContact(Wire):
    """The person that a document is addressed to."""

    name: str = Field(description="first and last name")
    email: str | None = Field(default=None, description="e-mail address")


class CreditedInvoice(Wire):
    """The invoice that a credit note corrects."""

    number: str = Field(description="its final number")
    date: dt.date = Field(description="its date")
    reason: str = Field(description="why it is credited, as the clerk wrote")


class Presentation(Wire):
    """A shop's own choices for its form."""

    show_job_number: bool = Field(default=True, description="whether lines show the job's number")
    accent_colour: str | None = Field(default=None, description="such as #0b5394")
    footer: Localized | None = Field(default=None, description="the text at the foot of each page")
    columns: tuple[str, ...] | None = Field(
        default=None, description="the columns of the lines, in order; absent: the form's own"
    )
    labels: dict[str, Localized] = Field(default_factory=dict, description="label key -> its text")


class DocumentSnapshot(Wire):
    """All that a document says: its PDF needs this and the logo's document, its UBL this alone, for ever."""

    template: str = Field(description="form and version, such as standard-1")
    invoice_id: str = Field(description="id of the invoice (UUID)")
    version: int = Field(description="counts what reaches paper or totals")
    kind: Literal["invoice", "credit_note"] = Field(description="what it is")
    stage: Literal["proforma", "final"] = Field(description="a final never changes")
    number: str = Field(description="the number it has at this stage")
    date: dt.date = Field(description="the invoice's date; it chooses the tax rates")
    due_date: dt.date | None = Field(default=None, description="when it is to be paid; none on a credit note")
    language: Language = Field(description="in which it is written")
    currency: str = Field(description="ISO 4217 code of all amounts")
    company_currency: str | None = Field(
        default=None, description="ISO 4217 code of the currency that the books are kept in"
    )
    exchange_rate: Rate | None = Field(
        default=None, description="company currency for one unit of `currency`"
    )
    issuer: Issuer = Field(description="who bills")
    sold_to: Party = Field(description="whom the work was made for")
    bill_to: Party | None = Field(default=None, description="only when it differs from sold_to")
    ship_to: Party | None = Field(default=None, description="where the work was sent")
    billing_contact: BillingContact | None = Field(default=None, description="to whose attention")
    payment_term: Localized | None = Field(default=None, description="such as Net 30 jours")
    payment_method: Localized | None = Field(default=None, description="such as Porté au compte")
    sales_rep: str | None = Field(default=None, description="name of the sales representative")
    lines: tuple[DocumentLine, ...] = Field(description="in order of print")
    subtotal: Amount = Field(description="sum of the line totals, before taxes")
    taxes: tuple[DocumentTax, ...] = Field(description="each tax by itself")
    total: Amount = Field(description="subtotal and taxes")
    message: str | None = Field(default=None, description="the text under the lines")
    credited_invoice: CreditedInvoice | None = Field(default=None, description="what a credit note credits")
    presentation: Presentation = Field(default=Presentation(), description="how the shop wants it printed")
