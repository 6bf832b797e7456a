"""Exact figures: fractions all the way, rounded once, half away from zero."""

from fractions import Fraction

Number = Fraction
ZERO = Fraction(0)


def number(text: str | None) -> Number | None:
    """The number that a text of the API says."""
    return None if text is None else Fraction(text)


def half_up(value: Number, places: int = 2) -> Number:
    """Rounded to so many decimals, half away from zero."""
    scaled = abs(value) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(units if value >= 0 else -units, 10**places)


def floored(value: Number, places: int) -> Number:
    """Cut off after so many decimals."""
    return Fraction(int(value * 10**places), 10**places)


def written(value: Number | None, places: int = 0) -> str | None:
    """As the API writes it: at least so many decimals, and no needless zero after them."""
    if value is None:
        return None
    decimals = places
    while (abs(value) * 10**decimals).denominator != 1:
        decimals += 1
    digits = f"{abs(value) * 10**decimals}".rjust(decimals + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def amount(value: Number | None) -> str | None:
    """Money: two decimals."""
    return written(value, 2)


def price(
    quantity: Number | None,
    *,
    unit_price: Number | None,
    total_price: Number | None,
    ordered: Number | None,
) -> Number | None:
    """What a quantity costs, to the cent: by unit, or its share of a total for the ordered quantity."""
    if quantity is None:
        return None
    if total_price is not None:
        share = quantity / ordered if ordered else Number(bool(quantity))
        return half_up(total_price * share)
    return None if unit_price is None else half_up(unit_price * quantity)
