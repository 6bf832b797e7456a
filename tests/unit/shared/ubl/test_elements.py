from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ubl.elements import cac, cbc, clean, encoded, plain, root

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates and non-characters too


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("10", 2, "10.00"),
        ("15.812650", 2, "15.81265"),
        ("0.0918", 0, "0.0918"),
        ("9.97500000", 0, "9.975"),
        ("1E+3", 0, "1000"),
        ("1E-8", 0, "0.00000001"),
        ("-0.00", 2, "0.00"),
        ("-12.30", 2, "-12.30"),
        ("999999999999999.99", 2, "999999999999999.99"),
    ],
)
def test_decimals_are_plain(value: str, places: int, text: str) -> None:
    assert plain(Decimal(value), places=places) == text


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("a\x00b\x08c\x1f", "a�b�c�"),
        ("\ud800\ufffe\uffff", "���"),
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("\tשלם <b>&amp;]]> 🖨\u202e", "שלם <b>&amp;]]> 🖨\u202e"),
        (" \n\t ", ""),
    ],
)
def test_a_text_holds_what_xml_can_hold(text: str, held: str) -> None:
    assert clean(text) == held


def test_no_element_is_empty() -> None:
    assert cbc("Note", None) is None
    assert cbc("Note", " \n") is None
    assert cac("Party", None, cbc("Name", "")) is None
    assert cac("Party") is None


def test_parts_stand_in_their_order_without_those_that_are_missing() -> None:
    party = cac("Party", cbc("ID", "1"), None, cbc("Name", "A", {"languageID": "fr"}))
    content = encoded(root("Invoice", None, party)).decode()

    assert content.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<Invoice xmlns="urn:oasis:')
    assert content.endswith(
        """
  <cac:Party>
    <cbc:ID>1</cbc:ID>
    <cbc:Name languageID="fr">A</cbc:Name>
  </cac:Party>
</Invoice>
"""
    )


@given(ANY_TEXT)
def test_any_text_and_attribute_comes_back_as_it_was_cleaned(text: str) -> None:
    note = cbc("Note", f"x{text}x", {"name": text})

    (read,) = ET.fromstring(encoded(root("Invoice", note)))  # noqa: S314 - our own file

    assert (read.text, read.get("name")) == (clean(f"x{text}x"), clean(text))
