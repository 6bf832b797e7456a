"""How a path is compared with its limit, and how that is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path as File
from typing import cast

import pytest
from lxml import etree

from bench import report
from bench.measuring import Measured, Path, Result, measure
from bench.system import System


class Scripted:
    """Rates from a list; it notes who was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._ours = iter([1.0, 30, 20, 90])
        self._limits = iter([1.0, 100, 100, 100])

    async def ours(self) -> float:
        self.asked.append("ours")
        return next(self._ours)

    async def limit(self) -> float:
        self.asked.append("limit")
        return next(self._limits)


def a_path(scripted: Scripted, floor: float = 0.25) -> Path:
    @asynccontextmanager
    async def ready(system: System, count: int) -> AsyncIterator[Measured]:
        assert count == 5
        yield scripted

    return Path("create", "asyncpg alone", floor, 50, 5, ready)


async def measured(floor: float = 0.25) -> Result:
    return await measure(a_path(Scripted(), floor), cast("System", None), rounds=3, quick=True)


async def test_rounds_take_turns_in_alternating_order_after_one_that_does_not_count() -> None:
    scripted = Scripted()

    await measure(a_path(scripted), cast("System", None), rounds=3, quick=True)

    assert scripted.asked == ["limit", "ours", "limit", "ours", "ours", "limit", "limit", "ours"]


async def test_the_figure_is_the_median_of_the_rounds_ratios() -> None:
    result = await measured()

    assert (result.ours, result.bare, result.ratio, result.spread) == (30, 100, 0.3, (0.2, 0.9))
    assert result.held
    assert not (await measured(floor=0.31)).held


async def test_a_run_is_told_as_a_table_and_as_a_drawing() -> None:
    result = await measured()

    assert report.table([result]).splitlines()[-1] == (
        "| create | 30.0 | 100 | **0.30** | 0.20–0.90 | 0.25 | asyncpg alone |"  # noqa: RUF001 - a range
    )
    texts = [text for node in etree.fromstring(report.drawing([result])).iter() if (text := node.text)]
    assert {"create", "0.30", "100 %"} <= set(texts)


def test_tables_are_written_in_their_places(monkeypatch: pytest.MonkeyPatch, tmp_path: File) -> None:
    page = tmp_path / "performance.md"
    page.write_text("a\n<!-- paths -->\nold\n<!-- end paths -->\nb\n")
    monkeypatch.setattr(report, "_PAGE", page)

    report.write("paths", "new \\1")

    assert page.read_text() == "a\n<!-- paths -->\nnew \\1\n<!-- end paths -->\nb\n"
    with pytest.raises(ValueError, match="no place for lists"):
        report.write("lists", "x")
