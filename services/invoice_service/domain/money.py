"""Rounding and the plain text of decimals. Money is Decimal; there is no other way to round it than here."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MAX_AMOUNT = Decimal("999999999999999.99")
"""The most that is kept of any amount; nobody owes more."""
_DIGITS = 60


def to_cent(value: Decimal) -> Decimal:
    """Rounded to the cent, half away from zero, so that a credit mirrors its invoice.

    Revenu Québec, « Calculer les taxes »: a fraction of half a cent or more becomes a whole cent.
    """
    return _half_up(value, CENT)


def to_unit_price(value: Decimal) -> Decimal:
    """Rounded to the six decimals that a unit price keeps."""
    return _half_up(value, Decimal("0.000001"))


def _half_up(value: Decimal, step: Decimal) -> Decimal:
    with localcontext(prec=_DIGITS):
        # Nothing is nothing: what rounds to zero from below is not « -0.00 ».
        return value.quantize(step, rounding=ROUND_HALF_UP) + 0


def product(*factors: Decimal) -> Decimal:
    """The exact product, whatever the number of digits (the default context keeps 28)."""
    result = Decimal(1)
    with localcontext(prec=_DIGITS):
        for factor in factors:
            result *= factor
    return result


def ratio(dividend: Decimal, divisor: Decimal) -> Decimal:
    """A quotient with enough digits that rounding it to the cent is rounding the true one."""
    with localcontext(prec=_DIGITS):
        return dividend / divisor


def plain(value: Decimal, *, places: int = 0) -> str:
    """Plain digits with at least `places` decimals and no needless zeros after them."""
    text = format(value, "f")
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole
