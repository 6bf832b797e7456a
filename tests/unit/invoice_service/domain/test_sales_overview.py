import datetime as dt
from decimal import Decimal

import pytest

from services.invoice_service.domain.money import ZERO
from services.invoice_service.domain.reports import Period, Sales, Sold
from services.invoice_service.domain.sales_overview import (
    MonthOfSales,
    a_year_before,
    month_before,
    overview_of,
    two_years_until,
)

TODAY = dt.date(2026, 3, 10)


def month(year: int, number: int, amount: str | None) -> MonthOfSales:
    known = None if amount is None else Decimal(amount)
    sold = Sold(
        currency="CAD",
        invoices=1,
        credit_notes=0,
        subtotal=known or Decimal(0),
        taxes=Decimal(0),
        company_subtotal=known,
        company_taxes=known,
    )
    return MonthOfSales(year, number, Sales((sold,)))


def test_each_period_stands_beside_the_same_days_a_year_before() -> None:
    months = [
        month(2025, 1, "100"),
        month(2025, 3, "90"),
        month(2025, 12, "7"),
        month(2026, 1, "130"),
        month(2026, 3, "-20.50"),
    ]
    found = overview_of(months, [month(2025, 3, "41")], "CAD", TODAY)
    assert (found.month.sold, found.month.sold_earlier) == (Decimal("-20.50"), Decimal(41))
    assert (found.year.sold, found.year.sold_earlier) == (Decimal("109.50"), Decimal(141))
    assert (found.month.percent, found.year.percent) == (-150, -22)
    assert found.month.period == Period(dt.date(2026, 3, 1), TODAY)
    assert found.year.earlier == Period(dt.date(2025, 1, 1), dt.date(2025, 3, 10))
    assert found.months[0] == (Decimal(130), Decimal(100))
    assert found.months[2] == (Decimal("-20.50"), Decimal(90))
    assert found.months[11] == (ZERO, Decimal(7))


def test_nothing_is_nothing_and_no_percentage() -> None:
    found = overview_of([], [], "CAD", TODAY)
    assert (found.year.sold, found.year.sold_earlier) == (ZERO, ZERO)
    assert found.year.percent is None


def test_what_has_no_rate_makes_unknown_what_holds_it_and_nothing_else() -> None:
    found = overview_of([month(2026, 1, None), month(2026, 3, "5")], [], "CAD", TODAY)
    assert (found.year.sold, found.year.percent) == (None, None)
    assert found.month.sold == Decimal(5)
    assert found.months[0] == (None, ZERO)


@pytest.mark.parametrize(
    ("today", "before"),
    [("2026-03-10", "2025-03-10"), ("2024-02-29", "2023-02-28"), ("2026-01-01", "2025-01-01")],
)
def test_the_same_day_a_year_before(today: str, before: str) -> None:
    day = dt.date.fromisoformat(today)
    assert a_year_before(day) == dt.date.fromisoformat(before)
    assert month_before(day).first == a_year_before(day).replace(day=1)
    assert two_years_until(day) == Period(dt.date(day.year - 1, 1, 1), day)
