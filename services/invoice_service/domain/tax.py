"""Sales taxes: dated rates, codes of up to two taxes, and the one function that computes a document's totals.

Each tax is computed once, on the sum of the line totals it applies to, and rounded on its own; the total is the
sum of what is shown (Revenu Québec, « Calculer les taxes »: taxes may be computed on the sum of all items before
rounding; the QST is on the price without the GST, Act respecting the Québec sales tax, s. 16).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.invoice_service.domain.money import ZERO, product, to_cent
from services.invoice_service.domain.texts import Localized


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A rate (0.09975) and the first day that it holds."""

    since: dt.date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax, known by its own code (TPS, TVQ, TVH…)."""

    code: str
    name: Localized
    rates: tuple[DatedRate, ...]
    gl_account: str | None = None
    registration_number: str | None = None

    def rate_on(self, day: dt.date) -> Decimal | None:
        """The rate in force on `day`, or None before the first one."""
        held = [dated for dated in self.rates if dated.since <= day]
        return max(held, key=lambda dated: dated.since).rate if held else None


@dataclass(frozen=True, slots=True)
class TaxCode:
    """What a tax code charges: none, one or two taxes."""

    code: str
    description: str
    taxes: tuple[Tax, ...] = ()
    province: str | None = None
    is_default: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class AppliedTax:
    """One tax of a document: its rate, the sum it applies to, its amount."""

    code: str
    name: Localized
    rate: Decimal
    base: Decimal
    amount: Decimal
    gl_account: str | None = None
    registration_number: str | None = None


@dataclass(frozen=True, slots=True)
class TaxableLine:
    """What totals need to know of a line: its total (None: not priced yet) and the taxes charged on it."""

    total: Decimal | None
    taxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sub-total, taxes and total of a document, each to the cent."""

    subtotal: Decimal
    taxes: tuple[AppliedTax, ...]
    total: Decimal


def compute_totals(lines: Iterable[TaxableLine], taxes: Mapping[str, Tax], day: dt.date) -> Totals:
    """The totals of a document dated `day`. A tax without a rate on that day is left out (finalize refuses it)."""
    priced = [line for line in lines if line.total is not None]
    subtotal = sum((line.total for line in priced if line.total is not None), ZERO)
    bases: dict[str, Decimal] = {}
    for line in priced:
        for code in line.taxes:
            bases[code] = bases.get(code, ZERO) + (line.total or ZERO)
    applied = tuple(
        AppliedTax(
            tax.code,
            tax.name,
            rate,
            base,
            to_cent(product(base, rate)),
            tax.gl_account,
            tax.registration_number,
        )
        for code, base in bases.items()
        for tax in (taxes[code],)
        for rate in (tax.rate_on(day),)
        if rate is not None
    )
    return Totals(subtotal, applied, subtotal + sum((tax.amount for tax in applied), ZERO))


def shares(
    total: Decimal | None, codes: Iterable[str], totals: Totals
) -> tuple[tuple[AppliedTax, Decimal], ...]:
    """Each tax of a document that is charged on one of its lines, and what it comes to on that line alone.

    To look at only: the document's tax is computed once, on the sum, and is not the sum of these.
    """
    charged = set(codes)
    return tuple(
        (tax, to_cent(product(total or ZERO, tax.rate))) for tax in totals.taxes if tax.code in charged
    )
