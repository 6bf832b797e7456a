"""Reports as they are answered."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from services.invoice_service.api.bodies.fields import LocalizedShown, Shown, ShownAmount, ShownRate
from services.invoice_service.domain.reports import GroupBy

Invoices = Annotated[int, Field(ge=0, description="how many final invoices")]
CreditNotes = Annotated[
    int, Field(ge=0, description="how many final credit notes; their amounts are negative")
]
Converted = Annotated[
    ShownAmount | None,
    Field(
        description="in the company's currency, by the rate of each invoice; null: one has no rate to that currency"
    ),
]
From = Annotated[dt.date, Field(alias="from", serialization_alias="from", description="the first day")]
To = Annotated[dt.date, Field(alias="to", serialization_alias="to", description="the last day")]
Company = Annotated[str, Field(description="the company's currency")]


class SoldShown(Shown):
    """Sales in one currency."""

    currency: str
    invoices: Invoices
    credit_notes: CreditNotes
    subtotal: ShownAmount
    taxes: ShownAmount
    total: ShownAmount


class SalesShown(Shown):
    """Sales, credit notes taken off."""

    invoices: Invoices
    credit_notes: CreditNotes
    subtotal: Converted
    taxes: Converted
    total: Converted
    by_currency: tuple[SoldShown, ...] = Field(description="the same, as it was invoiced")


class SalesGroupShown(SalesShown):
    """The sales of one customer (sold to) or sales rep."""

    code: str | None = Field(description="null: without a sales rep")
    name: str | None


class SalesReportShown(SalesShown):
    """The sales of a period: finals alone, by the date of the invoice."""

    from_: From
    to: To
    group_by: GroupBy
    currency: Company
    groups: tuple[SalesGroupShown, ...] = Field(description="by name")


class ChargedShown(Shown):
    """What was charged of a tax, in one currency."""

    currency: str
    base: ShownAmount
    amount: ShownAmount


class DeclaredShown(Shown):
    """What was charged of one tax under one registration number."""

    code: str
    name: LocalizedShown
    registration_number: str | None
    invoices: Invoices
    credit_notes: CreditNotes
    base: Converted
    amount: Converted
    by_currency: tuple[ChargedShown, ...] = Field(description="the same, as it was invoiced")


class TaxRowShown(DeclaredShown):
    """What was charged of one tax at one rate under one registration number."""

    rate: ShownRate


class TaxReportShown(Shown):
    """The taxes of a period: finals alone, by the date of the invoice, credit notes taken off."""

    from_: From
    to: To
    currency: Company
    taxes: tuple[TaxRowShown, ...] = Field(description="by code, registration number and rate")
    declared: tuple[DeclaredShown, ...] = Field(
        description="what a return needs: the same, whatever the rate"
    )
    sales: SalesShown = Field(description="all sales of the period, taxed or not")


class YearShown(SalesShown):
    """The sales of a year."""

    year: int


class CustomerSalesShown(Shown):
    """The sales to a customer (sold to), year by year: this year and the four before it, the oldest first."""

    code: str
    name: str
    currency: Company
    years: tuple[YearShown, ...]
