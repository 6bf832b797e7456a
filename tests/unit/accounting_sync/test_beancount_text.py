import datetime as dt
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting_sync.connectors.base import Rejected
from services.accounting_sync.connectors.beancount_text import (
    account_name,
    accounts_file,
    document_file,
    link,
    money,
    quoted,
)
from tests.accounting.documents import HOSTILE, credit_note, foreign, invoice, posting


def test_an_invoice_is_one_transaction() -> None:
    assert document_file(invoice(invoice_id="i-1"), "f" * 64) == (
        '2026-11-24 * "Éditions du Fleuve" "Facture 00004" ^00004 #facture\n'
        '  doc_id: "i-1"\n'
        f'  doc_sha256: "{"f" * 64}"\n'
        '  number: "00004"\n'
        '  customer: "C-0007"\n'
        '  currency: "CAD"\n'
        "  due: 2026-12-24\n"
        "  Assets:Receivable:1100  114.98 CAD\n"
        '    gl: "1100"\n'
        "  Income:4444  -100.00 CAD\n"
        '    gl: "4444"\n'
        "  Liabilities:2310-TPS  -5.00 CAD\n"
        '    gl: "2310"\n'
        '    tax: "TPS"\n'
        "  Liabilities:2320-TVQ  -9.98 CAD\n"
        '    gl: "2320"\n'
        '    tax: "TVQ"\n'
    )


def test_a_credit_note_is_linked_to_what_it_credits() -> None:
    text = document_file(credit_note(), "f" * 64)
    assert text.startswith(
        '2026-11-24 * "Éditions du Fleuve" "Note de crédit 00006" ^00006 ^00004 #note-credit\n'
    )
    assert '  credits: "00004"\n' in text
    assert "  due:" not in text


def test_a_foreign_document_keeps_its_currency_and_rate() -> None:
    text = document_file(foreign(), "f" * 64)
    assert '  currency: "USD"\n' in text
    assert "  exchange_rate: 1.3725\n" in text
    assert "  Assets:Receivable:1101  250.10 USD\n" in text


@pytest.mark.parametrize(
    ("kind", "account", "tax", "name"),
    [
        ("receivable", "1100", None, "Assets:Receivable:1100"),
        ("revenue", "4444", None, "Income:4444"),
        ("tax", "2310", "TPS", "Liabilities:2310-TPS"),
        ("tax", "2310-TPS", "TPS", "Liabilities:2310-TPS"),
        ("tax", "2310", None, "Liabilities:2310"),
        ("revenue", "Ventes à crédit", None, "Income:Ventes-a-credit-c0ffee"),
        ("revenue", "ventes", None, "Income:Ventes-c0ffee"),
        ("revenue", "日本", None, "Income:X-c0ffee"),
        ("revenue", "-", None, "Income:X-c0ffee"),
        ("revenue", "", None, "Income:X-c0ffee"),
    ],
)
def test_accounts_are_named_for_their_gl_numbers(
    kind: Literal["receivable", "revenue", "tax"], account: str, tax: str | None, name: str
) -> None:
    written = account_name(kind, account, tax)
    stem, hashed, _ = name.partition("c0ffee")
    assert written == name if not hashed else written.startswith(stem)
    assert len(written) == len(stem) + (10 if hashed else 0)


@given(st.text(), st.text())
def test_different_gl_numbers_never_share_an_account(one: str, other: str) -> None:
    if one != other:
        assert account_name("revenue", one) != account_name("revenue", other)


def test_gl_numbers_that_look_alike_do_not_share_an_account() -> None:
    names = {account_name("revenue", number) for number in ("44-44", "44.44", "44 44", "44:44", "é44", "e44")}
    assert len(names) == 6


def test_links_are_the_same_for_the_same_number_only() -> None:
    assert link("F-2026/00004.b_1") == "^F-2026/00004.b_1"
    assert link("F 1") == link("F 1")
    assert len({link(number) for number in ("F 1", "F-1", "F#1", "F  1")}) == 4


def test_strings_stay_on_their_line_and_in_their_quotes() -> None:
    assert quoted('a "b" \\ c\n\r\t d\0 ') == '"a \\"b\\" \\\\ c d"'
    assert quoted("") == '""'
    assert len(quoted(HOSTILE).splitlines()) == 1


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0.00"), ("-0.00", "0.00"), ("-5", "-5.00"), ("123456789012345.6", "123456789012345.60")],
)
def test_amounts_are_written_to_the_cent(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


def test_accounts_are_opened_once_and_others_are_left_alone() -> None:
    first = accounts_file("", invoice().postings)
    assert first == (
        "1900-01-01 open Assets:Receivable:1100\n"
        "1900-01-01 open Income:4444\n"
        '1900-01-01 open Liabilities:2310-TPS\n  name: "TPS"\n'
        '1900-01-01 open Liabilities:2320-TVQ\n  name: "TVQ"\n'
    )
    assert accounts_file(first, invoice().postings) == first
    edited = first.replace("open Income:4444\n", "open Income:4444 CAD ; mine") + "2020-01-01 open Equity:X"
    more = accounts_file(edited, (posting("revenue", "5555", "1.00"), posting("revenue", "4444", "1.00")))
    assert more == edited + "\n1900-01-01 open Income:5555\n"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unbalanced", {"postings": (posting("receivable", "1100", "114.98"),)}),
        ("total_differs", {"total": "114.97"}),
        ("account_missing", {"postings": (posting("revenue", "", "0.00"),), "total": "0"}),
        ("invalid_text", {"number": ""}),
        ("invalid_text", {"number": "a\nb"}),
        ("invalid_text", {"number": " a"}),
        ("invalid_text", {"number": "a  b"}),
        ("invalid_text", {"invoice_id": "a\x7fb"}),
        ("invalid_text", {"postings": (posting("revenue", "a\u2028b", "0.00"),), "total": "0"}),
        ("invalid_text", {"postings": (posting("tax", "2310", "0.00", "T\tPS"),), "total": "0"}),
        ("invalid_currency", {"currency": "cad"}),
        ("invalid_currency", {"currency": "CAD\n"}),
        ("invalid_date", {"date": dt.date(1899, 12, 31)}),
    ],
)
def test_what_a_ledger_can_not_hold_is_refused(code: str, changes: dict[str, object]) -> None:
    with pytest.raises(Rejected) as refused:
        document_file(invoice(**changes), "f" * 64)
    assert refused.value.code == code
