from typing import Any

import pytest

from services.invoice_service.domain.texts import Language
from services.invoice_service.web.forms import Form
from services.invoice_service.web.line_form import plain_number, typed_in

SHOWN = {
    "description": "Encarts",
    "po_number": "",
    "gl_account": "4444",
    "quantity": "1 000",
    "price": "15 812,65",
    "price_by": "total",
}


def form(**typed: str) -> Form:
    """A form as it was shown, with what was typed over it."""
    was = {f"was.{name}": [text] for name, text in SHOWN.items()}
    return Form(
        {**{name: [text] for name, text in SHOWN.items()}, **was, **{n: [t] for n, t in typed.items()}}
    )


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1 000,5", "fr", "1000.5"),
        ("1\u202f000", "fr", "1000"),
        ("15\xa0812,65\xa0$", "fr", "15812.65"),
        ("12.5", "fr", "12.5"),
        ("1,000.50", "en", "1000.50"),
        ("1,000", "en", "1000"),
        ("1,000", "fr", "1.000"),
        ("12,5", "en", "12.5"),
        ("$40.00", "en", "40.00"),
        ("\u221212,50", "fr", "-12.50"),
        ("1.234,5", "fr", "1.234,5"),
        ("abc", "fr", "abc"),
        ("", "fr", ""),
    ],
)
def test_numbers_as_people_type_them(text: str, language: Language, number: str) -> None:
    assert plain_number(text, language) == number


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, {}),
        ({"description": "Encarts\r\npliés "}, {"description": "Encarts\npliés"}),
        ({"description": ""}, {"description": None}),
        ({"quantity": "900"}, {"quantity": "900"}),
        ({"quantity": ""}, {"quantity": None}),
        ({"price": "20,00"}, {"total_price": "20.00"}),
        ({"price": "15,81", "price_by": "unit"}, {"unit_price": "15.81"}),
        ({"price_by": "unit"}, {"unit_price": "15812.65"}),
        ({"price": ""}, {"unit_price": None, "total_price": None}),
        ({"clear": "gl_account", "quantity": "900"}, {"quantity": "900", "gl_account": None}),
        ({"clear": "price"}, {"unit_price": None, "total_price": None}),
        ({"clear": "id", "colour": "red"}, {}),
    ],
)
def test_what_was_typed_over_what_was_shown(typed: dict[str, str], said: dict[str, Any]) -> None:
    assert typed_in(form(**typed), "fr") == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"quantity": "4"}, {"quantity": "4"}),
        ({"amount": "0,40"}, {"amount": "0.40"}),
        ({"quantity": "", "description": "Taché"}, {"description": "Taché"}),
        ({"release_quantity": "1"}, {"release_quantity": True}),
    ],
)
def test_what_was_typed_into_a_credit(typed: dict[str, str], said: dict[str, Any]) -> None:
    shown = {"description": "Encarts", "quantity": "10", "amount": ""}
    was = {f"was.{name}": [text] for name, text in {**shown, "release_quantity": ""}.items()}
    fields = {name: [text] for name, text in {**shown, **typed}.items()}
    assert typed_in(Form({**fields, **was}), "fr") == said


def test_a_box_that_is_not_checked_any_more() -> None:
    fields = {"amount": [""], "was.release_quantity": ["1"]}
    assert typed_in(Form(fields), "fr") == {"release_quantity": False}
