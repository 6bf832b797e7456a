from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoice_service.domain.line import price_for, shown_unit_price, totalled
from tests.unit.invoice_service.domain.making import line

quantities = st.decimals(min_value=0, max_value=10**8, places=4, allow_nan=False, allow_infinity=False)
prices = st.decimals(min_value=-(10**6), max_value=10**6, places=6, allow_nan=False, allow_infinity=False)
totals = st.decimals(min_value=-(10**8), max_value=10**8, places=2, allow_nan=False, allow_infinity=False)


def price(
    quantity: str | None, *, unit: str | None = None, total: str | None = None, ordered: str | None = None
) -> str | None:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    result = price_for(
        number(quantity), unit_price=number(unit), total_price=number(total), ordered_quantity=number(ordered)
    )
    return None if result is None else str(result)


@pytest.mark.parametrize(
    ("quantity", "unit", "total", "ordered", "expected"),
    [
        ("1000", None, "15812.65", "1000", "15812.65"),
        ("333.5", None, "15812.65", "1000", "5273.52"),
        ("5000", "0.9184", None, None, "4592.00"),
        ("1", "100.00", None, None, "100.00"),
        ("1", "0.005", None, None, "0.01"),
        ("1", "-0.005", None, None, "-0.01"),
        ("3", None, "100.00", None, "100.00"),
        ("3", None, "100.00", "0", "100.00"),
        ("0", None, "100.00", "10", "0.00"),
        ("0", None, "100.00", None, "0.00"),
        ("0", None, "100.00", "0", "0.00"),
        (None, "5.00", None, None, None),
        (None, None, "5.00", "1", None),
        ("1", None, None, "1", None),
    ],
)
def test_the_total_of_a_quantity_at_a_price(
    quantity: str | None, unit: str | None, total: str | None, ordered: str | None, expected: str | None
) -> None:
    assert price(quantity, unit=unit, total=total, ordered=ordered) == expected


@given(totals, quantities.filter(bool))
def test_the_whole_ordered_quantity_costs_the_total_price(total: Decimal, ordered: Decimal) -> None:
    assert price_for(ordered, unit_price=None, total_price=total, ordered_quantity=ordered) == total


@given(quantities, prices)
def test_a_negative_price_mirrors(quantity: Decimal, unit: Decimal) -> None:
    of = price_for(quantity, unit_price=unit, total_price=None, ordered_quantity=None)
    mirror = price_for(quantity, unit_price=-unit, total_price=None, ordered_quantity=None)
    assert of is not None
    assert mirror == -of


@given(totals, quantities.filter(bool), quantities, quantities)
def test_parts_of_a_total_price_never_stray_by_more_than_a_cent(
    total: Decimal, ordered: Decimal, one: Decimal, other: Decimal
) -> None:
    def share(quantity: Decimal) -> Decimal:
        return price_for(quantity, unit_price=None, total_price=total, ordered_quantity=ordered) or Decimal(0)

    assert abs(share(one) + share(other) - share(one + other)) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"total_price": Decimal("15812.65"), "ordered_quantity": Decimal(1000)}, "15.812650"),
        ({"total_price": Decimal("10.00"), "ordered_quantity": Decimal(3)}, "3.333333"),
        ({"total_price": Decimal("10.00")}, "10.000000"),
        ({"unit_price": Decimal("0.9184")}, "0.9184"),
        ({}, None),
    ],
)
def test_the_unit_price_for_display(fields: dict[str, Decimal], shown: str | None) -> None:
    price_shown = shown_unit_price(line(None, "1", **fields))
    assert (str(price_shown) if price_shown is not None else None) == shown


def test_a_line_without_a_price_has_no_total() -> None:
    assert not totalled(line(None)).priced
    assert line("1.00").priced
