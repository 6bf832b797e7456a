"""Bodies of invoices and their lines, as they are sent."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from services.invoice_service.api.bodies.fields import (
    Amount,
    Body,
    Code,
    Language,
    LongText,
    Paragraphs,
    Quantity,
    Rate,
    ShortText,
    Unfit,
    UnitPrice,
)


def _id(value: object) -> object:
    """Strict models take ids of JSON as text: read them, refuse anything else."""
    if not isinstance(value, str):
        return value
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise Unfit("Un identifiant (UUID) est attendu.", "An id (UUID) is expected.") from error


Id = Annotated[uuid.UUID, BeforeValidator(_id)]
Billable = Annotated[Quantity, Field(ge=0)]
Positive = Annotated[Quantity, Field(gt=0)]


class CreateBody(Body):
    """From a job, or empty for a customer."""

    job: Code | None = None
    customer: Code | None = None
    force: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.job is None) == (self.customer is None):
            raise Unfit("Un dossier ou un client est attendu.", "Either a job or a customer is expected.")
        return self


class HoldBody(Body):
    """Why an invoice waits."""

    reason: LongText


class InvoicePatch(Body):
    """What is typed over; null brings a default back."""

    customer: Code | None = None
    date: dt.date | None = None
    business_entity: Code | None = None
    ship_to: Code | None = None
    billing_contact: Code | None = None
    tax_code: Code | None = None
    payment_term: Code | None = None
    payment_method: Code | None = None
    sales_rep: Code | None = None
    language: Language | None = None
    message: Paragraphs | None = None
    note: Paragraphs | None = None
    hold: HoldBody | None = None
    exchange_rate: Annotated[Rate, Field(gt=0)] | None = None
    favourite: bool | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, and nothing else."""
        changes = {field: getattr(self, field) for field in self.model_fields_set}
        if self.hold is not None:
            changes["hold"] = self.hold.reason
        return changes


class LineFields(Body):
    """What is typed into a line."""

    description: Paragraphs | None = None
    po_number: ShortText | None = None
    ordered_quantity: Billable | None = None
    quantity: Billable | None = None
    unit_price: UnitPrice | None = None
    total_price: Amount | None = None
    product: Code | None = None
    gl_account: Code | None = None
    tax_code: Code | None = None
    allow_over_invoicing: bool = False


_TYPED = (
    "description",
    "po_number",
    "ordered_quantity",
    "quantity",
    "unit_price",
    "total_price",
    "product",
    "gl_account",
    "tax_code",
    "amount",
    "release_quantity",
)


class LineBody(LineFields):
    """A line to add: its kind, and its source by kind."""

    kind: Literal["job", "product", "gl", "extra_charge", "text"]
    job: Code | None = None
    extra_charge: Code | None = None
    after: Id | None = None
    force: bool = False

    @model_validator(mode="after")
    def _source(self) -> Self:
        needed = {
            "job": self.job,
            "product": self.product,
            "gl": self.gl_account,
            "extra_charge": self.job and self.extra_charge,
            "text": self.description,
        }[self.kind]
        if not needed:
            raise Unfit(
                f"Une ligne « {self.kind} » dit d'où elle vient.", f"A line “{self.kind}” needs its source."
            )
        if self.job and self.kind not in ("job", "extra_charge"):
            raise Unfit(f"Une ligne « {self.kind} » n'a pas de dossier.", f"A line “{self.kind}” has no job.")
        return self

    def typed(self) -> dict[str, Any]:
        """What was typed over the defaults of the source."""
        sources = {"product": ("product",), "gl": ("gl_account",)}.get(self.kind, ())
        return {
            field: getattr(self, field)
            for field in _TYPED
            if field in self.model_fields_set and field not in sources and getattr(self, field) is not None
        }


class LinePatch(LineFields):
    """What is typed over in a line; null brings a default back. `amount`: of a credit without quantity."""

    amount: Annotated[Amount, Field(gt=0)] | None = None
    release_quantity: bool | None = None

    def typed(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {field: getattr(self, field) for field in _TYPED if field in self.model_fields_set}


class OrderBody(Body):
    """The ids of all lines, in their new order."""

    lines: Annotated[list[Id], Field(max_length=2000)]


class CreditLineBody(Body):
    """Credit of one line: a quantity, or an amount before taxes; both positive."""

    line: Id
    quantity: Positive | None = None
    amount: Annotated[Amount, Field(gt=0)] | None = None
    release_quantity: bool = True

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.quantity is None) == (self.amount is None):
            raise Unfit(
                "Une quantité ou un montant est attendu.", "Either a quantity or an amount is expected."
            )
        return self


class CreditBody(Body):
    """What to credit, and why; no lines means all that remains."""

    reason: LongText
    lines: Annotated[list[CreditLineBody], Field(min_length=1, max_length=2000)] | None = None
    rebill: bool = False


class ReasonBody(Body):
    """Why."""

    reason: LongText
