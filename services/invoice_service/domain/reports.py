"""What was sold and which taxes were charged: sums of finals as they are stored.

Nothing is computed anew, but for amounts of another currency, which are also given in the company's (ADR 34).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Literal, TypeVar

from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.money import ZERO
from services.invoice_service.domain.texts import Localized

GroupBy = Literal["customer", "sales_rep"]
YEARS = 5


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both of them counted."""

    first: dt.date
    last: dt.date


def period_of(first: dt.date | None, last: dt.date | None, today: dt.date) -> Period:
    """The period that is asked for: until today, from the first of the month of its end.

    Raises:
        Invalid: it ends before it begins.
    """
    end = last or today
    begin = first or end.replace(day=1)
    if begin > end:
        raise Invalid("invalid_parameter", errors=(FieldError("from", "period_reversed"),))
    return Period(begin, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What some finals of one currency come to; credit notes take away.

    `company_*` are in the company's currency; None when one of them has no rate to it.
    """

    currency: str
    invoices: int
    credit_notes: int
    subtotal: Decimal
    taxes: Decimal
    company_subtotal: Decimal | None
    company_taxes: Decimal | None

    @property
    def total(self) -> Decimal:
        """With taxes."""
        return self.subtotal + self.taxes


@dataclass(frozen=True, slots=True)
class Sales:
    """What some finals come to: by currency, and in all, in the company's currency."""

    by_currency: tuple[Sold, ...] = ()

    @property
    def invoices(self) -> int:
        """How many."""
        return sum(sold.invoices for sold in self.by_currency)

    @property
    def credit_notes(self) -> int:
        """How many."""
        return sum(sold.credit_notes for sold in self.by_currency)

    @property
    def subtotal(self) -> Decimal | None:
        """Before taxes; None when an amount has no rate to the company's currency."""
        return total_of(sold.company_subtotal for sold in self.by_currency)

    @property
    def taxes(self) -> Decimal | None:
        """The taxes, in the same way."""
        return total_of(sold.company_taxes for sold in self.by_currency)

    @property
    def total(self) -> Decimal | None:
        """With taxes, in the same way."""
        return total_of((self.subtotal, self.taxes))


def total_of(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None as soon as one is not known."""
    result = ZERO
    for amount in amounts:
        if amount is None:
            return None
        result += amount
    return result


def sales_of(several: Iterable[Sold]) -> Sales:
    """What several sums come to."""
    return Sales(sums(several))


@dataclass(frozen=True, slots=True)
class SalesGroup:
    """The sales of one customer or sales rep; `code` is None for those without a sales rep."""

    code: str | None
    name: str | None
    sales: Sales


@dataclass(frozen=True, slots=True)
class SalesReport:
    """The sales of a period, by customer or sales rep. `currency` is the company's."""

    period: Period
    currency: str
    group_by: GroupBy
    groups: tuple[SalesGroup, ...]

    @property
    def sales(self) -> Sales:
        """All of it."""
        return sales_of(sold for group in self.groups for sold in group.sales.by_currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesLine:
    """One final of the sales report. `rate`: to the company's currency, None when it has none."""

    number: str
    kind: str
    date: dt.date
    customer: str
    customer_name: str
    sales_rep: str | None
    sales_rep_name: str | None
    currency: str
    rate: Decimal | None
    subtotal: Decimal
    taxes: Decimal
    company_subtotal: Decimal | None
    company_taxes: Decimal | None

    @property
    def total(self) -> Decimal:
        """With taxes."""
        return self.subtotal + self.taxes

    @property
    def company_total(self) -> Decimal | None:
        """With taxes, in the company's currency."""
        return total_of((self.company_subtotal, self.company_taxes))

    def group(self, by: GroupBy) -> str | None:
        """The code of the group that it is in."""
        return self.customer if by == "customer" else self.sales_rep


@dataclass(frozen=True, slots=True)
class YearOfSales:
    """The sales of one year."""

    year: int
    sales: Sales


@dataclass(frozen=True, slots=True)
class CustomerSales:
    """The sales to one customer, year by year, the oldest first; a year without any is there, too."""

    code: str
    name: str
    currency: str
    years: tuple[YearOfSales, ...]


def years_until(today: dt.date) -> Period:
    """The year of today, and as many before it as are told."""
    return Period(dt.date(today.year - YEARS + 1, 1, 1), dt.date(today.year, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What was charged of one tax, in one currency. `company_*` as in `Sold`."""

    currency: str
    invoices: int
    credit_notes: int
    base: Decimal
    amount: Decimal
    company_base: Decimal | None
    company_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class TaxRow:
    """What was charged of one tax at one rate under one registration number. Of a sum over rates, `rate` is None."""

    code: str
    name: Localized
    rate: Decimal | None
    registration_number: str | None
    by_currency: tuple[Charged, ...]

    @property
    def invoices(self) -> int:
        """How many."""
        return sum(charged.invoices for charged in self.by_currency)

    @property
    def credit_notes(self) -> int:
        """How many."""
        return sum(charged.credit_notes for charged in self.by_currency)

    @property
    def base(self) -> Decimal | None:
        """What it was charged on, in the company's currency; None when a rate to it is not known."""
        return total_of(charged.company_base for charged in self.by_currency)

    @property
    def amount(self) -> Decimal | None:
        """What was charged, in the same way."""
        return total_of(charged.company_amount for charged in self.by_currency)


@dataclass(frozen=True, slots=True)
class TaxReport:
    """The taxes of a period, what they were charged on, and all sales, taxed or not."""

    period: Period
    currency: str
    taxes: tuple[TaxRow, ...]
    sales: Sales

    @property
    def declared(self) -> tuple[TaxRow, ...]:
        """What goes into a return: one row for each tax and registration number, whatever the rate."""
        found: dict[tuple[str, str | None], TaxRow] = {}
        for row in self.taxes:
            key = (row.code, row.registration_number)
            known = found.get(key)
            of_currencies = (*known.by_currency, *row.by_currency) if known else row.by_currency
            found[key] = TaxRow(row.code, row.name, None, row.registration_number, sums(of_currencies))
        return tuple(found.values())


SoldOrCharged = TypeVar("SoldOrCharged", Sold, Charged)


def sums(several: Iterable[SoldOrCharged]) -> tuple[SoldOrCharged, ...]:
    """What several sums come to, one for each currency, in the order of their codes."""
    found: dict[str, SoldOrCharged] = {}
    for one in several:
        known = found.get(one.currency)
        found[one.currency] = _added(known, one) if known else one
    return tuple(found[currency] for currency in sorted(found))


def _added(one: SoldOrCharged, other: SoldOrCharged) -> SoldOrCharged:
    """The sum of every count and amount; of two amounts of which one is not known, None."""
    added: dict[str, Any] = {
        field.name: None if None in pair else sum(pair)
        for field in fields(one)
        if field.name != "currency"
        for pair in [(getattr(one, field.name), getattr(other, field.name))]
    }
    return replace(one, **added)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedInvoice:
    """An invoice as a row of the list shows it."""

    number: str
    jobs: tuple[str, ...]
    date: dt.date
    customer_name: str
    subtotal: Decimal
    currency: str
    status: str
    on_hold: bool
