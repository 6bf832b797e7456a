"""Dates, times, amounts and quantities as people read them, by language and time zone (Babel's rules for Canada)."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal

from services.invoice_service.application import wording
from services.invoice_service.application.wording import LOCALES
from services.invoice_service.domain.texts import Language

_AMOUNT = "#,##0.00"
_UNIT_PRICE = Decimal("0.0001")


def date_text(value: dt.date | str | None) -> str:
    """A date as the trade writes it in both languages, and as it sorts: 2025-07-18."""
    if value is None:
        return ""
    return value if isinstance(value, str) else value.isoformat()


def long_date(value: dt.date | str | None, language: Language) -> str:
    """« 18 juillet 2025 », "July 18, 2025"."""
    return wording.day(dt.date.fromisoformat(value) if isinstance(value, str) else value, language)


def month_text(month: int, language: Language) -> str:
    """A month, shortly: « janv. », "Jan"."""
    return format_date(dt.date(2000, month, 1), "LLL", locale=LOCALES[language])


def time_text(value: dt.datetime | str | None, language: Language, zone: str) -> str:
    """A moment in the shop's time zone: « 18 juill. 2025, 10 h 03 »."""
    if value is None:
        return ""
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    here = moment.astimezone(ZoneInfo(zone))
    day = format_date(here, "medium", locale=LOCALES[language])
    return f"{day}, {format_time(here, 'short', tzinfo=here.tzinfo, locale=LOCALES[language])}"


def duration(seconds: int, language: Language) -> str:
    """How long, in the one unit that a person would name: « 12 secondes », "3 hours"."""
    return format_timedelta(dt.timedelta(seconds=max(1, seconds)), threshold=1.5, locale=LOCALES[language])


def amount(value: Decimal | str | None, language: Language) -> str:
    """An amount without its currency: « 18 180,59 », "18,180.59"."""
    if value is None:
        return ""
    return format_decimal(Decimal(value), format=_AMOUNT, locale=LOCALES[language])


def money(value: Decimal | str | None, currency: str, language: Language) -> str:
    """An amount with its currency: « 18 180,59 $ », "$18,180.59"."""
    if value is None:
        return ""
    return wording.money(Decimal(value), currency, language)


def rounded_money(value: Decimal, currency: str, language: Language) -> str:
    """An amount without its cents, for a chart: « 18 181 $ », "$18,181"."""
    pattern = "#,##0\N{NO-BREAK SPACE}¤" if language == "fr" else "¤#,##0"
    return format_currency(value, currency, format=pattern, locale=LOCALES[language], currency_digits=False)


def number(value: Decimal | str | None, language: Language) -> str:
    """A quantity or price with the decimals that it has: « 1 000 », « 0,9184 »."""
    if value is None:
        return ""
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    pattern = "#,##0" + (f".{'0' * places}" if places else "")
    return format_decimal(exact, format=pattern, locale=LOCALES[language], decimal_quantization=False)


def unit_price(value: Decimal | str | None, language: Language, currency: str = "") -> str:
    """A price by unit as on paper, to four decimals (half up); those it does not have are left out: « 15,8127 »."""
    if value is None:
        return ""
    exact = Decimal(value)
    shown = min(exact, exact.quantize(_UNIT_PRICE, ROUND_HALF_UP), key=_places)
    if not currency:
        return number(shown, language)
    return format_currency(shown, currency, locale=LOCALES[language], decimal_quantization=False)


def _places(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def percent(rate: Decimal | str, language: Language) -> str:
    """A rate: « 9,975 % », "9.975%"."""
    text = number((Decimal(rate) * 100).normalize(), language)
    return f"{text}\N{NO-BREAK SPACE}%" if language == "fr" else f"{text}%"


def size_text(size: int, language: Language) -> str:
    """The size of a file: « 49,6 ko », "49.6 kB"."""
    units = ("o", "ko", "Mo") if language == "fr" else ("B", "kB", "MB")
    power = min(2, (len(str(size)) - 1) // 3)
    value = round(Decimal(size) / 1000**power, 1).normalize()
    return f"{number(value, language)}\N{NO-BREAK SPACE}{units[power]}"
