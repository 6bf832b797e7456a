"""Pictures to upload, and those that are found in a PDF."""

import base64
import io
import struct
import zlib

from pypdf import PdfReader


def png(width: int = 10, height: int = 10, *, size: int = 0) -> bytes:
    """A black PNG; of exactly `size` bytes, when that is given."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height))
    start, end = b"\x89PNG\r\n\x1a\n" + head + pixels, chunk(b"IEND", b"")
    filling = chunk(b"tEXt", b"a" * (size - len(start) - len(end) - 12)) if size else b""
    return start + filling + end


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def svg(inside: str = "", *, before: str = "", root: str = "svg", attributes: str = "") -> bytes:
    """An SVG with this in it."""
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<{root} {names} {attributes}>{inside}</{root}>".encode()


def data_url(content: bytes, content_type: str | None = None) -> str:
    """The content as a data URL; of the type that it is, unless another one is said."""
    own = "image/png" if content.startswith(b"\x89PNG") else "image/svg+xml"
    return f"data:{content_type or own};base64,{base64.b64encode(content).decode()}"


def pictures_in(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each picture made of pixels."""
    found = [file.image for page in PdfReader(io.BytesIO(pdf)).pages for file in page.images]
    return [image.size for image in found if image is not None]
