"""Where each letter of a page stands."""

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import pypdfium2  # type: ignore[import-untyped] # it has no types

_ROW = 24  # points: no letter of the form is higher, the title excepted
_A_PART = 0.3  # of the smaller one of two letters; kerning brings them less near


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter and its ink's edges, in points from the lower left corner of the page."""

    text: str = field(compare=False)
    left: float
    bottom: float
    right: float
    top: float


def letters(pdf: bytes) -> list[list[Letter]]:
    """The letters of each page; spaces, which have no ink, are none, and a ligature is one."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return [list(dict.fromkeys(_letters(page.get_textpage()))) for page in document]
    finally:
        document.close()


def overprinted(page: list[Letter]) -> list[tuple[str, str]]:
    """Letters that stand on others."""
    rows: dict[int, list[Letter]] = defaultdict(list)
    for letter in page:
        for row in range(int(letter.bottom // _ROW), int(letter.top // _ROW) + 1):
            rows[row].append(letter)
    found = {
        (one, other)
        for row in rows.values()
        for one, other in combinations(sorted(row, key=lambda letter: letter.left), 2)
        if other.left < one.right and _overlap(one, other)
    }
    return [(one.text, other.text) for one, other in found]


def _letters(text_page: object) -> Iterator[Letter]:
    for place in range(text_page.count_chars()):  # type: ignore[attr-defined] # it has no types
        text = text_page.get_text_range(place, 1)  # type: ignore[attr-defined] # it has no types
        left, bottom, right, top = text_page.get_charbox(place)  # type: ignore[attr-defined] # it has no types
        if text.strip() and right > left:
            yield Letter(text, left, bottom, right, top)


def _overlap(one: Letter, other: Letter) -> bool:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    smaller = min((each.right - each.left) * (each.top - each.bottom) for each in (one, other))
    return width > 0 and height > 0 and width * height > _A_PART * smaller
