"""The shop's accent colour, and what may be written with it and on it."""

import re
from dataclasses import dataclass

from services.render_service.errors import Unprintable

DEFAULT_ACCENT = "#1f4e5f"
INK = "#1d2328"
WHITE = "#ffffff"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_READABLE = 4.5  # contrast asked by WCAG 2 for running text


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`. `text` is the accent where it can be read on white, else ink."""

    accent: str
    on_accent: str
    text: str


def palette(accent: str | None) -> Palette:
    """The colours of a form.

    Raises:
        Unprintable: `accent` is not `#rrggbb`.
    """
    if accent is None:
        accent = DEFAULT_ACCENT
    if not _HEX.fullmatch(accent):
        raise Unprintable("bad_accent_colour", f"the accent colour {accent!r} is not written #rrggbb")
    return Palette(
        accent=accent.lower(),
        on_accent=max((WHITE, INK), key=lambda colour: _contrast(accent, colour)),
        text=accent.lower() if _contrast(accent, WHITE) >= _READABLE else INK,
    )


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
