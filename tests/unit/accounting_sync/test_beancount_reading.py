from decimal import Decimal

import pytest
from hypothesis import given

from services.accounting_sync.connectors.beancount_reading import (
    BookedDocument,
    BookedPosting,
    Unreadable,
    read_document,
)
from services.accounting_sync.connectors.beancount_text import document_file, posting_account
from shared.contracts.commands import TransferInvoice
from tests.accounting.documents import (
    credit_note,
    foreign,
    hostile,
    invoice,
    random_documents,
    worked_examples,
)

TEXT = document_file(invoice(), "f" * 64)


def read(text: str) -> BookedDocument:
    return read_document(text.encode())


def assert_read_back(document: TransferInvoice) -> None:
    booked = read(document_file(document, "f" * 64))
    assert booked.invoice_id == document.invoice_id
    assert booked.number == document.number
    assert booked.kind == document.kind
    assert booked.date == document.date.isoformat()
    assert booked.currency == document.currency
    assert booked.fingerprint == "f" * 64
    assert booked.total == document.total
    assert [(p.account, p.amount, p.gl_account, p.tax) for p in booked.postings] == [
        (posting_account(p), p.amount, p.account, p.tax) for p in document.postings
    ]


@pytest.mark.parametrize("document", [*worked_examples(), foreign(), *hostile()], ids=lambda d: d.number[:20])
def test_what_is_written_is_read_back(document: TransferInvoice) -> None:
    assert_read_back(document)


@given(random_documents)
def test_anything_written_is_read_back(document: TransferInvoice) -> None:
    assert_read_back(document)


def test_comments_metadata_and_line_ends_of_others_are_allowed() -> None:
    edited = (
        "; checked by the accountant\n\n"
        + TEXT.replace(
            "Assets:Receivable:1100  114.98 CAD", "Assets:Receivable:1100   1,114.98 CAD ; see note"
        )
        .replace('  gl: "1100"\n', '  gl: "1100" ; ours\n    note: "mine"\n')
        .replace("  due: 2026-12-24\n", "  due: 2026-12-24 ; moved\n  ; a comment\n")
        .replace(" #facture", " #facture #audited ; ok")
    ).replace("\n", "\r\n")
    booked = read(edited)
    assert booked.total == Decimal("1114.98")
    assert booked.postings[0] == BookedPosting("Assets:Receivable:1100", Decimal("1114.98"), "1100")
    assert booked.number == "00004"


def test_a_posting_that_was_moved_shows_where_it_stands_now() -> None:
    booked = read(TEXT.replace("Income:4444", "Income:5555"))
    assert [p.gl_account for p in booked.postings] == ["1100", "Income:5555", "2310", "2320"]
    assert BookedPosting("Income:4444", Decimal(1)).gl_account == "Income:4444"


def test_a_receivable_that_was_moved_is_missing_in_the_total() -> None:
    assert read(TEXT.replace("Assets:Receivable:1100", "Assets:Bank")).total == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: no transaction"),
        ("; nothing\n", "line 1: no transaction"),
        ('  doc_id: "x"\n' + TEXT, "line 1: an indented line before any transaction"),
        ("2026-11-24 open Assets:X\n", "line 1: not the header of a transaction"),
        (TEXT + "\n" + TEXT, "line 19: a second transaction"),
        (TEXT.replace("114.98 CAD", "114.98 CAD @ 1.3 USD"), "line 8: not a posting"),
        (TEXT.replace("114.98 CAD", "(100 + 14.98) CAD"), "line 8: not a posting"),
        (TEXT.replace("114.98 CAD", "114.98 USD"), "line 10: both USD and CAD in one document"),
        (TEXT.replace("  doc_id:", "  id:").replace("  number:", "  nr:"), "line 1: no doc_id, number"),
    ],
)
def test_what_can_not_be_read_for_sure_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert str(refused.value).startswith(why)


def test_other_bytes_than_utf_8_are_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        read_document(b"; one\n; two \xe9\n")
    assert str(refused.value) == "line 2: not UTF-8"


def test_a_credit_note_is_known_as_one() -> None:
    assert read(document_file(credit_note(), "f" * 64)).kind == "credit_note"
