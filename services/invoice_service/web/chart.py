"""Charts as plain geometry, in whole pixels: their templates draw them as SVG, and a table beside them says the same.

Every bar has its amount in figures, and one below zero a pattern: nothing is told by colour alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_TICKS = 4
COLUMN_WIDTH, PLOT_HEIGHT, LEFT, TOP, BOTTOM = 96, 180, 92, 22, 26
ROW_HEIGHT, NAME_WIDTH, PLOT_WIDTH, FIGURE_WIDTH = 30, 260, 380, 130


@dataclass(frozen=True, slots=True)
class Point:
    """What is drawn: a name, an amount, and the amount as people read it."""

    name: str
    amount: Decimal
    shown: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, where it begins (left or top edge of what it covers) and how far it goes."""

    name: str
    shown: str
    start: int
    length: int
    place: int
    negative: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its size, where the plot begins (left of it is text), where zero is, its bars and its scale."""

    width: int
    height: int
    left: int
    zero: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...] = ()


def columns(points: Sequence[Point], text: Callable[[Decimal], str]) -> Chart:
    """Standing bars side by side, over a scale whose figures `text` writes: for what follows one after the other."""
    step = _step(points)
    high = max(step * _ceiling(max((point.amount for point in points), default=step), step), step)
    low = -step * _ceiling(-min((point.amount for point in points), default=Decimal(0)), step)

    def at(amount: Decimal) -> int:
        return TOP + int((high - amount) * PLOT_HEIGHT / (high - low))

    zero = at(Decimal(0))
    bars = tuple(
        Bar(
            point.name,
            point.shown,
            min(zero, at(point.amount)),
            abs(at(point.amount) - zero),
            LEFT + number * COLUMN_WIDTH,
            point.amount < 0,
        )
        for number, point in enumerate(points)
    )
    count = int((high - low) / step)
    ticks = tuple(Tick(at(low + step * number), text(low + step * number)) for number in range(count + 1))
    return Chart(LEFT + len(points) * COLUMN_WIDTH + 8, TOP + PLOT_HEIGHT + BOTTOM, LEFT, zero, bars, ticks)


def rows(points: Sequence[Point]) -> Chart:
    """Lying bars, one below the other, each behind its name: for what has long names."""
    high = max((point.amount for point in points), default=Decimal(0)).max(Decimal(0))
    low = min((point.amount for point in points), default=Decimal(0)).min(Decimal(0))
    span = high - low or Decimal(1)

    def at(amount: Decimal) -> int:
        return NAME_WIDTH + int((amount - low) * PLOT_WIDTH / span)

    zero = at(Decimal(0))
    bars = tuple(
        Bar(
            point.name,
            point.shown,
            min(zero, at(point.amount)),
            abs(at(point.amount) - zero),
            number * ROW_HEIGHT,
            point.amount < 0,
        )
        for number, point in enumerate(points)
    )
    return Chart(NAME_WIDTH + PLOT_WIDTH + FIGURE_WIDTH, len(points) * ROW_HEIGHT + 4, NAME_WIDTH, zero, bars)


def _step(points: Sequence[Point]) -> Decimal:
    """The distance of the lines of the scale: a round figure, about four of them to the largest amount."""
    largest = max((abs(point.amount) for point in points), default=Decimal(0))
    if not largest:
        return Decimal(1)
    rough = largest / _TICKS
    power = Decimal(10) ** rough.adjusted()
    return next(round_ * power for round_ in _STEPS if round_ * power >= rough)


def _ceiling(amount: Decimal, step: Decimal) -> int:
    return max(0, int((amount / step).to_integral_value(ROUND_CEILING)))
