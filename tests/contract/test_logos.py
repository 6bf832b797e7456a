"""A logo that may be uploaded can be printed: the renderer refuses nothing that was taken."""

import pytest

from services.invoice_service.domain.logo import BadLogo, check_logo
from services.render_service.logo import decode
from tests.unit.invoice_service.domain.test_logo import damaged, png, svg


@pytest.mark.parametrize(
    "url",
    [
        png(),
        png(4096, 4),
        damaged(png()),
        svg("", root="html"),
        svg("<g/>").replace("svg+xml", "png"),
        svg('<path d="M0 0h10v10z" fill="url(#g)"/><linearGradient id="g"/>'),
        svg("<style>.a { fill: #123456 }</style>"),
        svg('<animate attributeName="href" to="https://example.test"/>'),
        svg('<feImage href="#a"/>'),
        svg('<use href=""/>'),
        svg("<IMAGE/>"),
    ],
)
def test_what_is_taken_can_be_printed(url: str) -> None:
    try:
        check_logo(url)
    except BadLogo:
        return
    assert decode(url).content
