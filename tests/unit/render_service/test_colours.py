import pytest

from services.render_service.colours import DEFAULT_ACCENT, INK, WHITE, palette
from services.render_service.errors import Unprintable


@pytest.mark.parametrize(
    ("accent", "on_accent", "text"),
    [
        ("#000000", WHITE, "#000000"),
        ("#1F4E5F", WHITE, "#1f4e5f"),
        ("#ffffff", INK, INK),
        ("#f2b705", INK, INK),
        ("#c00000", WHITE, "#c00000"),
        ("#767676", WHITE, "#767676"),  # the lightest grey that can be read on white
        ("#777777", WHITE, INK),
    ],
)
def test_what_is_written_on_and_with_an_accent_can_be_read(accent: str, on_accent: str, text: str) -> None:
    colours = palette(accent)

    assert (colours.accent, colours.on_accent, colours.text) == (accent.lower(), on_accent, text)


def test_the_house_accent() -> None:
    assert palette(None).accent == DEFAULT_ACCENT


@pytest.mark.parametrize(
    "accent", ["", "red", "#fff", "#12345g", "#1234567", "#123456\n", "var(--x)", "1f4e5f"]
)
def test_what_is_no_colour(accent: str) -> None:
    with pytest.raises(Unprintable, match="#rrggbb"):
        palette(accent)
