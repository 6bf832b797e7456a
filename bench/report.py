"""What a run found: tables, a drawing, and both put into docs/performance.md."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

from bench.measuring import Result

_DOCS = Path(__file__).parents[1] / "docs"
_PAGE = _DOCS / "performance.md"
_DRAWING = _DOCS / "images" / "performance.svg"
_ROW, _LEFT, _WIDTH, _TOP = 34, 110, 640, 34


def table(results: Sequence[Result]) -> str:
    """One row a path."""
    head = (
        "| path | ours, /s | limit, /s | ratio | rounds | floor | the limit |\n|---|---|---|---|---|---|---|"
    )
    return "\n".join((head, *(_row(result) for result in results)))


def _row(result: Result) -> str:
    low, high = result.spread
    return (
        f"| {result.path.name} | {_rate(result.ours)} | {_rate(result.bare)} | **{result.ratio:.2f}** "
        f"| {low:.2f}–{high:.2f} | {result.path.floor:.2f} | {result.path.limit} |"  # noqa: RUF001 - a range
    )


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def drawing(results: Sequence[Result]) -> str:
    """A bar for each path, as a part of its limit; a line where the floor is, a whisker over the rounds."""
    height = _TOP + _ROW * len(results) + 30
    scale = _WIDTH - _LEFT - 70
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}">',
        "<style>text { font: 13px sans-serif }</style>",
        "<title>Each path as a part of its physical limit</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" fill="#444">part of the limit; red: the floor</text>',
    ]
    for tick in range(0, 101, 25):
        x = _LEFT + scale * tick / 100
        parts.append(
            f'<path d="M{x:.1f} {_TOP}V{height - 24}" stroke="#ddd"/>'
            f'<text x="{x:.1f}" y="{height - 8}" fill="#666" text-anchor="middle">{tick} %</text>'
        )
    for place, result in enumerate(results):
        parts.append(_bar(result, _TOP + place * _ROW, scale))
    return "\n".join((*parts, "</svg>\n"))


def _bar(result: Result, top: int, scale: int) -> str:
    low, high = (_LEFT + scale * min(ratio, 1.1) for ratio in result.spread)
    end, floor = (_LEFT + scale * min(ratio, 1.1) for ratio in (result.ratio, result.path.floor))
    middle = top + 14
    return (
        f'<text x="{_LEFT - 8}" y="{middle + 5}" fill="#222" text-anchor="end">{html.escape(result.path.name)}</text>'
        f'<rect x="{_LEFT}" y="{top + 4}" width="{end - _LEFT:.1f}" height="20" fill="#2f6ea5"/>'
        f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#14324d" stroke-width="2"/>'
        f'<path d="M{floor:.1f} {top + 1}v26" stroke="#c8553d" stroke-width="2"/>'
        f'<text x="{max(end, high) + 6:.1f}" y="{middle + 5}" fill="#222">{result.ratio:.2f}</text>'
    )


def write(name: str, text: str) -> None:
    """Put a table in its place of the page: between the two comments that name it.

    Raises:
        ValueError: the page has no such place.
    """
    page = _PAGE.read_text()
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if place.search(page) is None:
        raise ValueError(f"{_PAGE} has no place for {name}")
    _PAGE.write_text(place.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page))


def draw(results: Sequence[Result]) -> None:
    """Make the drawing anew."""
    _DRAWING.write_text(drawing(results))
