"""Sales at a glance: this month and this year, each until today, beside the same days of the year before."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from services.invoice_service.domain.money import ZERO, product, ratio
from services.invoice_service.domain.reports import Period, Sales, total_of


@dataclass(frozen=True, slots=True)
class MonthOfSales:
    """The sales of one month."""

    year: int
    month: int
    sales: Sales


@dataclass(frozen=True, slots=True)
class Compared:
    """What was sold in a period, and in the one before it, before taxes, in the company's currency.

    None: one of the invoices has no rate to it.
    """

    period: Period
    earlier: Period
    sold: Decimal | None
    sold_earlier: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """By how much more was sold, as a part of what was sold before; None when nothing can be said."""
        if self.sold is None or self.sold_earlier is None or self.sold_earlier <= 0:
            return None
        return ratio(self.sold - self.sold_earlier, self.sold_earlier)

    @property
    def percent(self) -> int | None:
        """The same in whole percents."""
        return None if self.change is None else int(product(self.change, Decimal(100)).to_integral_value())


@dataclass(frozen=True, slots=True)
class SalesOverview:
    """`months`: of each month of the year, what was sold in this one (until today), and in the one before."""

    currency: str
    month: Compared
    year: Compared
    months: tuple[tuple[Decimal | None, Decimal | None], ...]


def a_year_before(day: dt.date) -> dt.date:
    """The same day of the year before; of a 29th of February, the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def two_years_until(today: dt.date) -> Period:
    """The year of today until then, and all of the one before."""
    return Period(dt.date(today.year - 1, 1, 1), today)


def month_before(today: dt.date) -> Period:
    """The days of this month until today, a year before."""
    last = a_year_before(today)
    return Period(last.replace(day=1), last)


def overview_of(
    months: Iterable[MonthOfSales], earlier_month: Iterable[MonthOfSales], currency: str, today: dt.date
) -> SalesOverview:
    """The overview, of the months of `two_years_until` and of `month_before`."""
    sold = {(one.year, one.month): one.sales.subtotal for one in months}
    partly = total_of(one.sales.subtotal for one in earlier_month)
    this, last = today.year, today.year - 1
    until = range(1, today.month)
    earlier = a_year_before(today)
    return SalesOverview(
        currency,
        Compared(
            Period(today.replace(day=1), today),
            month_before(today),
            sold.get((this, today.month), ZERO),
            partly,
        ),
        Compared(
            Period(dt.date(this, 1, 1), today),
            Period(dt.date(last, 1, 1), earlier),
            total_of(sold.get((this, month), ZERO) for month in (*until, today.month)),
            total_of((*(sold.get((last, month), ZERO) for month in until), partly)),
        ),
        tuple((sold.get((this, month), ZERO), sold.get((last, month), ZERO)) for month in range(1, 13)),
    )
