"""Amounts and dates as people read them, by language: for e-mails and sentences (Babel's rules for Canada)."""

import datetime as dt
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from services.invoice_service.domain.texts import Language

LOCALES = {"fr": Locale("fr", "CA"), "en": Locale("en", "CA")}


def money(amount: Decimal, currency: str, language: Language) -> str:
    """An amount with its currency: « 18 180,59 $ », "$18,180.59"."""
    return format_currency(amount, currency, locale=LOCALES[language])


def day(date: dt.date | None, language: Language) -> str:
    """A date in full: « 18 juillet 2025 », "July 18, 2025"; nothing for no date."""
    return format_date(date, "long", locale=LOCALES[language]) if date else ""


def number(value: Decimal, language: Language) -> str:
    """A quantity, a price or a rate with all its decimals: « 1 000,5 », "1,000.5"."""
    return format_decimal(value, "#,##0.##########", locale=LOCALES[language])
