"""The issuer's logo: taken out of its data URL and looked at before any library does.

WeasyPrint is handed bytes that are a PNG of a sane size or an SVG that points nowhere; it never decodes the
URL itself.
"""

import base64
import binascii
import re
import struct
import zlib
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

from services.render_service.errors import Unprintable

MAX_BYTES = 1_048_576
MAX_SIDE = 4096
_DATA_URL = re.compile(
    r"data:(image/png|image/svg\+xml)((?:;[a-z-]+=[\w.-]+|;utf8)*)(;base64)?,(.*)", re.DOTALL
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SVG_ROOT = "http://www.w3.org/2000/svg svg"
_REFUSED_ELEMENTS = frozenset({"script", "foreignObject", "iframe", "audio", "video", "image", "feImage"})
_OUTSIDE = re.compile(r"url\(\s*(?!['\"]?#)|@import|image-set\(|expression\(|\\", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Logo:
    """A checked picture."""

    content: bytes
    content_type: str


def decode(url: str) -> Logo:
    """The picture in a data URL.

    Raises:
        Unprintable: it is no such URL, too big, not what it says, or points outside itself.
    """
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise _bad("it is not a data URL of a PNG or an SVG")
    content_type, _, is_base64, text = match.groups()
    try:
        content = base64.b64decode(text, validate=True) if is_base64 else unquote_to_bytes(text)
    except (binascii.Error, ValueError) as error:
        raise _bad("its base64 is broken") from error
    if len(content) > MAX_BYTES:
        raise _bad(f"it has {len(content)} bytes, and {MAX_BYTES} are allowed")
    if content_type == "image/png":
        _check_png(content)
    else:
        _check_svg(content)
    return Logo(content, content_type)


def _bad(why: str) -> Unprintable:
    return Unprintable("bad_logo", f"the logo can't be printed: {why}")


def _check_png(content: bytes) -> None:
    if len(content) < 24 or not content.startswith(_PNG_SIGNATURE) or content[12:16] != b"IHDR":
        raise _bad("it is not a PNG")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise _bad(f"it measures {width} x {height} pixels, and {MAX_SIDE} a side are allowed")
    if not _is_whole_png(content):
        raise _bad("the PNG is damaged")


def _is_whole_png(content: bytes) -> bool:
    """Whether each chunk has its checksum, up to the end mark: WeasyPrint copies pixels unseen."""
    place = len(_PNG_SIGNATURE)
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        kind_and_data = content[place + 4 : place + 8 + length]
        place += 12 + length
        if place > len(content) or content[place - 4 : place] != struct.pack(">I", zlib.crc32(kind_and_data)):
            return False
        if kind_and_data == b"IEND":
            return True
    return False


def _check_svg(content: bytes) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    elements: list[str] = []
    text: list[str] = []

    def refuse(*_: object) -> None:
        raise _bad("the SVG has a document type or a processing instruction")

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        elements.append(name)
        if local in _REFUSED_ELEMENTS:
            raise _bad(f"the SVG has a <{local}>")
        for key, value in attributes.items():
            if key.rpartition(" ")[2] in ("href", "src", "base") and not value.startswith("#"):
                raise _bad("the SVG points outside itself")
            if _OUTSIDE.search(value):
                raise _bad("the SVG points outside itself")

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes it by place only
    except expat.ExpatError as error:
        raise _bad("the SVG is not well formed") from error
    if elements[0] != _SVG_ROOT:
        raise _bad("it is not an SVG")
    if _OUTSIDE.search("".join(text)):
        raise _bad("the SVG points outside itself")
