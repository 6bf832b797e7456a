"""The bundled fonts: small, static, tabular figures, every letter of a Québec address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from services.render_service import fonts

FOLDER = Path(fonts.__file__).parent
LETTERS = (
    "ABCXYZabcxyz0123456789àâçéèêëîïôœùûüÿÀÂÇÉÈÊËÎÏÔŒÙÛÜŸ«»’‘“”–—…·×½°²³$€£¢%−-–/#@&ẾậĂőŠž\N{NO-BREAK SPACE}"  # noqa: RUF001 - what a form may print
)


@pytest.fixture(params=["Regular", "SemiBold"])
def font(request: pytest.FixtureRequest) -> Iterator[TTFont]:
    with TTFont(FOLDER / f"FacturesSans-{request.param}.ttf") as font:
        yield font


def test_figures_are_tabular_without_asking(font: TTFont) -> None:
    glyphs, widths = font.getBestCmap(), font["hmtx"]

    assert len({widths[glyphs[ord(figure)]][0] for figure in "0123456789"}) == 1


def test_letters(font: TTFont) -> None:
    assert [letter for letter in LETTERS if ord(letter) not in font.getBestCmap()] == []


def test_they_are_static_small_and_do_not_use_the_reserved_name(font: TTFont) -> None:
    assert "fvar" not in font
    assert Path(font.reader.file.name).stat().st_size < 120_000
    for name_id in (1, 3, 4, 6, 16):
        assert "Source" not in font["name"].getDebugName(name_id)


def test_their_licence_is_beside_them() -> None:
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "OFL.txt").read_text(encoding="utf-8")
