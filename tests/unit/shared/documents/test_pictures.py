"""A picture is a sane PNG or an SVG that points nowhere; anything else is refused with a sentence."""

import base64
from urllib.parse import quote

import pytest

from shared.documents.pictures import MAX_BYTES, MAX_SIDE, BadPicture, Picture, check, picture_in
from tests.support.pictures import chunk, data_url, png, svg

PNG = png()
SVG = svg('<path d="M0 0h10v10z"/>')
HEAD = PNG[:33]


@pytest.mark.parametrize("content", [PNG, png(MAX_SIDE, 1), png(1, MAX_SIDE), png(size=MAX_BYTES)])
def test_a_png(content: bytes) -> None:
    assert picture_in(data_url(content)) == Picture(content, "image/png")


@pytest.mark.parametrize(
    "url",
    [
        data_url(SVG),
        f"data:image/svg+xml,{quote(SVG)}",
        f"data:image/svg+xml;utf8,{quote(SVG)}",
        f"data:image/svg+xml;charset=utf-8;base64,{base64.b64encode(SVG).decode()}",
    ],
)
def test_an_svg_however_it_is_written(url: str) -> None:
    assert picture_in(url) == Picture(SVG, "image/svg+xml")


@pytest.mark.parametrize(
    "content",
    [
        svg('<path d="M0 0h10v10z" fill="url(#g)"/><linearGradient id="g"/>'),
        svg('<use href="#g" xlink:href="#g"/><style>.a { fill: #123456 } b { fill: url(\'#g\') }</style>'),
        svg("<g/>", before='<?xml version="1.0"?>'),
        svg("<g/>", before='<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16"),
        b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>',
    ],
)
def test_an_svg_may_point_into_itself(content: bytes) -> None:
    check(content, "image/svg+xml")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "not a data URL"),
        ("https://example.com/logo.png", "not a data URL"),
        ("file:///etc/passwd", "not a data URL"),
        (data_url(b"GIF89a", "image/gif"), "not a data URL"),
        (data_url(b"<p>", "text/html"), "not a data URL"),
        ("data:image/png;base64,@@@", "not what its URL says"),
        ("data:image/png;base64,abc", "not what its URL says"),
        ("data:image/png;base64,é", "not what its URL says"),
        ("data:image/svg+xml,\ud800", "not what its URL says"),
        (data_url(b"", "image/png"), "not a PNG"),
        (data_url(b"GIF89a" + b"\0" * 40, "image/png"), "not a PNG"),
        (data_url(SVG, "image/png"), "not a PNG"),
        (data_url(png(0, 10)), "0 x 10 pixels"),
        (data_url(png(10, 0)), "10 x 0 pixels"),
        (data_url(png(MAX_SIDE + 1, 1)), f"{MAX_SIDE + 1} x 1 pixels"),
        (data_url(png(1, MAX_SIDE + 1)), f"1 x {MAX_SIDE + 1} pixels"),
        (data_url(png(size=MAX_BYTES + 1)), f"{MAX_BYTES + 1} bytes, and {MAX_BYTES} are allowed"),
        (data_url(svg("<g/>" * MAX_BYTES)), "are allowed"),
        (data_url(PNG[:-1]), "damaged"),
        (data_url(PNG[:30]), "damaged"),
        (data_url(PNG[:-12]), "damaged"),
        (data_url(HEAD + chunk(b"IDAT", b"abcd").replace(b"abcd", b"abce") + PNG[-12:]), "damaged"),
        (data_url(HEAD + b"\xff\xff\xff\xff" + PNG[37:]), "damaged"),
        (data_url(b'<svg viewBox="0 0 10 10"/>'), "not an SVG"),
        (data_url(svg(root="html")), "not an SVG"),
        (data_url(PNG, "image/svg+xml"), "not well formed"),
        (data_url(b"<svg"), "not well formed"),
        (data_url(b""), "not well formed"),
    ],
)
def test_what_is_no_picture(url: str, why: str) -> None:
    with pytest.raises(BadPicture, match=why) as raised:
        picture_in(url)

    assert raised.value.why == str(raised.value)


@pytest.mark.parametrize(
    "content",
    [
        svg('<image href="http://example.com/a.png"/>'),
        svg('<image href="data:image/png;base64,AAAA"/>'),
        svg("<IMAGE/>"),
        svg('<feImage href="#a"/>'),
        svg('<use href="http://example.com/a.svg#x"/>'),
        svg('<use xlink:href="file:///etc/passwd"/>'),
        svg('<use HREF="file:///etc/passwd"/>'),
        svg('<use href=""/>'),
        svg('<a href="javascript:alert(1)"/>'),
        svg('<g class="JavaScript:alert(1)"/>'),
        svg(attributes='xml:base="http://example.com/"'),
        svg('<rect fill="url(http://example.com/a)"/>'),
        svg("<rect fill=\"url( 'http://example.com/a')\"/>"),
        svg('<rect style="background: URL(//example.com)"/>'),
        svg("<style>@import 'http://example.com/a.css';</style>"),
        svg("<style>a { fill: url(http://example.com/a) }</style>"),
        svg("<style>a { fill: ur<![CDATA[l(http://example.com/a)]]> }</style>"),
        svg("<style>a { fill: u\\72l(http://example.com/a) }</style>"),
        svg("<script>alert(1)</script>"),
        svg('<rect onload="alert(1)"/>'),
        svg('<rect ONLOAD="alert(1)"/>'),
        svg('<animate attributeName="href" to="https://example.com"/>'),
        svg('<set attributeName="href" to="https://example.com"/>'),
        svg("<foreignObject/>"),
        svg("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        svg(before='<!DOCTYPE svg SYSTEM "http://example.com/svg.dtd">'),
        svg(before='<?xml-stylesheet href="http://example.com/a.css"?>'),
    ],
)
def test_an_svg_that_runs_or_points_outside_itself(content: bytes) -> None:
    with pytest.raises(BadPicture, match=r"the SVG (points|has)"):
        check(content, "image/svg+xml")
