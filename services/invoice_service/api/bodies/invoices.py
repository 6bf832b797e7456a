"""Bodies of invoices and their lines, as they are sent."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from services.invoice_service.api.bodies.fields import (
    ONE_PRICE,
    Amount,
    Body,
    Code,
    Language,
    LongText,
    Paragraphs,
    Patch,
    PositiveAmount,
    PositiveQuantity,
    Rate,
    ShortText,
    SomeQuantity,
    Unfit,
    UnitPrice,
    example,
)
from services.invoice_service.domain.declarations import CODE_PATTERN


def _id(value: object) -> object:
    """Strict models take ids of JSON as text: read them, refuse anything else."""
    if not isinstance(value, str):
        return value
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise Unfit("Un identifiant (UUID) est attendu.", "An id (UUID) is expected.") from error


Id = Annotated[uuid.UUID, BeforeValidator(_id)]
PositiveRate = Annotated[
    Rate,
    Field(gt=0),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?=.*[1-9])[0-9]{1,8}(\.[0-9]{1,8})?$",
            "description": "Company currency for one unit of the invoice's.",
            "examples": ["1.3642"],
        }
    ),
]


def _one_of(*names: str) -> list[dict[str, Any]]:
    """JSON Schema: one of these fields is there, and the others are not (or null)."""
    return [
        {
            "properties": {other: {"type": "string" if other == name else "null"} for other in names},
            "required": [name],
        }
        for name in names
    ]


class CreateBody(Body):
    """From a job, or empty for a customer."""

    model_config = example({"job": "D-0024"}, {"customer": "C-0153"}, oneOf=_one_of("job", "customer"))

    job: Code | None = None
    customer: Code | None = None
    force: bool = Field(default=False, description="also when the job is fully billed")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.job is None) == (self.customer is None):
            raise Unfit(
                "Un dossier ou un client est attendu.",
                "Either a job or a customer is expected.",
                field="job" if self.job is None else "customer",
                code="required" if self.job is None else "invalid",
            )
        return self


class HoldBody(Body):
    """Why an invoice waits."""

    reason: LongText


class InvoicePatch(Patch):
    """What is typed over; null brings a default back."""

    model_config = example(
        {
            "date": "2025-07-18",
            "billing_contact": "julie",
            "ship_to": "entrepot",
            "message": "Merci de votre confiance.",
        },
        {"note": "Attendre l'accord de Julie", "hold": {"reason": "Prix à confirmer"}},
        {"hold": None, "favourite": True},
    )

    # Null is refused by the handler: there is no default to go back to.
    customer: Annotated[
        Code | None,
        WithJsonSchema({"type": "string", "pattern": CODE_PATTERN}),
        Field(description="while no line comes from a job"),
    ] = None
    date: dt.date | None = None
    business_entity: Code | None = None
    ship_to: Code | None = Field(default=None, description="an address id of the customer")
    billing_contact: Code | None = Field(default=None, description="a contact id of the customer who pays")
    tax_code: Code | None = None
    payment_term: Code | None = None
    payment_method: Code | None = None
    sales_rep: Code | None = None
    language: Language | None = None
    message: Paragraphs | None = Field(default=None, description="at the bottom of the form")
    note: Paragraphs | None = Field(default=None, description="never printed")
    hold: HoldBody | None = Field(default=None, description="while it is there, nothing is final")
    exchange_rate: PositiveRate | None = None
    favourite: bool | None = Field(default=None, description="the caller's own mark")

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
    ordered_quantity: SomeQuantity | None = None
    quantity: SomeQuantity | None = Field(default=None, description="billed by this line")
    unit_price: UnitPrice | None = None
    total_price: Annotated[Amount, Field(description="for the ordered quantity, before taxes")] | None = None
    product: Code | None = None
    gl_account: Code | None = None
    tax_code: Code | None = None
    after: Id | None = Field(default=None, description="the line that it goes behind; null: the last one")
    allow_over_invoicing: bool = Field(
        default=False, description="more than what was ordered and the tolerance; an accountant's word"
    )


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


def _line(kind: str, source: str, *, without_job: bool) -> dict[str, Any]:
    """JSON Schema: a line of this kind has this source."""
    fields: dict[str, Any] = {"kind": {"const": kind}, source: {"type": "string"}}
    if without_job:
        fields["job"] = {"type": "null"}
    return {"properties": fields, "required": ["kind", source]}


# The field that says where a line of a kind comes from.
_SOURCES = {
    "job": "job",
    "product": "product",
    "gl": "gl_account",
    "extra_charge": "extra_charge",
    "text": "description",
}
_OF_JOBS = ("job", "extra_charge")


class LineBody(LineFields):
    """A line to add: its kind, and its source by kind."""

    model_config = example(
        {"kind": "product", "product": "PLIAGE", "quantity": "4"},
        {
            "kind": "gl",
            "gl_account": "4460",
            "description": "Messagerie",
            "quantity": "1",
            "unit_price": "18.75",
        },
        {"kind": "job", "job": "D-0024", "quantity": "250"},
        {"kind": "extra_charge", "job": "D-0024", "extra_charge": "x2"},
        {"kind": "text", "description": "Livré en deux envois"},
        oneOf=[_line(kind, source, without_job=kind not in _OF_JOBS) for kind, source in _SOURCES.items()],
        anyOf=ONE_PRICE,
    )

    kind: Literal["job", "product", "gl", "extra_charge", "text"]
    job: Code | None = None
    extra_charge: Code | None = Field(
        default=None, description="id or code of an extra charge of the job, else of the invoice's jobs"
    )
    force: bool = Field(default=False, description="also when the job is fully billed")

    @model_validator(mode="after")
    def _source(self) -> Self:
        source = _SOURCES[self.kind]
        if not getattr(self, source):
            raise Unfit(
                f"Une ligne « {self.kind} » dit d'où elle vient.",
                f"A line “{self.kind}” needs its source.",
                field=source,
                code="required",
            )
        if self.job and self.kind not in _OF_JOBS:
            raise Unfit(
                f"Une ligne « {self.kind} » n'a pas de dossier.",
                f"A line “{self.kind}” has no job.",
                field="job",
            )
        return self

    def typed(self) -> dict[str, Any]:
        """What was typed over the defaults of the source."""
        source = _SOURCES[self.kind] if self.kind != "text" else None
        return {
            field: getattr(self, field)
            for field in _TYPED
            if field in self.model_fields_set and field != source and getattr(self, field) is not None
        }


class LinePatch(LineFields, Patch):
    """What is typed over in a line; null brings a default back."""

    model_config = example(
        {"quantity": "750", "description": "Encarts, première livraison"},
        {"total_price": None},
        anyOf=ONE_PRICE,
    )

    amount: PositiveAmount | None = Field(default=None, description="of a credit without quantity")
    release_quantity: bool | None = Field(
        default=None, description="of a credit: the quantity can be billed again"
    )

    def typed(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {field: getattr(self, field) for field in _TYPED if field in self.model_fields_set}


class OrderBody(Body):
    """The ids of all lines, in their new order."""

    model_config = example(
        {"lines": ["01981e0c-0000-7000-8000-000000000002", "01981e0c-0000-7000-8000-000000000001"]}
    )

    lines: Annotated[list[Id], Field(max_length=2000)]


class CreditLineBody(Body):
    """Credit of one line: a quantity, or an amount before taxes; both positive."""

    model_config = example(
        {"line": "01981e0c-0000-7000-8000-000000000001", "quantity": "100"},
        oneOf=_one_of("quantity", "amount"),
    )

    line: Id = Field(description="a line of the credited invoice")
    quantity: PositiveQuantity | None = None
    amount: PositiveAmount | None = None
    release_quantity: bool = Field(default=True, description="the quantity can be billed again")

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.quantity is None) == (self.amount is None):
            raise Unfit(
                "Une quantité ou un montant est attendu.",
                "Either a quantity or an amount is expected.",
                field="quantity" if self.quantity is None else "amount",
                code="required" if self.quantity is None else "invalid",
            )
        return self


class CreditBody(Body):
    """What to credit, and why; no lines means all that remains."""

    model_config = example(
        {
            "reason": "100 exemplaires abîmés",
            "lines": [
                {
                    "line": "01981e0c-0000-7000-8000-000000000001",
                    "quantity": "100",
                    "release_quantity": False,
                }
            ],
        },
        {"reason": "Facturé au mauvais client", "rebill": True},
    )

    reason: LongText
    lines: Annotated[list[CreditLineBody], Field(min_length=1, max_length=2000)] | None = None
    rebill: bool = Field(default=False, description="make a pro forma that bills the same again")


class ReasonBody(Body):
    """Why."""

    model_config = example({"reason": "Saisi à la main dans la comptabilité"})

    reason: LongText
