"""Nothing but what a form was handed can be loaded, whatever the page asks for."""

from pathlib import Path

import pytest
from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError

from services.render_service.engine.fetcher import Asset, AssetFetcher
from services.render_service.samples import LOGO

FETCHER = AssetFetcher({"logo": Asset(LOGO.encode(), "image/svg+xml")})


def test_an_asset_is_loaded() -> None:
    assert HTML(string="<img src='asset:/logo'>", url_fetcher=FETCHER).write_pdf()


@pytest.mark.parametrize(
    "page",
    [
        "<img src='asset:/other'>",
        "<img src='asset:/../logo'>",
        "<img src='file://{file}'>",
        "<img src='data:image/png;base64,AAAA'>",
        "<img src='http://127.0.0.1:9/a.png'>",
        "<img src='ASSET:/logo'>",
        "<link rel=stylesheet href='file://{file}'>",
        "<link rel=attachment href='file://{file}'>",
        "<style>@import 'file://{file}';</style>",
        "<style>@font-face {{ font-family: x; src: url(file://{file}) }} p {{ font-family: x }}</style><p>x",
        "<style>p {{ background: url(file://{file}) }}</style><p>x",
        "<object data='file://{file}'></object>",
        "<embed src='file://{file}'>",
    ],
)
def test_anything_else_ends_the_rendering(page: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("p { color: red }")

    with pytest.raises(FatalURLFetchingError):
        HTML(string=page.format(file=file), url_fetcher=FETCHER).write_pdf()


def test_neither_does_a_style_sheet() -> None:
    with pytest.raises(FatalURLFetchingError):
        CSS(string="@import 'file:///etc/hostname';", url_fetcher=FETCHER)
