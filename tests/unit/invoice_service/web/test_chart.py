"""Charts: bars as long as their amounts, on a round scale, below zero on the other side."""

from decimal import Decimal

import pytest

from services.invoice_service.web.chart import LEFT, NAME_WIDTH, PLOT_WIDTH, Point, columns, rows


def points(*amounts: str) -> list[Point]:
    return [Point(f"n{number}", Decimal(amount), f"{amount} $") for number, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("amounts", "scale"),
    [
        (("0", "7800.00", "2938.00"), ["0", "2000", "4000", "6000", "8000"]),
        (("0.40",), ["0.00", "0.10", "0.20", "0.30", "0.40"]),
        (("9.99", "-3.00"), ["-5.0", "-2.5", "0.0", "2.5", "5.0", "7.5", "10.0"]),
        (("-100",), ["-100", "-75", "-50", "-25", "0", "25"]),
        (("0", "0"), ["0", "1"]),
        ((), ["0", "1"]),
    ],
)  # fmt: skip
def test_the_scale_is_of_round_figures_around_all_of_it(amounts: tuple[str, ...], scale: list[str]) -> None:
    assert [Decimal(tick.text) for tick in columns(points(*amounts), str).ticks] == [
        Decimal(one) for one in scale
    ]


def test_columns_stand_on_zero_and_hang_below_it() -> None:
    chart = columns(points("50", "-50", "100"), str)
    half, below, whole = chart.bars

    assert half.start + half.length == whole.start + whole.length == chart.zero == below.start
    assert whole.length == 2 * half.length == 2 * below.length
    assert [bar.negative for bar in chart.bars] == [False, True, False]
    assert half.place == LEFT
    assert half.place < below.place < whole.place < chart.width


def test_rows_begin_at_zero_and_the_largest_is_as_wide_as_there_is_room() -> None:
    chart = rows(points("100", "25", "0"))
    assert [(bar.start, bar.length) for bar in chart.bars] == [
        (NAME_WIDTH, PLOT_WIDTH),
        (NAME_WIDTH, PLOT_WIDTH // 4),
        (NAME_WIDTH, 0),
    ]
    mixed = rows(points("75", "-25"))
    assert mixed.zero == NAME_WIDTH + PLOT_WIDTH // 4
    assert [(bar.start, bar.length) for bar in mixed.bars] == [
        (mixed.zero, PLOT_WIDTH * 3 // 4),
        (NAME_WIDTH, PLOT_WIDTH // 4),
    ]
    assert rows([]).bars == ()
