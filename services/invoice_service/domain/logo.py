"""A logo as it is uploaded: a data URL of a PNG, or of an SVG that refers to nothing outside itself.

The renderer looks again before it prints; what is refused here never reaches it.
"""

import base64
import binascii
import re
import struct
import zlib
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

MAX_BYTES = 300_000
MAX_SIDE = 4096
_DATA_URL = re.compile(
    r"data:(image/png|image/svg\+xml)((?:;[a-z-]+=[\w.-]+|;utf8)*)(;base64)?,(.*)", re.DOTALL
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SVG_ROOT = "http://www.w3.org/2000/svg svg"
_REFUSED_ELEMENTS = frozenset(
    {"script", "foreignobject", "iframe", "audio", "video", "image", "feimage", "handler", "set", "animate"}
)
_OUTSIDE = re.compile(r"url\(\s*(?!['\"]?#)|@import|image-set\(|expression\(|javascript:|\\", re.IGNORECASE)


class BadLogo(ValueError):
    """The logo can't be taken; the sentence says why, in English, for the logs."""


def check_logo(url: str) -> None:
    """Refuse what is not a logo.

    Raises:
        BadLogo: not such a data URL, too big, not what it says, or it has scripts or points outside itself.
    """
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise BadLogo("not a data URL of a PNG or an SVG")
    content_type, _, is_base64, text = match.groups()
    try:
        content = base64.b64decode(text, validate=True) if is_base64 else unquote_to_bytes(text)
    except binascii.Error as error:
        raise BadLogo("broken base64") from error
    if len(content) > MAX_BYTES:
        raise BadLogo(f"{len(content)} bytes")
    if content_type == "image/png":
        _check_png(content)
    else:
        _check_svg(content)


def _check_png(content: bytes) -> None:
    if len(content) < 24 or not content.startswith(_PNG_SIGNATURE) or content[12:16] != b"IHDR":
        raise BadLogo("not a PNG")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise BadLogo(f"{width} x {height} pixels")
    if not _is_whole_png(content):
        raise BadLogo("a damaged PNG")


def _is_whole_png(content: bytes) -> bool:
    """Whether every chunk has its checksum, up to the end mark."""
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
    names: list[str] = []
    text: list[str] = []

    def refuse(*_: object) -> None:
        raise BadLogo("a document type or a processing instruction")

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        names.append(name)
        if local.lower() in _REFUSED_ELEMENTS:
            raise BadLogo(f"a <{local}>")
        for key, value in attributes.items():
            _check_attribute(key.rpartition(" ")[2].lower(), value)

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text.append
    # No document type, so no entities: nothing expands, nothing is fetched.
    parser.StartDoctypeDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes it by place only
    except expat.ExpatError as error:
        raise BadLogo("not well-formed") from error
    if names[0] != _SVG_ROOT:
        raise BadLogo("not an SVG")
    if _OUTSIDE.search("".join(text)):
        raise BadLogo("its style points outside")


def _check_attribute(name: str, value: str) -> None:
    if name.startswith("on"):
        raise BadLogo("an event handler")
    if name in {"href", "src", "base"} and not value.startswith("#"):
        raise BadLogo("it points outside itself")
    if _OUTSIDE.search(value):
        raise BadLogo("it points outside itself")
