"""What goes wrong on the way: the software, the log, the bus, the process itself."""

import asyncio

import pytest

from services.accounting_sync.connectors.base import Booked, Rejected, Unavailable, Unknown
from shared.bus.outcome import Ack, Retry
from shared.bus.port import ConfirmUnknown
from shared.contracts.commands import TransferInvoice
from tests.unit.accounting_sync.doubles import (
    booked,
)
from tests.unit.accounting_sync.service import FAILED, LAST, TRANSFERRED, UNCERTAIN, Service, scripted


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
