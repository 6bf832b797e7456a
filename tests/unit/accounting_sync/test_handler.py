"""What is booked, answered and refused."""

import datetime as dt
import uuid

import pytest

from services.accounting_sync.connectors.base import Booked, Rejected
from services.accounting_sync.fingerprint import fingerprint_of
from services.accounting_sync.handler import utc_now
from shared.bus.outcome import Ack, DeadLetter
from shared.bus.port import Delivery
from shared.contracts.commands import TransferInvoice
from shared.contracts.envelope import Envelope
from tests.accounting.documents import invoice, posting
from tests.unit.accounting_sync.doubles import (
    booked,
    command_envelope,
)
from tests.unit.accounting_sync.service import FAILED, TRANSFERRED, Service, scripted


async def test_an_invoice_is_booked_and_answered() -> None:
    service = Service(books=[booked()])
    assert await service.deliver(scripted()) == Ack()

    assert service.connector.calls == ["book"]
    assert service.states == ["sending", "transferred"]
    (result,) = service.bus.published
    assert result.type == TRANSFERRED
    assert result.data == {
        "invoice_id": scripted().invoice_id,
        "attempt": 1,
        "connector": "scripted",
        "external_id": "ext-1",
        "total": "114.98",
        "at": "2026-11-24T15:00:01Z",
    }
    assert (result.correlationid, result.causationid) == ("story-1", "command-1")
    uuid.UUID(result.id)


async def test_sending_is_kept_before_the_software_is_asked() -> None:
    service = Service()

    async def book(transfer: TransferInvoice) -> Booked:
        assert service.log.rows[transfer.invoice_id].state == "sending"
        return booked()

    service.connector.book = book  # type: ignore[method-assign]  # looks at the log in the middle
    assert await service.deliver(scripted()) == Ack()
    assert service.results == [(TRANSFERRED, None)]


async def test_a_redelivery_publishes_the_very_same_result_and_books_nothing() -> None:
    service = Service(books=[booked()])
    await service.deliver(scripted(total="114.98"))
    assert await service.deliver(scripted(), attempt=2) == Ack()

    first, second = service.bus.published
    assert (first.source, first.id) == (second.source, second.id)
    assert first.fingerprint() == second.fingerprint()
    assert service.connector.calls == ["book"]


async def test_a_total_without_cents_is_answered_alike_each_time() -> None:
    whole = scripted(postings=(posting("receivable", "1100", "5"), posting("revenue", "4", "-5")), total="5")
    service = Service(books=[booked("5")])
    await service.deliver(whole)
    await service.deliver(whole)
    assert [result.data["total"] for result in service.bus.published] == ["5.00", "5.00"]


async def test_a_repeated_command_for_a_transferred_invoice_is_answered_with_its_own_attempt() -> None:
    service = Service(books=[booked()])
    await service.deliver(scripted())
    assert await service.deliver(scripted(attempt=2), "command-2") == Ack()
    assert service.results == [(TRANSFERRED, None), (TRANSFERRED, None)]
    assert [result.data["attempt"] for result in service.bus.published] == [1, 2]
    assert len({result.id for result in service.bus.published}) == 2


async def test_a_transferred_invoice_stays_with_the_software_that_has_it() -> None:
    service = Service(books=[booked()])
    await service.deliver(scripted())
    await service.deliver(invoice(connector="none", attempt=2), "command-2")
    assert service.results == [(TRANSFERRED, None), (TRANSFERRED, None)]
    assert service.bus.published[1].data["connector"] == "scripted"


async def test_other_content_for_a_transferred_invoice_is_refused_and_changes_nothing() -> None:
    service = Service(books=[booked()])
    await service.deliver(scripted())
    kept = service.log.rows.copy()
    other = scripted(due_date=dt.date(2027, 1, 1))
    for _ in range(2):
        assert await service.deliver(other, "command-2") == Ack()
    assert service.results == [
        (TRANSFERRED, None),
        (FAILED, "conflicting_repeat"),
        (FAILED, "conflicting_repeat"),
    ]
    assert service.bus.published[1].fingerprint() == service.bus.published[2].fingerprint()
    assert service.log.rows == kept
    assert service.connector.calls == ["book"]


async def test_no_connector_fails_at_once() -> None:
    service = Service()
    assert await service.deliver(invoice(connector="none")) == Ack()
    assert service.results == [(FAILED, "no_connector")]


async def test_a_connector_that_is_not_set_up_fails_at_once() -> None:
    service = Service()
    assert await service.deliver(invoice(connector="quickbooks")) == Ack()
    assert service.results == [(FAILED, "unknown_connector")]
    assert "quickbooks" in service.bus.published[0].data["reason"]["message"]


async def test_a_rejection_is_final_until_a_person_retries() -> None:
    service = Service(books=[Rejected("period_closed", "November is clo\0sed"), booked()], finds=[None])
    assert await service.deliver(scripted()) == Ack()
    assert service.results == [(FAILED, "period_closed")]
    assert service.bus.published[0].data["reason"]["message"] == "November is clo sed"

    # The same command again is answered from what is kept; a new attempt tries again, looking up first.
    await service.deliver(scripted(), attempt=2)
    assert service.bus.published[0].fingerprint() == service.bus.published[1].fingerprint()
    await service.deliver(scripted(attempt=2), "command-2")
    assert service.connector.calls == ["book", "find", "book"]
    assert service.results[-1] == (TRANSFERRED, None)
    assert service.log.rows[scripted().invoice_id].attempts == 2


async def test_other_content_after_a_failure_is_a_new_document() -> None:
    service = Service(books=[Rejected("account_missing", "which?"), booked()], finds=[None])
    await service.deliver(scripted())
    await service.deliver(scripted(attempt=2, due_date=None), "command-2")
    assert service.results == [(FAILED, "account_missing"), (TRANSFERRED, None)]


async def test_an_old_command_after_a_newer_one_has_no_effect() -> None:
    service = Service(books=[Rejected("a", "b"), Rejected("c", "d")], finds=[None])
    await service.deliver(scripted())
    await service.deliver(scripted(attempt=2), "command-2")
    assert await service.deliver(scripted(), attempt=2) == Ack()
    assert service.results == [(FAILED, "a"), (FAILED, "c")]
    assert service.connector.calls == ["book", "find", "book"]


@pytest.mark.parametrize("by", ["book", "find"])
async def test_another_total_than_ours_is_told_to_a_person(by: str) -> None:
    service = Service(books=[booked("114.97")], finds=[booked("114.97")])
    command = scripted(attempt=1 if by == "book" else 2)
    assert await service.deliver(command) == Ack()
    assert service.connector.calls == [by]
    assert service.results == [(FAILED, "total_differs")]
    message = service.bus.published[0].data["reason"]["message"]
    assert "114.97" in message
    assert "114.98" in message
    assert service.log.rows[command.invoice_id].external_id == "ext-1"


async def test_a_booking_found_with_other_content_is_a_conflict() -> None:
    service = Service(finds=[booked(fingerprint="0" * 64)])
    assert await service.deliver(scripted(attempt=2)) == Ack()
    assert service.results == [(FAILED, "conflicting_repeat")]


async def test_a_booking_found_with_this_content_is_ours() -> None:
    service = Service(finds=[booked(fingerprint=fingerprint_of(scripted()))])
    await service.deliver(scripted(attempt=2))
    assert service.results == [(TRANSFERRED, None)]


async def test_what_the_log_can_not_hold_is_parked() -> None:
    service = Service()
    outcome = await service.deliver(scripted(number="a\0b"))
    assert outcome == DeadLetter("it can't be recorded: out of range")
    assert service.results == []


def _strange(envelope: Envelope, **changes: object) -> Delivery:
    return Delivery(envelope.model_copy(update=changes), "accounting.transfer", 1)


async def test_what_is_no_command_of_ours_is_parked_without_its_content() -> None:
    service = Service()
    good = command_envelope(scripted())
    unknown = await service.handler(_strange(good, type="commands.accounting.transfer.v9"))
    wrong = await service.handler(_strange(good, type="commands.email.send.v1", data={"email_id": "secret"}))
    other = await service.handler(
        _strange(
            good,
            type="results.accounting.uncertain.v1",
            data={
                "invoice_id": "i",
                "attempt": 1,
                "connector": "none",
                "reason": {"code": "a", "message": "b"},
                "at": "2026-11-24T15:00:01Z",
            },
        )
    )
    assert isinstance(unknown, DeadLetter)
    assert isinstance(wrong, DeadLetter)
    assert "recipients: Field required" in wrong.reason
    assert "secret" not in wrong.reason
    assert other == DeadLetter("results.accounting.uncertain.v1 is not for this service")
    assert service.bus.published == []


def test_the_clock_is_in_utc() -> None:
    assert utc_now().tzinfo is dt.UTC
