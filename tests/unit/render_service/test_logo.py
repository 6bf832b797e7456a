"""A logo is a sane PNG or an SVG that points nowhere; anything else is refused with its reason."""

import base64
import struct
import zlib
from urllib.parse import quote

import pytest

from services.render_service.errors import Unprintable
from services.render_service.logo import MAX_BYTES, MAX_SIDE, decode
from services.render_service.samples import LOGO


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int = 10, height: int = 10, pixels: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _url(content: bytes | str, content_type: str = "image/svg+xml") -> str:
    content = content.encode() if isinstance(content, str) else content
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}"


def _svg(inside: str, attributes: str = "") -> str:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {attributes}>{inside}</svg>"


def test_a_png() -> None:
    logo = decode(_url(_png(), "image/png"))

    assert (logo.content, logo.content_type) == (_png(), "image/png")


@pytest.mark.parametrize(
    "url",
    [
        _url(LOGO),
        f"data:image/svg+xml,{quote(LOGO)}",
        f"data:image/svg+xml;utf8,{quote(LOGO)}",
        f"data:image/svg+xml;charset=utf-8;base64,{base64.b64encode(LOGO.encode()).decode()}",
    ],
)
def test_an_svg_however_it_is_written(url: str) -> None:
    assert decode(url).content == LOGO.encode()


def test_an_svg_may_point_into_itself() -> None:
    inside = (
        '<linearGradient id="g"/><rect fill="url(#g)"/><use href="#g" xlink:href="#g"/>'
        "<style>a { fill: url('#g') }</style>"
    )

    assert decode(_url(_svg(inside))).content_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "not a data URL"),
        ("https://example.com/logo.png", "not a data URL"),
        ("file:///etc/passwd", "not a data URL"),
        (_url(b"GIF89a", "image/gif"), "not a data URL"),
        (_url("<p>", "text/html"), "not a data URL"),
        ("data:image/png;base64,@@@", "base64 is broken"),
        ("data:image/png;base64,abc", "base64 is broken"),
        (_url(b"", "image/png"), "not a PNG"),
        (_url(b"GIF89a" + b"\0" * 40, "image/png"), "not a PNG"),
        (_url(LOGO, "image/png"), "not a PNG"),
        (_url(_png(0, 10), "image/png"), "0 x 10 pixels"),
        (_url(_png(MAX_SIDE + 1, 1), "image/png"), f"{MAX_SIDE + 1} x 1 pixels"),
        (_url(_png(1, 2**31), "image/png"), f"1 x {2**31} pixels"),
        (_url(_png(pixels=b"\0" * MAX_BYTES), "image/png"), "are allowed"),
        (_url(_png()[:-1], "image/png"), "damaged"),
        (_url(_png()[:30], "image/png"), "damaged"),
        (_url(_png()[:-12], "image/png"), "damaged"),
        (_url(_png(pixels=b"abcd").replace(b"abcd", b"abce"), "image/png"), "damaged"),
        (_url(_png()[:33] + b"\xff\xff\xff\xff" + _png()[37:], "image/png"), "damaged"),
        (_url('<svg viewBox="0 0 10 10"/>'), "not an SVG"),
        (_url(_png()), "not well formed"),
        (_url("<svg"), "not well formed"),
        (_url(""), "not well formed"),
        (_url("<html/>"), "not an SVG"),
    ],
)
def test_what_is_no_logo(url: str, why: str) -> None:
    with pytest.raises(Unprintable, match=why) as raised:
        decode(url)

    assert raised.value.code == "bad_logo"


@pytest.mark.parametrize(
    "svg",
    [
        _svg('<image href="http://example.com/a.png"/>'),
        _svg('<image href="data:image/png;base64,AAAA"/>'),
        _svg('<use href="http://example.com/a.svg#x"/>'),
        _svg('<use xlink:href="file:///etc/passwd"/>'),
        _svg('<a href="javascript:alert(1)"/>'),
        _svg("", 'xml:base="http://example.com/"'),
        _svg('<rect fill="url(http://example.com/a)"/>'),
        _svg("<rect fill=\"url( 'http://example.com/a')\"/>"),
        _svg('<rect style="background: URL(//example.com)"/>'),
        _svg("<style>@import 'http://example.com/a.css';</style>"),
        _svg("<style>a { fill: url(http://example.com/a) }</style>"),
        _svg("<style>a { fill: ur<![CDATA[l(http://example.com/a)]]> }</style>"),
        _svg("<style>a { fill: u\\72l(http://example.com/a) }</style>"),
        _svg("<script>alert(1)</script>"),
        _svg("<foreignObject/>"),
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _svg("&x;"),
        '<!DOCTYPE svg SYSTEM "http://example.com/svg.dtd">' + _svg(""),
        '<?xml-stylesheet href="http://example.com/a.css"?>' + _svg(""),
    ],
)
def test_an_svg_that_points_outside_itself(svg: str) -> None:
    with pytest.raises(Unprintable, match="the SVG") as raised:
        decode(_url(svg))

    assert raised.value.code == "bad_logo"
