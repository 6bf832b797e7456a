"""A shop's own form prints; a broken one is the end of its documents only."""

import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pypdf import PdfReader

from services.render_service import fonts, templates
from services.render_service.engine.limits import Limits
from services.render_service.engine.pool import Pool
from services.render_service.errors import RenderCrashed, RenderTimedOut, Unprintable
from services.render_service.own_forms import OwnForm, OwnForms
from tests.integration.render_service.documents import MEGABYTE, ROOMY
from tests.support.own_forms import PAGE, own_form
from tests.support.pictures import pictures_in, png
from tests.unit.render_service.snapshots import plain

SNAPSHOT = plain(template="ours")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[Pool]:
    async with Pool.running(ROOMY, size=1) as pool:
        yield pool


def found(folder: Path) -> OwnForm:
    form = OwnForms(folder).find("ours")
    assert form is not None
    return form


def with_body(body: str) -> str:
    return PAGE.replace("</body>", f"{body}</body>")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_form_with_pictures_fonts_and_parts(pool: Pool, tmp_path: Path) -> None:
    own = own_form(
        tmp_path,
        "ours",
        page=with_body("{% include 'parts/foot.html' %}<img src='asset:/pictures/mark.png' alt='mark'>"),
        style="""@import url(asset:/more.css); @font-face { font-family: Shop; src: url(asset:/Shop.ttf) }
            html { font-family: Shop }""",
    )
    (own / "parts").mkdir()
    (own / "parts" / "foot.html").write_text("<p>{{ form.grand_total.text }}</p>")
    (own / "more.css").write_text("h1::after { content: ' in our own look' }")
    (own / "pictures").mkdir()
    (own / "pictures" / "mark.png").write_bytes(png(7, 5))
    shutil.copy(Path(fonts.__file__).with_name("FacturesSans-SemiBold.ttf"), own / "Shop.ttf")

    pdf = await pool.render(SNAPSHOT, None, found(tmp_path))

    page = PdfReader(io.BytesIO(pdf)).pages[0]
    assert "Facture 00004 in our own look" in page.extract_text()
    assert "114,98" in page.extract_text()
    assert pictures_in(pdf) == [(7, 5)]
    names = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}  # type: ignore[index] # pypdf types a page as an object
    assert all("+Shop" in name for name in names), names
    assert list(PdfReader(io.BytesIO(pdf)).attachments) == ["ubl-invoice.xml"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_copy_of_the_house_form_prints_the_same(pool: Pool, tmp_path: Path) -> None:
    shutil.copytree(Path(templates.__file__).with_name("standard-1"), tmp_path / "ours")

    own = await pool.render(SNAPSHOT, None, found(tmp_path))
    house = await pool.render(plain(), None)

    texts = [[page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages] for pdf in (own, house)]
    assert texts[0] == texts[1]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_edited_form_is_used_at_once(pool: Pool, tmp_path: Path) -> None:
    own = own_form(tmp_path, "ours")
    first = await pool.render(SNAPSHOT, None, found(tmp_path))
    (own / "invoice.html").write_text(with_body("<p>édité</p>"), encoding="utf-8")

    edited = await pool.render(SNAPSHOT, None, found(tmp_path))

    assert "édité" not in PdfReader(io.BytesIO(first)).pages[0].extract_text()
    assert "édité" in PdfReader(io.BytesIO(edited)).pages[0].extract_text()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("body", "code", "why"),
    [
        ("\n{% for row in form.rows %}", "bad_template", "invoice.html, line 4: Unexpected end of template"),
        ("\n\n{{ form.colour }}", "bad_template", "invoice.html, line 5: UndefinedError: .*'colour'"),
        ("{% include 'other.html' %}", "bad_template", "TemplateNotFound: .*other.html"),
        ("{% include '../ours/invoice.css' %}", "bad_template", "TemplateNotFound"),
        ("{% include 'invoice.html' %}", "bad_template", "RecursionError"),
        ("{{ 1 / 0 }}", "bad_template", "ZeroDivisionError"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "bad_template", "OverflowError: Range too big"),
        ("{{ form.__class__.__mro__ }}", "bad_template", "SecurityError"),
        ("{{ form.rows.__len__.__globals__ }}", "bad_template", "(Security|Undefined)Error"),
        ("<img src='asset:/none.png' alt=''>", "bad_template", "asks for what it has not: .*asset:/none.png"),
        (
            "<img src='file:///etc/hostname' alt=''>",
            "bad_template",
            "asks for what it has not: .*file:///etc/hostname",
        ),
        ("<img src='http://127.0.0.1:9/a.png' alt=''>", "bad_template", "asks for what it has not"),
        ("<style>@import 'asset:/none.css'</style>", "bad_template", "asks for what it has not"),
        ("<img src='asset:/picture.png' alt='x'>", "render_failed", "would not be whole"),
    ],
)
async def test_a_broken_form_says_why(pool: Pool, tmp_path: Path, body: str, code: str, why: str) -> None:
    own = own_form(tmp_path, "ours", page=with_body(body))
    (own / "picture.png").write_bytes(b"no picture")

    with pytest.raises(Unprintable, match=why) as raised:
        await pool.render(SNAPSHOT, None, found(tmp_path))

    assert raised.value.code == code
    assert (await pool.render(plain())).startswith(b"%PDF")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "style", ["@import 'asset:/none.css';", "@font-face { font-family: x; src: url(asset:/x.ttf) }"]
)
async def test_a_style_that_misses_a_file(pool: Pool, tmp_path: Path, style: str) -> None:
    own_form(tmp_path, "ours", style=style)

    with pytest.raises(Unprintable, match="asks for what it has not") as raised:
        await pool.render(SNAPSHOT, None, found(tmp_path))

    assert raised.value.code == "bad_template"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_form_in_another_encoding(pool: Pool, tmp_path: Path) -> None:
    (own_form(tmp_path, "ours") / "invoice.html").write_bytes("é".encode("latin-1"))

    with pytest.raises(Unprintable, match=r"invoice\.html is not written in UTF-8"):
        await pool.render(SNAPSHOT, None, found(tmp_path))


async def test_a_form_that_never_ends(tmp_path: Path) -> None:
    loop = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    own_form(tmp_path, "ours", page=with_body(loop))
    async with Pool.running(Limits(1024 * MEGABYTE, 1, 30, 100), size=1) as pool:
        with pytest.raises(RenderTimedOut, match="more than 1 s"):
            await pool.render(SNAPSHOT, None, found(tmp_path))
        assert (await pool.render(plain())).startswith(b"%PDF")


async def test_a_form_that_grows_without_end(tmp_path: Path) -> None:
    own_form(tmp_path, "ours", page=with_body("{{ 'x' * 10 ** 9 }}"))
    async with Pool.running(Limits(512 * MEGABYTE, 30, 30, 100), size=1) as pool:
        with pytest.raises(RenderCrashed, match="MemoryError"):
            await pool.render(SNAPSHOT, None, found(tmp_path))
        assert (await pool.render(plain())).startswith(b"%PDF")


async def test_what_a_process_wrote_goes_with_it_and_is_not_in_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    own = own_form(tmp_path / "forms", "ours", style="@font-face { font-family: S; src: url(asset:/S.ttf) }")
    shutil.copy(Path(fonts.__file__).with_name("FacturesSans-Regular.ttf"), own / "S.ttf")
    async with Pool.running(ROOMY, size=1) as pool:
        first = await pool.render(SNAPSHOT, None, found(tmp_path / "forms"))
        assert len(list(scratch.rglob("*"))) > 1

    assert list(scratch.iterdir()) == []
    async with Pool.running(ROOMY, size=1) as pool:
        assert await pool.render(SNAPSHOT, None, found(tmp_path / "forms")) == first
