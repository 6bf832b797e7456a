import datetime as dt

import pytest
from hypothesis import given

from services.accounting_sync.fingerprint import fingerprint_of
from shared.contracts.commands import TransferInvoice
from shared.contracts.values import Address, Party
from tests.accounting.documents import invoice, posting, postings, random_documents


def test_attempt_and_connector_are_not_content() -> None:
    assert fingerprint_of(invoice(attempt=7, connector="none")) == fingerprint_of(invoice())


def test_it_is_the_same_for_ever() -> None:
    """It is kept in ledgers and tables: should this fail, every repeat would be taken for other content."""
    assert fingerprint_of(invoice()) == ("60e34248717b8eb41eb75e411db5a8aeb1f486c511571941d31a9d4aeabe0e79")


def test_the_way_an_amount_is_written_is_not_content() -> None:
    one = (posting("receivable", "1100", "100.00"), posting("revenue", "4", "-100.00"))
    other = (posting("receivable", "1100", "100"), posting("revenue", "4", "-100.0"))
    assert fingerprint_of(invoice(postings=one, total="100.00")) == fingerprint_of(
        invoice(postings=other, total="100")
    )
    zero = invoice(postings=(posting("receivable", "1100", "0.00"),), total="0")
    minus = invoice(postings=(posting("receivable", "1100", "-0.00"),), total="-0")
    assert fingerprint_of(zero) == fingerprint_of(minus)


@pytest.mark.parametrize(
    "change",
    [
        {"invoice_id": "another"},
        {"kind": "credit_note"},
        {"number": "00005"},
        {"date": dt.date(2026, 11, 25)},
        {"due_date": None},
        {"customer": Party(code="C-0007", name="Another")},
        {"customer": Party(code="C-0008", name="Éditions du Fleuve")},
        {
            "customer": Party(
                code="C-0007",
                name="Éditions du Fleuve",
                address=Address(line1="1", city="Québec", country="CA"),
            )
        },
        {"currency": "USD"},
        {"exchange_rate": "1.3"},
        {"postings": postings("114.98", "100.00", ("2310", "TPS", "5.01"), ("2320", "TVQ", "9.97"))},
        {"postings": tuple(reversed(invoice().postings))},
        {"total": "1000.00"},
        {"credited_invoice": "00001"},
    ],
)
def test_everything_else_is_content(change: dict[str, object]) -> None:
    assert fingerprint_of(invoice(**change)) != fingerprint_of(invoice())


@given(random_documents)
def test_it_survives_the_wire(document: TransferInvoice) -> None:
    again = TransferInvoice.model_validate_json(document.model_dump_json())
    assert fingerprint_of(again) == fingerprint_of(document)
