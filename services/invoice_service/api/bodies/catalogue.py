"""Bodies of GL accounts, products, extra charges, terms, methods and sales reps."""

from typing import Literal

from pydantic import Field

from services.invoice_service.api.bodies.fields import (
    Body,
    Code,
    EmailAddress,
    LocalizedShown,
    LocalizedText,
    LongText,
    NaturalNumber,
    Shown,
    ShownUnitPrice,
    UnitPrice,
    example,
)
from services.invoice_service.domain.reference import (
    ExtraChargeCode,
    GlAccount,
    PaymentMethod,
    PaymentTerm,
    Product,
    SalesRep,
)

Category = Literal["revenue", "expense", "asset", "liability"]


class GlAccountBody(Body):
    """A GL account as it is put."""

    model_config = example({"description": "Ventes, impression offset", "category": "revenue"})

    description: LongText
    category: Category
    active: bool = True

    def record(self, code: str) -> GlAccount:
        """The record that it describes."""
        return GlAccount(code, self.description, self.category, self.active)


class GlAccountShown(Shown):
    """A GL account."""

    number: str
    description: str
    category: Category
    active: bool


class ProductBody(Body):
    """A product as it is put."""

    model_config = example(
        {
            "description": {"fr": "Pliage, par mille", "en": "Folding, per thousand"},
            "unit_price": "12.50",
            "gl_account": "4444",
        }
    )

    description: LocalizedText
    unit_price: UnitPrice | None = None
    gl_account: Code | None = None
    active: bool = True

    def record(self, code: str) -> Product:
        """The record that it describes."""
        return Product(code, self.description.value(), self.unit_price, self.gl_account, self.active)


class ProductShown(Shown):
    """A product."""

    code: str
    description: LocalizedShown
    unit_price: ShownUnitPrice | None
    gl_account: str | None
    active: bool


class ExtraChargeBody(Body):
    """A code of extra charges as it is put; one of account and product is required."""

    model_config = example(
        {
            "description": {"fr": "Livraison", "en": "Delivery"},
            "unit_price": "40.00",
            "gl_account": "4460",
        },
        anyOf=[
            {"properties": {name: {"type": "string"}}, "required": [name]}
            for name in ("gl_account", "product")
        ],
    )

    description: LocalizedText
    unit_price: UnitPrice | None = None
    gl_account: Code | None = None
    product: Code | None = None
    active: bool = True

    def record(self, code: str) -> ExtraChargeCode:
        """The record that it describes."""
        return ExtraChargeCode(
            code, self.description.value(), self.unit_price, self.gl_account, self.product, self.active
        )


class ExtraChargeShown(Shown):
    """A code of extra charges."""

    code: str
    description: LocalizedShown
    unit_price: ShownUnitPrice | None
    gl_account: str | None
    product: str | None
    active: bool


class PaymentTermBody(Body):
    """A payment term as it is put: due `days` after the date, then perhaps at the end of that month."""

    model_config = example({"description": {"fr": "Net 30 jours", "en": "Net 30 days"}, "days": 30})

    description: LocalizedText
    days: NaturalNumber = Field(
        default=0, description="days between the invoice's date and the day it is due"
    )
    end_of_month: bool = Field(default=False, description="due at the end of the month of that day")
    on_delivery: bool = False
    active: bool = True

    def record(self, code: str) -> PaymentTerm:
        """The record that it describes."""
        return PaymentTerm(
            code, self.description.value(), self.days, self.end_of_month, self.on_delivery, self.active
        )


class PaymentTermShown(Shown):
    """A payment term."""

    code: str
    description: LocalizedShown
    days: int
    end_of_month: bool
    on_delivery: bool
    active: bool


class PaymentMethodBody(Body):
    """A payment method as it is put."""

    model_config = example({"description": {"fr": "Virement", "en": "Bank transfer"}})

    description: LocalizedText
    active: bool = True

    def record(self, code: str) -> PaymentMethod:
        """The record that it describes."""
        return PaymentMethod(code, self.description.value(), self.active)


class PaymentMethodShown(Shown):
    """A payment method."""

    code: str
    description: LocalizedShown
    active: bool


class SalesRepBody(Body):
    """A sales rep as it is put."""

    model_config = example({"name": "Maude Gagnon", "email": "maude@imprimerie.example"})

    name: LongText
    email: EmailAddress | None = None
    active: bool = True

    def record(self, code: str) -> SalesRep:
        """The record that it describes."""
        return SalesRep(code, self.name, self.email, self.active)


class SalesRepShown(Shown):
    """A sales rep."""

    code: str
    name: str
    email: str | None
    active: bool
