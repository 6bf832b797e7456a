"""Which numbers a restore passes over, and where it reads them."""

import zlib

import pytest

from services.invoice_service.application.printed_number import printed_number
from services.invoice_service.application.records import NumberSeries
from services.invoice_service.application.restore import skips
from services.invoice_service.domain.numbering import value_of

FINAL = NumberSeries("MAIN", "final", "", 5, 3, used=True)
CREDIT = NumberSeries("MAIN", "credit_note", "NC-", 5, 1)
PROFORMA = NumberSeries("MAIN", "proforma", "PF-", 4, 1)


def test_each_series_passes_the_highest_number_of_its_own() -> None:
    found = skips([FINAL, CREDIT, PROFORMA], ["00004", "00002", "NC-00001", "PF-0009", "X-1"])
    assert [(one.kind, one.first_value, one.last_value) for one in found] == [
        ("final", 3, 4),
        ("credit_note", 1, 1),
    ]


@pytest.mark.parametrize(
    ("prefix", "number", "value"),
    [
        ("", "00012", 12),
        ("NC-", "NC-00012", 12),
        ("NC-", "00012", None),
        ("", "NC-1", None),
        ("A", "A", None),
    ],
)
def test_the_value_of_a_number(prefix: str, number: str, value: int | None) -> None:
    assert value_of(prefix, number) == value


@pytest.mark.parametrize(
    "pdf",
    [
        b"no pdf at all",
        b"stream\nnot deflated\nendstream",
        b"stream\n" + zlib.compress(b"other") + b"\nendstream",
        b"stream\n" + zlib.compress(b"<Invoice>cut off") + b"\nendstream",
    ],
)
def test_what_says_no_number(pdf: bytes) -> None:
    assert printed_number(pdf) is None
