"""Decimals, dates and countries as a Canadian reader writes them: `1 577,31 $` or `$1,577.31`.

Rounding is half up and done here: Babel's own is half even, and would print 15,8126 for 15.81265.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    get_decimal_symbol,
)

from shared.contracts.values import Language

_LOCALES = {"fr": Locale("fr", "CA"), "en": Locale("en", "CA")}
_CENT = Decimal("0.01")
_UNIT_PRICE = Decimal("0.0001")
_MINUS = "\N{MINUS SIGN}"  # as wide as a figure, and read aloud; a hyphen is neither


class Figures:
    """The formats of one language and one currency."""

    def __init__(self, language: Language, currency: str) -> None:
        """`currency` is an ISO code; an unknown one is its own symbol."""
        self._locale = _LOCALES[language]
        self._currency = currency
        self.symbol: str = get_currency_symbol(currency, self._locale)
        self.point: str = get_decimal_symbol(self._locale)

    def money(self, amount: Decimal) -> str:
        """An amount with its symbol, to the cent."""
        cents = amount.quantize(_CENT, ROUND_HALF_UP)
        text: str = format_currency(cents, self._currency, locale=self._locale, currency_digits=False)
        return text.replace("-", _MINUS, 1)

    def amount(self, amount: Decimal) -> str:
        """An amount without symbol, to the cent."""
        return self._decimal(amount.quantize(_CENT, ROUND_HALF_UP), "#,##0.00")

    def unit_price(self, price: Decimal) -> str:
        """A unit price, four decimals."""
        return self._decimal(price.quantize(_UNIT_PRICE, ROUND_HALF_UP), "#,##0.0000")

    def quantity(self, quantity: Decimal) -> str:
        """A quantity with the decimals it needs, four at most."""
        return self._decimal(quantity, "#,##0.####")

    def rate(self, rate: Decimal) -> str:
        """A tax rate in per cent, with every decimal it has."""
        return format_percent(rate.normalize(), locale=self._locale, decimal_quantization=False)

    def exchange_rate(self, rate: Decimal) -> str:
        """A rate of exchange: four decimals, and whatever it has beyond."""
        return self._decimal(rate, "#,##0.0000####")

    def date(self, date: dt.date) -> str:
        """A date, the same in both languages."""
        return date.isoformat()

    def country(self, country: str) -> str:
        """A country's name; what is not an ISO code is a name already."""
        name: str = self._locale.territories.get(country, country) if len(country) == 2 else country
        return name

    def _decimal(self, value: Decimal, pattern: str) -> str:
        text: str = format_decimal(value, pattern, self._locale)
        return text.replace("-", _MINUS, 1)
