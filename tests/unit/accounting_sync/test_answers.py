import datetime as dt
import uuid
from decimal import Decimal

import pytest

from services.accounting_sync.answers import answer, command_id
from services.accounting_sync.transfers import Transfer
from tests.accounting.documents import invoice
from tests.unit.accounting_sync.doubles import command_envelope


def test_the_identity_of_a_command_is_its_source_and_id() -> None:
    envelope = command_envelope(invoice())
    assert command_id(envelope) == command_id(envelope.model_copy(update={"data": {}}))
    assert command_id(envelope) != command_id(envelope.model_copy(update={"source": "urn:other"}))
    assert command_id(envelope) != command_id(envelope.model_copy(update={"id": "command-2"}))


def test_what_is_not_settled_has_no_answer() -> None:
    unsettled = Transfer(
        invoice_id="i",
        number="00004",
        connector="beancount",
        state="sending",
        command_id=uuid.UUID(int=1),
        fingerprint="a" * 64,
        attempt=1,
        attempts=1,
        total=Decimal(1),
    )
    with pytest.raises(ValueError, match="i is not settled but sending"):
        answer(command_envelope(invoice()), invoice(), unsettled)


def test_a_result_is_dated_by_the_settlement_not_by_its_publication() -> None:
    at = dt.datetime(2026, 11, 24, 15, 0, 0, 123456, tzinfo=dt.UTC)
    settled = Transfer(
        invoice_id="i",
        number="00004",
        connector="beancount",
        state="transferred",
        command_id=uuid.UUID(int=1),
        fingerprint="a" * 64,
        attempt=1,
        attempts=1,
        total=Decimal("1.00"),
        external_id="x",
        settled_at=at,
    )
    assert answer(command_envelope(invoice()), invoice(), settled).data["at"] == "2026-11-24T15:00:00.123456Z"
