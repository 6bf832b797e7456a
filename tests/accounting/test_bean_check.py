"""An independent program accepts what we write, and refuses what it should."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.accounting_sync.connectors.base import Rejected
from services.accounting_sync.connectors.beancount import BeancountConnector
from shared.contracts.commands import TransferInvoice
from tests.accounting.bean_check import complaints
from tests.accounting.documents import (
    credit_note,
    foreign,
    hostile,
    invoice,
    posting,
    random_documents,
    worked_examples,
)


def connector(folder: Path) -> BeancountConnector:
    return BeancountConnector(folder, operating_currency="CAD")


async def book_all(folder: Path, documents: list[TransferInvoice]) -> None:
    ledger = connector(folder)
    for document in documents:
        booked = await ledger.book(document)
        assert booked.total == document.total


async def test_an_empty_ledger_is_accepted(tmp_path: Path) -> None:
    await connector(tmp_path).prepare()
    assert complaints(tmp_path) == []


async def test_the_worked_examples_credits_and_foreign_currency_are_accepted(tmp_path: Path) -> None:
    documents = [*worked_examples(), foreign()]
    await book_all(tmp_path, documents)
    assert complaints(tmp_path) == []
    booked = [entry for _, entry in connector(tmp_path).documents()]
    assert len(booked) == len(documents)


async def test_ten_partial_credits_close_the_invoice_account_by_account(tmp_path: Path) -> None:
    await book_all(tmp_path, worked_examples()[2:])
    balances: dict[str, Decimal] = {}
    for _, entry in connector(tmp_path).documents():
        for booked in getattr(entry, "postings", ()):
            balances[booked.account] = balances.get(booked.account, Decimal(0)) + booked.amount
    assert balances == {
        "Assets:Receivable:1100": 0,
        "Income:4444": 0,
        "Liabilities:2310-TPS": 0,
        "Liabilities:2320-TVQ": 0,
    }


async def test_hostile_texts_are_accepted_as_texts(tmp_path: Path) -> None:
    documents = hostile()
    await book_all(tmp_path, documents)
    assert complaints(tmp_path) == []
    found = {getattr(entry, "number", None) for _, entry in connector(tmp_path).documents()}
    assert found == {document.number for document in documents}
    assert "Assets:Evil" not in (tmp_path / "books" / "accounts.beancount").read_text(encoding="utf-8")


async def test_500_documents_of_several_years_are_accepted(tmp_path: Path) -> None:
    documents = [
        invoice(number=f"{number:05}", date=dt.date(2020, 1, 1) + dt.timedelta(days=5 * number))
        for number in range(500)
    ]
    await book_all(tmp_path, documents)
    assert complaints(tmp_path) == []
    assert len(list(connector(tmp_path).documents())) == 500


async def test_two_documents_alike_but_for_their_number_are_not_duplicates(tmp_path: Path) -> None:
    await book_all(tmp_path, [invoice(number="F 1"), invoice(number="F-1"), invoice(number="F.1")])
    assert complaints(tmp_path) == []


async def test_the_ledger_is_really_read(tmp_path: Path) -> None:
    """bean-check sees one cent in one document, and a document that is there twice."""
    await book_all(tmp_path, [invoice(), credit_note()])
    document = tmp_path / "books" / "2026" / "00004.beancount"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("114.98", "114.99"), encoding="utf-8")
    assert "does not balance" in complaints(tmp_path)[0]

    document.write_text(text, encoding="utf-8")
    (document.parent / "copy.beancount").write_text(text, encoding="utf-8")
    assert "Duplicate" in complaints(tmp_path)[0]


async def test_what_is_refused_leaves_no_trace(tmp_path: Path) -> None:
    ledger = connector(tmp_path)
    await ledger.prepare()
    unbalanced = (posting("receivable", "9999", "1.00"), posting("revenue", "9998", "-0.99"))
    with pytest.raises(Rejected, match="unbalanced"):
        await ledger.book(invoice(postings=unbalanced, total="1.00"))
    assert list(ledger.documents()) == []
    assert "9999" not in (tmp_path / "books" / "accounts.beancount").read_text(encoding="utf-8")


async def test_any_document_is_accepted(tmp_path: Path) -> None:
    batch: dict[str, TransferInvoice] = {}

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(random_documents, min_size=10, max_size=20))
    def collect(documents: list[TransferInvoice]) -> None:
        batch.update({document.number: document for document in documents})

    collect()
    await book_all(tmp_path, list(batch.values()))
    assert complaints(tmp_path) == []
    assert {getattr(entry, "number", None) for _, entry in connector(tmp_path).documents()} == set(batch)
