from decimal import Decimal

import pytest

from services.invoice_service.web.sales_chart import HEIGHT, WIDTH, chart_of

Pair = tuple[Decimal | None, Decimal | None]


def months(**known: tuple[int | None, int | None]) -> list[Pair]:
    def amount(value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    pairs = {int(name.removeprefix("m")): pair for name, pair in known.items()}
    return [
        (amount(pairs[m][0]), amount(pairs[m][1])) if m in pairs else (Decimal(0), Decimal(0))
        for m in range(1, 13)
    ]


def test_a_bar_is_as_high_as_its_amount_and_the_year_before_stands_left() -> None:
    chart = chart_of(months(m1=(1000, 500)))
    earlier, now = chart.bars
    assert (earlier.earlier, now.earlier) == (True, False)
    assert earlier.x + earlier.width < now.x
    assert now.height == chart.zero - chart.upper
    assert abs(2 * earlier.height - now.height) <= 2
    assert chart.top == 1000


def test_credits_hang_below_the_line() -> None:
    chart = chart_of(months(m6=(-300, 600)))
    earlier, now = chart.bars
    assert now.y == chart.zero == earlier.y + earlier.height
    assert now.y + now.height <= HEIGHT


def test_nothing_sold_and_nothing_known_have_no_bar() -> None:
    assert chart_of(months()).bars == ()
    assert chart_of(months(m2=(None, None), m3=(1, None))).bars[0].earlier is False


@pytest.mark.parametrize(
    ("most", "top"),
    [(1, "1"), (7, "8"), (9, "10"), (10, "10"), (999, "1000"), (61_000, "80000"), (45_001, "50000")],
)
def test_the_upper_line_is_a_round_amount(most: int, top: str) -> None:
    chart = chart_of(months(m12=(most, 0)))
    assert chart.top == Decimal(top)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.y >= chart.upper for bar in chart.bars)
