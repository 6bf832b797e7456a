from typing import Any

import pytest

from services.invoice_service.domain.texts import Language
from services.invoice_service.web.forms import Form
from services.invoice_service.web.inputs import (
    Control,
    Input,
    body_of,
    merged,
    shown_before,
    texts_of,
    typed_in,
)

INPUTS = (
    Input("description.fr"),
    Input("description.en"),
    Input("unit_price", "number"),
    Input("days", "whole"),
    Input("on", "boxes", choices=("invoice", "quote")),
    Input("active", "flag"),
)
ANSWER: dict[str, Any] = {
    "description": {"fr": "Pliage", "en": "Folding"},
    "unit_price": "1250.50",
    "days": 30,
    "on": ["invoice", "quote"],
    "active": True,
}
TEXTS = {
    "description.fr": "Pliage",
    "description.en": "Folding",
    "unit_price": "1\xa0250,50",
    "days": "30",
    "on": "invoice quote",
    "active": "1",
}


def test_an_answer_of_the_api_comes_back_as_it_was() -> None:
    texts = texts_of(INPUTS, ANSWER, "fr")
    assert texts == TEXTS
    assert body_of(INPUTS, texts, "fr") == ANSWER


def test_what_is_not_there_is_empty() -> None:
    nothing: dict[str, Any] = {"description": None, "unit_price": None, "active": False, "on": []}
    assert set(texts_of(INPUTS, nothing, "fr").values()) == {""}


@pytest.mark.parametrize(
    ("control", "text", "language", "value"),
    [
        ("text", "", "fr", None),
        ("flag", "", "fr", False),
        ("flag", "1", "fr", True),
        ("boxes", "", "fr", []),
        ("number", "1 250,5", "fr", "1250.5"),
        ("number", "1,250.5", "en", "1250.5"),
        ("number", "cher", "fr", "cher"),
        ("number", "", "fr", None),
        ("whole", "30", "fr", 30),
        ("whole", "trente", "fr", "trente"),
        ("whole", "", "fr", None),
        ("whole", "9" * 30, "fr", "9" * 30),
    ],
)
def test_what_is_typed_is_what_the_api_takes(
    control: Control, text: str, language: Language, value: object
) -> None:
    assert Input("field", control).value(text, language) == value


def test_a_form_says_what_is_typed_and_what_was_shown() -> None:
    form = Form(
        {
            "description.fr": [" Pliage\r\nfin "],
            "on": ["quote", "invoice", "poster"],
            "was.description.fr": ["Pliage"],
            "was.active": ["1"],
        }
    )
    assert typed_in(INPUTS, form) | {"days": "", "unit_price": ""} == {
        **dict.fromkeys(TEXTS, ""),
        "description.fr": "Pliage\nfin",
        "on": "quote invoice",
    }
    assert {name: text for name, text in shown_before(INPUTS, form).items() if text} == {
        "description.fr": "Pliage",
        "active": "1",
    }


@pytest.mark.parametrize(
    ("typed", "was", "now", "saved", "clash"),
    [
        ("a", "a", "a", "a", ()),
        ("b", "a", "a", "b", ()),  # I changed it
        ("a", "a", "b", "b", ()),  # another one changed it
        ("b", "a", "b", "b", ()),  # we agree
        ("c", "a", "b", "c", ("f",)),  # we don't
    ],
)
def test_what_others_saved_meanwhile_is_kept(
    typed: str, was: str, now: str, saved: str, clash: tuple[str, ...]
) -> None:
    texts, clashes = merged({"f": typed}, {"f": was}, {"f": now})
    assert texts == {"f": saved}
    assert clashes == clash
