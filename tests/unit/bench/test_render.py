"""The limits of printing: held, and missed one by one."""

from dataclasses import replace
from typing import Any

import pytest

from bench.render import Row, faults

HELD = [
    Row(1, 50, 48, 14, 1.04, 3.6),
    Row(50, 190, 200, 160, 0.95, 1.19),
    Row(100, 340, 400, 330, 0.85, 1.03),
    Row(500, 1600, 2200, 1900, 0.73, 0.84),
]


def test_all_are_held() -> None:
    assert faults(HELD) == []


@pytest.mark.parametrize(
    ("place", "changed", "said"),
    [
        (1, {"over_bare": 1.11}, "50 lines take 1.11 times WeasyPrint alone, more than 1.1"),
        (0, {"over_plain": 4.6}, "one line takes 4.60 plain tables of one row, more than 4.5"),
        (2, {"over_plain": 1.12}, "100 lines take 1.12 plain tables, more than 1.1"),
        (3, {"ours": 2190.0}, "a row more takes 1.15 rows of a plain table, more than 1.1"),
    ],
)
def test_one_is_missed(place: int, changed: dict[str, Any], said: str) -> None:
    rows = [replace(row, **changed) if number == place else row for number, row in enumerate(HELD)]

    assert faults(rows) == [said]
