"""A form of the shop that does harm is the end of its own document: the next one prints."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from pypdf import PdfReader

from services.render_service.engine.limits import Limits
from services.render_service.engine.pool import Pool
from services.render_service.errors import RenderError
from services.render_service.own_forms import OwnForm
from tests.integration.render_service.documents import MEGABYTE
from tests.support.own_forms import PAGE
from tests.support.pictures import png, svg
from tests.unit.render_service.snapshots import plain

TIGHT = Limits(memory_bytes=1024 * MEGABYTE, cpu_seconds=1, wall_seconds=60, jobs=100)
SHOWN = "<img src='asset:/picture.{kind}' alt='x'>"


def form(body: str, **files: bytes) -> OwnForm:
    """A form with this at the end of its page; `picture_svg=` is its file `picture.svg`."""
    page = PAGE.replace("</body>", f"{body}</body>").encode()
    named = {name.replace("_", "."): content for name, content in files.items()}
    return OwnForm("ours", {"invoice.html": page, "invoice.css": b"", **named})


def picture(content: bytes) -> OwnForm:
    kind = "png" if content.startswith(b"\x89PNG") else "svg"
    return form(SHOWN.format(kind=kind), **{f"picture_{kind}": content})


def shapes_of_shapes() -> bytes:
    """A rectangle, ten times what draws it, ten times that, and so on: a billion of them."""

    def level(number: int) -> str:
        return f"<g id='l{number}'>" + f"<use href='#l{number - 1}'/>" * 10 + "</g>"

    shapes = "".join(level(number) for number in range(1, 10))
    return svg(f"<defs><rect id='l0' width='1' height='1'/>{shapes}</defs><use href='#l9'/>")


def words_of_words() -> bytes:
    """The same with entities of XML."""
    words = "".join(f"<!ENTITY l{number} '{f'&l{number - 1};' * 10}'>" for number in range(1, 10))
    return svg("<text>&l9;</text>", before=f"<!DOCTYPE svg [<!ENTITY l0 'ha'>{words}]>")


HARM: Mapping[str, tuple[OwnForm, str]] = {
    "a page for each of a million words": (
        form("{% for i in range(99999) %}<p style='break-after: page'>ha</p>{% endfor %}"),
        "render_timeout",
    ),
    "a picture of 400 million dots in 400 kB": (picture(png(20_000, 20_000)), "render_failed"),
    "a billion shapes": (picture(shapes_of_shapes()), "render_timeout"),
    "a billion words": (picture(words_of_words()), "render_failed"),
    "a picture of this machine": (form("<img src='file:///etc/hostname' alt='x'>"), "bad_template"),
    "a picture of the network": (form("<img src='http://127.0.0.1:9/a.png' alt='x'>"), "bad_template"),
}


# What an SVG refers to, and whether that refuses it; else WeasyPrint leaves it out.
POINTERS = {
    "a picture": ("<image href='{place}' width='9' height='9'/>", True),
    "a style sheet": ("<style>@import '{place}';</style>", True),
    "a shape": ("<use href='{place}#a'/>", False),
    "a fill": ("<rect width='9' height='9' fill='url({place}#a)'/>", False),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[Pool]:
    async with Pool.running(TIGHT, size=1) as pool:
        yield pool


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("harm", HARM)
async def test_it_fails_alone_and_always_for_the_same_reason(pool: Pool, harm: str) -> None:
    own, code = HARM[harm]
    with pytest.raises(RenderError) as raised:
        await pool.render(plain(template="ours"), None, own)

    assert raised.value.code == code
    assert (await pool.render(plain())).startswith(b"%PDF")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("pointer", POINTERS)
async def test_a_picture_that_points_elsewhere_reaches_nothing(
    pool: Pool, pointer: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_bytes(svg("<text id='a'>secret</text>"))
    calls: list[object] = []
    server = await asyncio.start_server(lambda *call: calls.append(call), "127.0.0.1")
    address = "http://{}:{}/a.svg".format(*server.sockets[0].getsockname())
    pointing, refused = POINTERS[pointer]
    own = picture(svg("".join(pointing.format(place=place) for place in (address, secret.as_uri()))))
    async with server:
        if refused:
            with pytest.raises(RenderError) as raised:
                await pool.render(plain(template="ours"), None, own)
            assert raised.value.code == "render_failed"
        else:
            pdf = await pool.render(plain(template="ours"), None, own)
            assert "secret" not in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()

    assert calls == []
    assert (await pool.render(plain())).startswith(b"%PDF")
