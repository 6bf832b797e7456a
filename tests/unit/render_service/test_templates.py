"""The page of a form, as HTML: what a customer wrote is text, whatever it looks like."""

import jinja2
import pytest
from weasyprint.text.fonts import FontConfiguration

from services.render_service.engine.template import house_template
from services.render_service.errors import UnknownTemplate, Unprintable
from services.render_service.form import form_of
from services.render_service.samples import SAMPLES, document, line
from services.render_service.templates import NAMES, house_form
from shared.contracts.values import Localized, Presentation
from tests.unit.render_service.snapshots import plain

FONTS = FontConfiguration()
HOSTILE = "</td><script>alert(1)</script><img src='file:///etc/passwd'>\"&{{ 7 * 7 }}"


@pytest.mark.parametrize("name", ["standard-2", "", "../standard-1", "standard-1/../standard-1"])
def test_an_unknown_template(name: str) -> None:
    with pytest.raises(UnknownTemplate) as raised:
        house_template(name, FONTS)

    assert isinstance(raised.value, Unprintable)
    assert raised.value.code == "unknown_template"


def test_every_sample_has_a_page_in_every_template() -> None:
    for name in NAMES:
        for snapshot in SAMPLES.values():
            assert snapshot.number in house_template(name, FONTS).html(form_of(snapshot))


def test_everything_from_outside_is_escaped() -> None:
    party = plain().sold_to.model_copy(update={"code": HOSTILE, "name": HOSTILE, "attention": HOSTILE})
    issuer = plain().issuer.model_copy(
        update={"name": HOSTILE, "website": HOSTILE, "gst_number": HOSTILE, "phone": HOSTILE}
    )
    labels = dict.fromkeys(
        ("invoice", "page", "carried_forward", "sold_to"), Localized(fr=HOSTILE, en=HOSTILE)
    )
    snapshot = document(
        [line(HOSTILE, "1", "1", job=HOSTILE, po_number=HOSTILE)],
        number=HOSTILE,
        message=HOSTILE,
        currency=HOSTILE,
        sales_rep=HOSTILE,
        issuer=issuer,
        sold_to=party,
        presentation=Presentation(labels=labels, footer=Localized(fr=HOSTILE, en=HOSTILE)),
    )

    html = house_template("standard-1", FONTS).html(form_of(snapshot))

    assert "<script" not in html
    assert "<img src='" not in html
    assert html.count("&lt;script&gt;") >= 15
    assert "{{ 7 * 7 }}" in html


def test_a_name_that_the_template_has_not_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        house_template("standard-1", FONTS).page.render()


def test_the_page_asks_for_the_logo_only_when_there_is_one() -> None:
    template = house_template("standard-1", FONTS)

    assert 'src="asset:/logo"' in template.html(form_of(SAMPLES["invoice-fr"]))
    assert "asset:" not in template.html(form_of(plain()))


def test_the_style_loads_nothing() -> None:
    css = house_form("standard-1")["invoice.css"].decode()

    assert "url(" not in css
    assert "@import" not in css
    assert "@font-face" not in css
