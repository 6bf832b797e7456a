from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoice_service.domain.money import plain, product, ratio, to_cent, to_unit_price

amounts = st.decimals(min_value=-(10**14), max_value=10**14, allow_nan=False, allow_infinity=False, places=8)


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.0049999999", "0.00"),
        ("9.975", "9.98"),
        ("-9.975", "-9.98"),
        ("1577.3118375", "1577.31"),
        ("790.6325", "790.63"),
        ("2.675", "2.68"),
        ("1E+3", "1000.00"),
        ("-0.004", "0.00"),
        ("-0", "0.00"),
    ],
)
def test_half_a_cent_goes_up_away_from_zero(value: str, cents: str) -> None:
    assert str(to_cent(Decimal(value))) == cents


@given(amounts)
def test_rounding_mirrors(value: Decimal) -> None:
    assert to_cent(-value) == -to_cent(value)
    assert to_unit_price(-value) == -to_unit_price(value)
    assert abs(to_cent(value) - value) <= Decimal("0.005")


@given(amounts)
def test_a_rounded_amount_stays(value: Decimal) -> None:
    assert to_cent(to_cent(value)) == to_cent(value)


def test_a_unit_price_keeps_six_decimals() -> None:
    assert str(to_unit_price(Decimal("0.1234565"))) == "0.123457"
    assert str(to_unit_price(Decimal("-0.0000004"))) == "0.000000"


@given(st.lists(amounts, min_size=1, max_size=4))
def test_a_product_is_exact(factors: list[Decimal]) -> None:
    exact = Decimal(1)
    with localcontext(prec=200):
        for factor in factors[:2]:
            exact *= factor
    assert product(*factors[:2]) == exact


def test_a_product_keeps_more_digits_than_the_default_context() -> None:
    assert product(Decimal("10000000000000.01"), Decimal("100000000000000.0001")) == Decimal(
        "1000000000000001001000000000.000001"
    )


@given(amounts, st.integers(min_value=1, max_value=10**9))
def test_rounding_a_ratio_is_rounding_the_true_quotient(value: Decimal, divisor: int) -> None:
    with localcontext(prec=200):
        true = (value / divisor).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert to_cent(ratio(value, Decimal(divisor))) == true


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("1000.0000", 0, "1000"),
        ("1E+3", 0, "1000"),
        ("0.09975000", 0, "0.09975"),
        ("2.5000", 2, "2.50"),
        ("2", 2, "2.00"),
        ("15.812650", 2, "15.81265"),
        ("-0.50", 0, "-0.5"),
        ("0.00", 0, "0"),
    ],
)
def test_plain_digits_without_needless_zeros(value: str, places: int, text: str) -> None:
    assert plain(Decimal(value), places=places) == text
