"""The whole bench on a handful of things: every path comes to a figure."""

from argparse import Namespace

import pytest

from bench import __main__ as bench
from bench import lists
from bench.measuring import Path


@pytest.mark.long
async def test_every_path_and_the_lists_come_to_a_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = tuple(Path(p.name, p.limit, 0, 6, 6, p.ready) for p in bench.PATHS)
    monkeypatch.setattr(bench, "PATHS", few)
    monkeypatch.setattr(lists, "SMALL", 300)
    monkeypatch.setattr(lists, "LARGE", 400)
    monkeypatch.setattr(lists, "MOST", 1000)
    chosen = frozenset([*(path.name for path in few), "lists"])

    assert await bench.run(Namespace(rounds=1, quick=True, write=False), chosen)

    said = capsys.readouterr().out
    assert all(f"| {name} |" in said for name in (*(path.name for path in few), "search: a name"))
