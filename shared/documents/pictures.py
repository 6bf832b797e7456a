"""Pictures of strangers, looked at before any library does: a PNG of a sane size, or an SVG that points nowhere.

The rules are the same when a picture is uploaded and when it is printed, so what was taken can be printed.
Nothing here decodes a pixel or fetches anything; the standard library alone.
"""

import base64
import re
import struct
import zlib
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

PictureType = Literal["image/png", "image/svg+xml"]

MAX_BYTES = 300_000
MAX_SIDE = 4096
_DATA_URL = re.compile(
    r"data:(image/png|image/svg\+xml)((?:;[a-z-]+=[\w.-]+|;utf8)*)(;base64)?,(.*)", re.DOTALL
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SVG_ROOT = "http://www.w3.org/2000/svg svg"
# What runs, embeds, or changes an attribute after it was looked at; in lower case.
_REFUSED_ELEMENTS = frozenset(
    {"script", "foreignobject", "iframe", "audio", "video", "image", "feimage", "handler", "set", "animate"}
)
_OUTSIDE = re.compile(r"url\(\s*(?!['\"]?#)|@import|image-set\(|expression\(|javascript:|\\", re.IGNORECASE)


class BadPicture(ValueError):
    """A picture that can't be taken; `why` is a sentence that says so, in English, for logs and reasons."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes, and what they are said to be."""

    content: bytes
    content_type: PictureType


def picture_in(url: str) -> Picture:
    """The picture in a data URL, checked.

    Raises:
        BadPicture: see `decode` and `check`.
    """
    picture = decode(url)
    check(picture.content, picture.content_type)
    return picture


def decode(url: str) -> Picture:
    """The picture in a data URL, not looked at.

    Raises:
        BadPicture: it is no data URL of a picture.
    """
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise BadPicture("it is not a data URL of a PNG or an SVG")
    content_type, _, is_base64, text = match.groups()
    try:
        content = base64.b64decode(text, validate=True) if is_base64 else unquote_to_bytes(text)
    except ValueError as error:  # binascii.Error is one; letters beyond ASCII are another
        raise BadPicture("its data are not what its URL says they are") from error
    return Picture(content, cast("PictureType", content_type))


def check(content: bytes, content_type: PictureType) -> None:
    """Refuse what is not a picture of this type.

    Raises:
        BadPicture: too big, damaged, not what it says, or an SVG with scripts or references outside itself.
    """
    if len(content) > MAX_BYTES:
        raise BadPicture(f"it has {len(content)} bytes, and {MAX_BYTES} are allowed")
    if content_type == "image/png":
        _check_png(content)
    else:
        _check_svg(content)


def _check_png(content: bytes) -> None:
    if len(content) < 24 or not content.startswith(_PNG_SIGNATURE) or content[12:16] != b"IHDR":
        raise BadPicture("it is not a PNG")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise BadPicture(f"it measures {width} x {height} pixels, and {MAX_SIDE} a side are allowed")
    if not _is_whole_png(content):
        raise BadPicture("the PNG is damaged")


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
        raise BadPicture("the SVG has a document type or a processing instruction")

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        elements.append(name)
        if local.lower() in _REFUSED_ELEMENTS:
            raise BadPicture(f"the SVG has a <{local}>")
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
        raise BadPicture("the SVG is not well formed") from error
    if elements[0] != _SVG_ROOT:
        raise BadPicture("it is not an SVG")
    if _OUTSIDE.search("".join(text)):
        raise BadPicture("the SVG points outside itself")


def _check_attribute(name: str, value: str) -> None:
    if name.startswith("on"):
        raise BadPicture("the SVG has an event handler")
    if (name in {"href", "src", "base"} and not value.startswith("#")) or _OUTSIDE.search(value):
        raise BadPicture("the SVG points outside itself")
