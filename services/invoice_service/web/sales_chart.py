"""The chart of sales by month, drawn by the server: two bars a month, told apart without colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

WIDTH, HEIGHT = 720, 200
_TOP, _BOTTOM = 16, 24
_STEP = WIDTH // 12
_BAR = 22
_NICE = (1, 2, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of the drawing."""

    x: int
    y: int
    width: int
    height: int
    earlier: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `top`: the amount at the upper line; `zero`: where nothing is; `labels`: middles of the months."""

    bars: tuple[Bar, ...]
    labels: tuple[int, ...]
    top: Decimal
    upper: int
    zero: int
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(months: Sequence[tuple[Decimal | None, Decimal | None]]) -> Chart:
    """The bars of each month: what was sold a year before, beside it what was sold now. What is not known has none."""
    amounts = [amount for pair in months for amount in pair if amount is not None]
    top = _round_above(max([Decimal(0), *amounts]))
    bottom = min([Decimal(0), *amounts])
    scale = (top - bottom) or Decimal(1)
    room = HEIGHT - _TOP - _BOTTOM

    def at(amount: Decimal) -> int:
        return _TOP + int((top - amount) * room / scale)

    bars = []
    for month, (now, earlier) in enumerate(months):
        for place, amount in enumerate((earlier, now)):
            if amount:
                x = month * _STEP + _STEP // 2 + (place - 1) * (_BAR + 1)
                y, end = sorted((at(amount), at(Decimal(0))))
                bars.append(Bar(x, y, _BAR, max(1, end - y), earlier=place == 0))
    labels = tuple(month * _STEP + _STEP // 2 for month in range(len(months)))
    return Chart(tuple(bars), labels, top, _TOP, at(Decimal(0)))


def _round_above(amount: Decimal) -> Decimal:
    """A round amount, no smaller than this one."""
    if amount <= 0:
        return Decimal(0)
    power = Decimal(10) ** amount.adjusted()
    leading = (amount / power).to_integral_value(ROUND_CEILING)
    return next(Decimal(nice) for nice in _NICE if nice >= leading) * power
