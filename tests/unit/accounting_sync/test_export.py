import datetime as dt
import json
import uuid
from decimal import Decimal
from pathlib import Path

from services.accounting_sync.connectors.beancount import BeancountConnector
from services.accounting_sync.export import ledger_lines, transfer_line
from services.accounting_sync.fingerprint import fingerprint_of
from services.accounting_sync.transfers import Transfer
from shared.contracts.values import Reason
from tests.accounting.documents import credit_note, invoice


async def test_the_ledger_is_told_as_it_is_now(tmp_path: Path) -> None:
    ledger = BeancountConnector(tmp_path, operating_currency="CAD")
    await ledger.book(invoice())
    await ledger.book(credit_note())
    document = tmp_path / "books" / "2026" / "00004.beancount"
    document.write_text(document.read_text().replace("Income:4444  -100.00", "Income:5555  -99.00"))
    (tmp_path / "books" / "2026" / "zzz.beancount").write_text("nonsense")

    changed, credit, unreadable = ledger_lines(ledger)
    assert changed == {
        "kind": "booked",
        "connector": "beancount",
        "external_id": "books/2026/00004.beancount",
        "invoice_id": invoice().invoice_id,
        "number": "00004",
        "document": "invoice",
        "date": "2026-11-24",
        "currency": "CAD",
        "total": "114.98",
        "fingerprint": fingerprint_of(invoice()),
        "postings": [
            {"account": "1100", "ledger_account": "Assets:Receivable:1100", "tax": None, "amount": "114.98"},
            {"account": "Income:5555", "ledger_account": "Income:5555", "tax": None, "amount": "-99.00"},
            {"account": "2310", "ledger_account": "Liabilities:2310-TPS", "tax": "TPS", "amount": "-5.00"},
            {"account": "2320", "ledger_account": "Liabilities:2320-TVQ", "tax": "TVQ", "amount": "-9.98"},
        ],
    }
    assert (credit["document"], credit["total"]) == ("credit_note", "-11.50")
    assert unreadable == {
        "kind": "unreadable",
        "connector": "beancount",
        "external_id": "books/2026/zzz.beancount",
        "reason": "line 1: not the header of a transaction: 'nonsense'",
    }


def test_a_row_of_the_table_is_told_whole() -> None:
    transfer = Transfer(
        invoice_id="i",
        number="00004",
        connector="none",
        state="failed",
        command_id=uuid.UUID(int=1),
        fingerprint="a" * 64,
        attempt=2,
        attempts=1,
        total=Decimal("5.00"),
        reason=Reason(code="no_connector", message="é"),
        settled_at=dt.datetime(2026, 11, 24, 15, tzinfo=dt.UTC),
    )
    assert json.loads(json.dumps(transfer_line(transfer))) == {
        "kind": "transfer",
        "invoice_id": "i",
        "number": "00004",
        "connector": "none",
        "state": "failed",
        "attempt": 2,
        "attempts": 1,
        "external_id": None,
        "total": "5.00",
        "fingerprint": "a" * 64,
        "reason": {"code": "no_connector", "message": "é"},
        "settled_at": "2026-11-24T15:00:00+00:00",
    }
