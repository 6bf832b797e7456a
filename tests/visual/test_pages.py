"""The form looks as it did when somebody last looked at it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from tests.visual.accepted_pages import FOLDER, PAGES, accepted, actual_pages
from tests.visual.pictures import MAY_STRAY, count, shown, strays

NAMES = [f"{sample}-{page}" for sample, pages in PAGES.items() for page in pages]


@pytest.fixture(scope="module")
def pages() -> Mapping[str, Image.Image]:
    return actual_pages()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_looks_as_accepted(pages: Mapping[str, Image.Image], name: str, tmp_path: Path) -> None:
    page = pages[name]
    straying = count(strays(page, accepted(name)))

    if straying > MAY_STRAY:
        path = tmp_path / f"{name}.png"
        shown(accepted(name), page).save(path)
        pytest.fail(
            f"{straying} dots of {name} are not as accepted: look at {path}. "
            "If it should look like that: python -m tests.visual.accepted_pages"
        )


def test_there_is_no_picture_of_another_page() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.png")) == sorted(NAMES)


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < 1_500_000
