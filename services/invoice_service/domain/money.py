"""Rounding and the plain text of decimals. Money is Decimal; there is no other way to round it than here."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def to_cent(value: Decimal) -> Decimal:
    """Rounded to the cent, half away from zero, so that a credit mirrors its invoice.

    Revenu Québec, « Calculer les taxes »: a fraction of half a cent or more becomes a whole cent.
    """
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def to_unit_price(value: Decimal) -> Decimal:
    """Rounded to the six decimals that a unit price keeps."""
    return value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def plain(value: Decimal, *, places: int = 0) -> str:
    """Plain digits with at least `places` decimals and no needless zeros after them."""
    text = format(value, "f")
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole
