import base64
import struct
import zlib
from urllib.parse import quote

import pytest

from services.invoice_service.domain.logo import MAX_BYTES, BadLogo, check_logo


def png(width: int = 10, height: int = 10, *, size: int = 0) -> str:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = zlib.compress(b"\0" * (width + 1) * height)
    start = b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", pixels)
    end = _chunk(b"IEND", b"")
    filling = _chunk(b"tEXt", b"a" * (size - len(start) - len(end) - 12)) if size else b""
    return "data:image/png;base64," + base64.b64encode(start + filling + end).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def damaged(url: str) -> str:
    head, _, text = url.partition(",")
    content = bytearray(base64.b64decode(text))
    content[-20] ^= 1
    return f"{head},{base64.b64encode(bytes(content)).decode()}"


def svg(inside: str, *, before: str = "", root: str = "svg") -> str:
    text = (
        f'{before}<{root} xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"{inside}</{root}>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "url",
    [
        png(),
        png(size=MAX_BYTES),
        svg('<path d="M0 0h10v10z" fill="url(#g)"/>'),
        svg('<use href="#a"/><style>.a { fill: #123456 }</style>'),
        svg("<g/>", before='<?xml version="1.0"?>'),
        "data:image/svg+xml;utf8," + quote('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ],
)
def test_is_taken(url: str) -> None:
    check_logo(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.test/logo.png",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "data:image/png;base64,%%%",
        "data:image/png;base64," + base64.b64encode(b"GIF89a" + b"\0" * 40).decode(),
        png(0, 10),
        damaged(png()),
        png()[:-8],
        "data:image/svg+xml;utf8," + quote("<svg/>"),
        png(10, 5000),
        png(size=MAX_BYTES + 1),
        svg("<script>alert(1)</script>"),
        svg('<rect onload="alert(1)"/>'),
        svg('<image href="https://example.test/a.png"/>'),
        svg('<use xlink:href="https://example.test/a.svg#x"/>'),
        svg('<a href="javascript:alert(1)"/>'),
        svg('<rect fill="url(https://example.test/a)"/>'),
        svg("<style>@import 'https://example.test/a.css';</style>"),
        svg("<style>.a { background: url( 'https://example.test/a.png') }</style>"),
        svg("<style>.a { background: u\\72l(x) }</style>"),
        svg("<foreignObject/>"),
        svg("<g/>", before='<!DOCTYPE svg [<!ENTITY a "b">]>'),
        svg("<g/>", before='<?xml-stylesheet href="https://example.test/a.css"?>'),
        svg("", root="html"),
        "data:image/svg+xml;utf8,<svg",
    ],
)
def test_is_refused(url: str) -> None:
    with pytest.raises(BadLogo):
        check_logo(url)
