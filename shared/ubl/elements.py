"""XML elements as UBL wants them: none is empty, texts hold only what XML 1.0 may hold, decimals are plain.

Names stand with their prefix; the root declares it. So nothing is registered anywhere, and the bytes depend on the
elements alone.
"""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

Element = ET.Element
Attributes = dict[str, str]

_COMPONENTS = "urn:oasis:names:specification:ubl:schema:xsd:Common{}Components-2"
# https://www.w3.org/TR/xml/#charsets; a lone surrogate is no character at all.
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def root(name: str, *parts: Element | None) -> Element:
    """The document element of that name, such as `Invoice`."""
    element = ET.Element(
        name,
        {
            "xmlns": f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2",
            "xmlns:cac": _COMPONENTS.format("Aggregate"),
            "xmlns:cbc": _COMPONENTS.format("Basic"),
        },
    )
    element.extend(part for part in parts if part is not None)
    return element


def cac(name: str, *parts: Element | None) -> Element | None:
    """An aggregate of these parts, in the order of the schema; None without any (UBL 2.1, IND5: never empty)."""
    present = [part for part in parts if part is not None]
    if not present:
        return None
    element = ET.Element(f"cac:{name}")
    element.extend(present)
    return element


def cbc(name: str, text: str | None, attributes: Attributes | None = None) -> Element | None:
    """A basic element; None when the text is missing or blank."""
    said = clean(text or "")
    if not said:
        return None
    element = ET.Element(f"cbc:{name}", {key: clean(value) for key, value in (attributes or {}).items()})
    element.text = said
    return element


def clean(text: str) -> str:
    """A text as XML 1.0 can hold it: lines end in LF, a forbidden character becomes U+FFFD."""
    return _FORBIDDEN.sub(_REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain(value: Decimal, *, places: int = 0) -> str:
    """Plain digits with at least `places` decimals, no needless zero after them, no exponent, no minus zero."""
    whole, _, decimals = format(value or abs(value), "f").partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole


def encoded(document: Element) -> bytes:
    """The file: UTF-8, indented, with its declaration (UBL 2.1, IND2)."""
    ET.indent(document)
    text = ET.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
