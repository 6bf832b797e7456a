"""Amounts and dates as people read them, by language: for e-mails and sentences (Babel's rules for Canada)."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from services.invoice_service.domain.texts import Language

LOCALES: Mapping[Language, Locale] = {"fr": Locale("fr", "CA"), "en": Locale("en", "CA")}


def money(amount: Decimal, currency: str, language: Language) -> str:
    """An amount with its currency: « 18 180,59 $ », "$18,180.59"."""
    return format_currency(amount, currency, locale=LOCALES[language])


def day(date: dt.date | None, language: Language) -> str:
    """A date in full: « 18 juillet 2025 », « 1er juillet 2025 », "July 18, 2025"; nothing for no date."""
    if date is None:
        return ""
    # CLDR has no ordinal for it, which French wants for the first alone.
    first = language == "fr" and date.day == 1
    return format_date(date, "d'er' MMMM y" if first else "long", locale=LOCALES[language])


def number(value: Decimal, language: Language) -> str:
    """A quantity, a price or a rate with all its decimals: « 1 000,5 », "1,000.5"."""
    return format_decimal(value, "#,##0.##########", locale=LOCALES[language])
