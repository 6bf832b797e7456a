"""Whatever stands on a form, it stays within the margins, and nothing stands on anything else."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from services.render_service.samples import SAMPLES, document, line
from tests.integration.render_service.printing import print_all
from tests.visual.letters import Letter, letters, overprinted

MILLIMETRE = 72 / 25.4
LEFT, RIGHT = 18 * MILLIMETRE, 612 - 18 * MILLIMETRE
BOTTOM, TOP = 9 * MILLIMETRE, 792 - 5 * MILLIMETRE
NAMES = [name for name in SAMPLES if name != "five-hundred-lines-en"]  # two hundred show the same, sooner
QUANTITIES = ("1250.5", "0.3333", "-12.25", "-3", "1000000")
PRICES = ("1.8", "999999999.9999", "-2.5", "-999999999.9999", "0.0001")
POINTS = document(
    [line("Papier", *figures) for figures in zip(QUANTITIES, PRICES, strict=True)], ship_to=None
)


@pytest.fixture(scope="module")
def pages() -> Mapping[str, list[list[Letter]]]:
    snapshots = {name: SAMPLES[name] for name in NAMES} | {"points": POINTS}
    pdfs = asyncio.run(print_all(snapshots.values()))
    return {name: letters(pdf) for name, pdf in zip(snapshots, pdfs, strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_leaves_the_margins(pages: Mapping[str, list[list[Letter]]], name: str) -> None:
    for page in pages[name]:
        outside = [
            letter
            for letter in page
            if letter.left < LEFT - 1
            or letter.right > RIGHT + 1
            or letter.bottom < BOTTOM
            or letter.top > TOP
        ]
        assert outside == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stands_on_anything_else(pages: Mapping[str, list[list[Letter]]], name: str) -> None:
    assert [overprinted(page) for page in pages[name]] == [[]] * len(pages[name])


def test_points_stand_under_points_whatever_the_sign_and_the_decimals(
    pages: Mapping[str, list[list[Letter]]],
) -> None:
    (page,) = pages["points"]

    # From the top, on the right half: those of the lines come first, three a line, but whole quantities have none.
    points = [letter for letter in page if letter.text == "," and letter.left > 306]
    highest = sorted(points, key=lambda point: -point.top)[: 3 * len(QUANTITIES) - 2]
    assert sorted(Counter(round(point.left, 1) for point in highest).values()) == [3, 5, 5]
