"""How the fonts beside this module were made: `python -m services.render_service.fonts.cut`.

Needs `fontpkg-source-sans-3` (Source Sans 3, variable); run by a person when the fonts are to change, never
by the service. The cuts are static, since a variable font doubles the time of a rendering; they keep the Latin
script only; and they have another name, since the licence reserves the name "Source" to the original.
"""

from importlib.resources import as_file, files
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib.instancer import instantiateVariableFont  # type: ignore[import-untyped]

FAMILY = "Factures Sans"
CUTS = {"Regular": 400, "SemiBold": 600}
# Latin with all its extensions (Vietnamese too), combining accents, punctuation, currencies, a few signs.
RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x024F),
    (0x0300, 0x0323),
    (0x1E00, 0x1EFF),
    (0x2010, 0x205F),
    (0x20A0, 0x20BF),
    (0x2100, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2215),
    (0x2248, 0x2265),
)
FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk"]
_COPYRIGHT, _FAMILY, _STYLE, _UNIQUE, _FULL, _VERSION, _POSTSCRIPT = range(7)
_LICENCE, _LICENCE_URL, _TYPOGRAPHIC_FAMILY, _TYPOGRAPHIC_STYLE = 13, 14, 16, 17
_KEPT_NAMES = (_COPYRIGHT, _VERSION, _LICENCE, _LICENCE_URL)


def cut(source: Path, style: str, weight: int, target: Path) -> None:
    """Write one static weight of the variable font at `source` to `target`."""
    font = instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight})
    options = Options()
    options.layout_features = FEATURES
    options.name_IDs = list(_KEPT_NAMES)
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    _rename(font, style)
    font.save(target)


def _rename(font: TTFont, style: str) -> None:
    postscript = f"{FAMILY}-{style}".replace(" ", "")
    names = {
        _FAMILY: FAMILY if style == "Regular" else f"{FAMILY} {style}",
        _STYLE: "Regular",
        _UNIQUE: f"{font['name'].getDebugName(_VERSION)};{postscript}",
        _FULL: f"{FAMILY} {style}",
        _POSTSCRIPT: postscript,
        _TYPOGRAPHIC_FAMILY: FAMILY,
        _TYPOGRAPHIC_STYLE: style,
    }
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)


def main() -> None:
    """Write every cut into the folder of this module."""
    folder = Path(__file__).parent
    with as_file(files("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf") as source:
        for style, weight in CUTS.items():
            cut(source, style, weight, folder / f"FacturesSans-{style}.ttf")


if __name__ == "__main__":
    main()
