import asyncio
import datetime as dt
import uuid

import pytest

from services.accounting_sync.connectors.base import Booked, Rejected, Unavailable, Unknown
from services.accounting_sync.connectors.none import NoConnector
from services.accounting_sync.fingerprint import fingerprint_of
from services.accounting_sync.handler import TransferHandler, utc_now
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import ConfirmUnknown, Delivery
from shared.contracts.commands import TransferInvoice
from shared.contracts.envelope import Envelope
from tests.accounting.documents import invoice, posting
from tests.unit.accounting_sync.doubles import (
    FakeTransferLog,
    RecordingBus,
    ScriptedConnector,
    booked,
    command_envelope,
    delivered,
)

LAST = 3
TRANSFERRED = "results.accounting.transferred.v1"
FAILED = "results.accounting.transfer_failed.v1"
UNCERTAIN = "results.accounting.uncertain.v1"


class Service:
    """The handler with its surroundings; each reading of the clock is a second later."""

    def __init__(
        self,
        *,
        finds: list[Booked | Exception | None] | None = None,
        books: list[Booked | Exception] | None = None,
    ) -> None:
        self.log = FakeTransferLog()
        self.bus = RecordingBus()
        self.connector = ScriptedConnector(finds or [], books or [])
        self.seconds = 0
        self.handler = TransferHandler(
            self.log,
            {"scripted": self.connector, "none": NoConnector()},
            self.bus,
            attempts=LAST,
            clock=self.tick,
        )

    def tick(self) -> dt.datetime:
        self.seconds += 1
        return dt.datetime(2026, 11, 24, 15, 0, self.seconds, tzinfo=dt.UTC)

    async def deliver(self, command: TransferInvoice, id_: str = "command-1", *, attempt: int = 1) -> Outcome:
        return await self.handler(delivered(command, id_, attempt=attempt))

    @property
    def states(self) -> list[str]:
        return [row.state for row in self.log.history]

    @property
    def results(self) -> list[tuple[str, str | None]]:
        """Type and reason code of what was published."""
        return [(result.type, result.data.get("reason", {}).get("code")) for result in self.bus.published]


def scripted(**changes: object) -> TransferInvoice:
    return invoice(connector="scripted", **changes)


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


async def test_unavailable_is_retried_and_looked_up_before_the_second_attempt() -> None:
    service = Service(books=[Unavailable("disk full"), booked()], finds=[None])
    assert await service.deliver(scripted()) == Retry("disk full")
    assert service.results == []
    assert await service.deliver(scripted(), attempt=2) == Ack()
    assert service.connector.calls == ["book", "find", "book"]
    assert service.states == ["sending", "none", "sending", "transferred"]
    assert service.results == [(TRANSFERRED, None)]


async def test_unavailable_to_the_last_has_failed() -> None:
    service = Service(books=[Unavailable("disk full")] * LAST, finds=[None] * (LAST - 1))
    outcomes = [await service.deliver(scripted(), attempt=attempt) for attempt in range(1, LAST + 1)]
    assert outcomes == [Retry("disk full")] * (LAST - 1) + [Ack()]
    assert service.results == [(FAILED, "unavailable")]


async def test_no_answer_is_looked_up_and_found() -> None:
    service = Service(books=[Unknown("timeout")], finds=[booked()])
    assert await service.deliver(scripted()) == Retry("timeout")
    assert service.states == ["sending"]
    assert await service.deliver(scripted(), attempt=2) == Ack()
    assert service.connector.calls == ["book", "find"]
    assert service.results == [(TRANSFERRED, None)]


async def test_no_answer_is_looked_up_and_booked_again_when_not_found() -> None:
    service = Service(books=[Unknown("timeout"), booked()], finds=[None])
    await service.deliver(scripted())
    assert await service.deliver(scripted(), attempt=2) == Ack()
    assert service.results == [(TRANSFERRED, None)]


async def test_no_answer_to_the_last_is_uncertain() -> None:
    service = Service(books=[Unknown("timeout")])
    assert await service.deliver(scripted(), attempt=1) == Retry("timeout")
    service.connector.finds = [Unavailable("gone")]
    assert await service.deliver(scripted(), attempt=LAST) == Ack()
    assert service.results == [(UNCERTAIN, "unavailable")]
    assert service.log.rows[scripted().invoice_id].state == "uncertain"


async def test_no_answer_on_the_last_attempt_is_uncertain_and_a_retry_looks_up() -> None:
    service = Service(books=[Unknown("timeout")], finds=[None, booked()])
    assert await service.deliver(scripted(), attempt=LAST) == Ack()
    assert service.results == [(UNCERTAIN, "no_answer")]
    assert await service.deliver(scripted(attempt=2), "command-2") == Ack()
    assert service.connector.calls == ["find", "book", "find"]
    assert service.results[-1] == (TRANSFERRED, None)


async def test_a_look_up_that_fails_before_anything_was_sent_has_failed_in_the_end() -> None:
    service = Service(finds=[Unavailable("gone"), Unavailable("gone")])
    assert await service.deliver(scripted(attempt=2), attempt=LAST - 1) == Retry("gone")
    assert await service.deliver(scripted(attempt=2), attempt=LAST) == Ack()
    assert service.results == [(FAILED, "unavailable")]


async def test_a_crash_while_sending_leads_to_a_look_up() -> None:
    class Killed(BaseException):
        pass

    async def die(transfer: TransferInvoice) -> Booked:
        raise Killed

    service = Service(finds=[booked()])
    service.connector.book = die  # type: ignore[method-assign]  # the process ends here
    with pytest.raises(Killed):
        await service.deliver(scripted())
    assert service.states == ["sending"]
    assert await service.deliver(scripted()) == Ack()
    assert service.connector.calls == ["find"]
    assert service.results == [(TRANSFERRED, None)]


async def test_a_look_up_that_is_refused_has_failed() -> None:
    service = Service(finds=[Rejected("number_taken", "another has it")])
    assert await service.deliver(scripted(attempt=2)) == Ack()
    assert service.results == [(FAILED, "number_taken")]


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


async def test_what_may_have_been_taken_earlier_with_other_content_is_a_conflict() -> None:
    service = Service(books=[Unknown("timeout")], finds=[None, booked()])
    await service.deliver(scripted(), attempt=LAST)
    other = scripted(attempt=2, due_date=None)
    await service.deliver(other, "command-2")
    assert service.results == [(UNCERTAIN, "no_answer"), (FAILED, "conflicting_repeat")]


async def test_an_error_that_the_connector_did_not_foresee_leaves_it_in_doubt() -> None:
    service = Service(books=[KeyError("Id")])
    outcome = await service.deliver(scripted())
    assert outcome == Retry("scripted failed: KeyError")
    assert service.states == ["sending"]


async def test_an_unforeseen_error_of_a_look_up_took_nothing() -> None:
    service = Service(finds=[KeyError("Id")])
    assert await service.deliver(scripted(attempt=2), attempt=LAST) == Ack()
    assert service.results == [(FAILED, "unavailable")]


async def test_a_result_that_was_not_published_is_published_at_the_redelivery() -> None:
    service = Service(books=[booked()])
    service.bus.failures = [ConfirmUnknown("id", "no confirm")]
    outcome = await service.deliver(scripted())
    assert isinstance(outcome, Retry)
    assert service.results == []
    assert await service.deliver(scripted(), attempt=2) == Ack()
    assert service.results == [(TRANSFERRED, None)]
    assert service.connector.calls == ["book"]


async def test_a_log_that_is_lost_is_retried_and_told_in_the_end() -> None:
    service = Service()
    service.log.failing = LAST + 1
    outcomes = [await service.deliver(scripted(), attempt=attempt) for attempt in range(1, LAST + 1)]
    assert all(isinstance(outcome, Retry) for outcome in outcomes[:-1])
    assert outcomes[-1] == Ack()
    assert service.results == [(UNCERTAIN, "transfer_log_unavailable")]
    assert service.connector.calls == []

    await service.deliver(scripted(), attempt=LAST)
    assert service.bus.published[0].fingerprint() == service.bus.published[1].fingerprint()


@pytest.mark.parametrize("calls_before", [2, 3])
async def test_a_log_that_is_lost_on_the_way_leads_to_a_look_up(calls_before: int) -> None:
    """It fails at saving `sending` (2), at saving the outcome (3)."""
    service = Service(books=[booked(), booked()], finds=[booked() if calls_before == 3 else None])
    remaining = iter([False] * calls_before + [True])
    fail = service.log.fail_if_told

    def fail_at_the_last() -> None:
        service.log.failing = next(remaining, False)
        fail()

    service.log.fail_if_told = fail_at_the_last  # type: ignore[method-assign]  # counts the calls
    assert isinstance(await service.deliver(scripted()), Retry)
    assert await service.deliver(scripted(), attempt=2) == Ack()
    assert service.results == [(TRANSFERRED, None)]
    assert service.connector.calls == (["book", "find"] if calls_before == 3 else ["find", "book"])


async def test_two_deliveries_at_once_book_once() -> None:
    service = Service()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def book(transfer: TransferInvoice) -> Booked:
        begun.set()
        await go_on.wait()
        return booked()

    service.connector.book = book  # type: ignore[method-assign]  # stays in the middle until it is told
    first = asyncio.create_task(service.deliver(scripted()))
    await begun.wait()
    assert await service.deliver(scripted()) == Retry(
        f"the transfer log can't be used now: another worker is at work on invoice {scripted().invoice_id}"
    )
    go_on.set()
    assert await first == Ack()
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
