"""What a figure looks like, to the character. In the expectations `_` stands for a no-break space, `-` for a minus."""

import datetime as dt
from decimal import Decimal

import pytest

from services.render_service.figures import Figures
from shared.contracts.values import Language

FRENCH = Figures("fr", "CAD")
ENGLISH = Figures("en", "CAD")


def _spaced(text: str) -> str:
    return text.replace("_", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        ("1577.31", "1_577,31_$", "$1,577.31"),
        ("18180.59", "18_180,59_$", "$18,180.59"),
        ("0", "0,00_$", "$0.00"),
        ("9.98", "9,98_$", "$9.98"),
        ("-114.98", "-114,98_$", "-$114.98"),
        ("999999999999999.99", "999_999_999_999_999,99_$", "$999,999,999,999,999.99"),
    ],
)
def test_money(amount: str, french: str, english: str) -> None:
    assert FRENCH.money(Decimal(amount)) == _spaced(french)
    assert ENGLISH.money(Decimal(amount)) == _spaced(english)


@pytest.mark.parametrize(
    ("currency", "language", "expected"),
    [
        ("USD", "fr", "5,00_$_US"),
        ("USD", "en", "US$5.00"),
        ("EUR", "fr", "5,00_€"),
        ("EUR", "en", "€5.00"),
        ("JPY", "en", "JP¥5.00"),
        ("XYZ", "fr", "5,00_XYZ"),
    ],
)
def test_money_of_another_currency_is_to_the_cent_as_well(
    currency: str, language: Language, expected: str
) -> None:
    assert Figures(language, currency).money(Decimal(5)) == _spaced(expected)


@pytest.mark.parametrize(
    ("price", "french", "english"),
    [
        ("15.81265", "15,8127", "15.8127"),  # half up, where half even would print 15,8126
        ("-15.81265", "-15,8127", "-15.8127"),
        ("0.9184", "0,9184", "0.9184"),
        ("342", "342,0000", "342.0000"),
        ("1234.5", "1_234,5000", "1,234.5000"),
        ("0.00005", "0,0001", "0.0001"),
    ],
)
def test_unit_price(price: str, french: str, english: str) -> None:
    assert FRENCH.unit_price(Decimal(price)) == _spaced(french)
    assert ENGLISH.unit_price(Decimal(price)) == _spaced(english)


@pytest.mark.parametrize(
    ("quantity", "french", "english"),
    [
        ("1000", "1_000", "1,000"),
        ("1000.0000", "1_000", "1,000"),
        ("2.5", "2,5", "2.5"),
        ("0.1250", "0,125", "0.125"),
        ("-3", "-3", "-3"),
        ("0", "0", "0"),
    ],
)
def test_quantity(quantity: str, french: str, english: str) -> None:
    assert FRENCH.quantity(Decimal(quantity)) == _spaced(french)
    assert ENGLISH.quantity(Decimal(quantity)) == _spaced(english)


@pytest.mark.parametrize(
    ("rate", "french", "english"),
    [
        ("0.05", "5_%", "5%"),
        ("0.09975", "9,975_%", "9.975%"),
        ("0.09975000", "9,975_%", "9.975%"),
        ("0.1", "10_%", "10%"),
        ("0.13", "13_%", "13%"),
        ("0", "0_%", "0%"),
        ("1", "100_%", "100%"),
        ("0.00012345", "0,012345_%", "0.012345%"),
    ],
)
def test_rate_has_every_decimal_and_no_other(rate: str, french: str, english: str) -> None:
    assert FRENCH.rate(Decimal(rate)) == _spaced(french)
    assert ENGLISH.rate(Decimal(rate)) == english


def test_a_currency_keeps_its_own_hyphen() -> None:
    assert Figures("fr", "A-B").money(Decimal(-5)) == "\N{MINUS SIGN}5,00\N{NO-BREAK SPACE}A-B"


@pytest.mark.parametrize(
    ("rate", "expected"), [("1.3652", "1,3652"), ("0.7", "0,7000"), ("1.36524910", "1,3652491")]
)
def test_exchange_rate(rate: str, expected: str) -> None:
    assert FRENCH.exchange_rate(Decimal(rate)) == expected


@pytest.mark.parametrize(("amount", "expected"), [("4592", "4_592,00"), ("-0.005", "-0,01")])
def test_amount_without_symbol(amount: str, expected: str) -> None:
    assert FRENCH.amount(Decimal(amount)) == _spaced(expected)


@pytest.mark.parametrize(
    ("country", "french", "english"),
    [
        ("CA", "Canada", "Canada"),
        ("US", "États-Unis", "United States"),
        ("Canada", "Canada", "Canada"),
        ("ZZZ", "ZZZ", "ZZZ"),
        ("qq", "qq", "qq"),
    ],
)
def test_country(country: str, french: str, english: str) -> None:
    assert FRENCH.country(country) == french
    assert ENGLISH.country(country) == english


def test_dates_are_the_same_in_both_languages() -> None:
    assert FRENCH.date(dt.date(2025, 7, 8)) == ENGLISH.date(dt.date(2025, 7, 8)) == "2025-07-08"
