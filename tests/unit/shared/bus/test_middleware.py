"""What surrounds a handler: the verdict, the metrics, the log."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import LogCapture

from shared.bus.middleware import Again, Done, Park, counting_publish, decoded, handle, handle_parked
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import (
    ConfirmUnknown,
    Delivery,
    Handler,
    ParkedDelivery,
    PublishError,
    Refused,
    Unroutable,
)
from shared.bus.retry import RetryPolicy
from tests.support.messages import JOB_COMPLETED, Recorder, envelope

SHORT, LONG = dt.timedelta(seconds=10), dt.timedelta(seconds=60)
POLICY = RetryPolicy(delays=(SHORT, LONG), attempts=3)
QUEUE = "invoice.production"


@pytest.fixture
def logged() -> Iterator[LogCapture]:
    """What is logged, with the ids that are bound to it."""
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture
    structlog.configure(**before)


def count(outcome: str, type_: str = JOB_COMPLETED, queue: str = QUEUE) -> float:
    labels = {"queue": queue, "type": type_, "outcome": outcome}
    return REGISTRY.get_sample_value("factures_messages_total", labels) or 0


def published(outcome: str, type_: str = JOB_COMPLETED) -> float:
    return REGISTRY.get_sample_value("factures_published_total", {"type": type_, "outcome": outcome}) or 0


async def settle(handler: Handler, *, attempt: int = 1, body: bytes | None = None) -> Done | Again | Park:
    return await handle(handler, POLICY, queue=QUEUE, body=body or envelope().encode(), attempt=attempt)


@pytest.mark.parametrize(
    ("outcome", "attempt", "settlement", "counted"),
    [
        (Ack(), 1, Done(), "ack"),
        (Ack(), 3, Done(), "ack"),
        (Retry("busy"), 1, Again(SHORT, 2), "retry"),
        (Retry("busy"), 2, Again(LONG, 3), "retry"),
        (Retry("busy", delay=LONG), 1, Again(LONG, 2), "retry"),
        (Retry("busy"), 3, Park("busy", 3), "dead_letter"),
        (Retry("busy", delay=SHORT), 3, Park("busy", 3), "dead_letter"),
        (DeadLetter("never"), 1, Park("never", 1), "dead_letter"),
        (DeadLetter("never"), 2, Park("never", 2), "dead_letter"),
    ],
)
async def test_the_verdict_follows_from_outcome_attempt_and_policy(
    outcome: Outcome, attempt: int, settlement: Done | Again | Park, counted: str
) -> None:
    before = count(counted)

    assert await settle(Recorder(outcome), attempt=attempt) == settlement

    assert count(counted) == before + 1


async def test_the_handler_gets_the_message_its_queue_and_the_attempt() -> None:
    handler, message = Recorder(), envelope()

    await settle(handler, attempt=2, body=message.encode())

    assert handler.deliveries == [Delivery(envelope=message, queue=QUEUE, attempt=2)]


async def test_an_exception_is_a_retry_and_its_traceback_is_logged(logged: LogCapture) -> None:
    message = envelope()

    settlement = await settle(Recorder(ZeroDivisionError("by zero")), body=message.encode())

    assert settlement == Again(SHORT, 2)
    (failure,) = (entry for entry in logged.entries if entry["event"] == "handler failed")
    assert failure["exc_info"] is True
    assert (failure["message_id"], failure["correlation_id"]) == (message.id, "story-1")


async def test_the_ids_are_bound_while_the_handler_works_and_no_longer(logged: LogCapture) -> None:
    message = envelope().model_copy(update={"correlationid": None})

    async def work(_delivery: Delivery) -> Outcome:
        structlog.get_logger().info("working")
        return Ack()

    await settle(work, body=message.encode())
    structlog.get_logger().info("after")

    (working,) = (entry for entry in logged.entries if entry["event"] == "working")
    assert (working["message_id"], working["correlation_id"]) == (message.id, message.id)
    assert "message_id" not in logged.entries[-1]


async def test_a_cancellation_is_not_swallowed() -> None:
    with pytest.raises(asyncio.CancelledError):
        await settle(Recorder(asyncio.CancelledError()))


async def test_a_handler_that_returns_nonsense_is_a_fault_of_its_own() -> None:
    async def work(_delivery: Delivery) -> Outcome:
        return cast("Outcome", None)

    assert await settle(work) == Again(SHORT, 2)


@pytest.mark.parametrize(
    "body", [b"{", b'{"specversion": "1.0", "id": "secret-4111"}', b"[" * 100_000, b"\xff"]
)
async def test_an_undecodable_body_is_parked_and_never_quoted(body: bytes, logged: LogCapture) -> None:
    handler, before = Recorder(), count("dead_letter", "undecodable")

    settlement = await settle(handler, body=body)

    assert isinstance(settlement, Park)
    assert settlement.reason.startswith("undecodable: ")
    assert settlement.attempts == 1
    assert "4111" not in settlement.reason + str(logged.entries)
    assert count("dead_letter", "undecodable") == before + 1
    assert handler.deliveries == []


async def test_a_type_that_is_not_ours_makes_no_metric_of_its_own() -> None:
    before = count("ack", "unknown")

    await settle(Recorder(), body=envelope("invented.by.someone.v9").encode())

    assert count("ack", "unknown") == before + 1
    assert count("ack", "invented.by.someone.v9") == 0


async def test_a_reason_fits_a_header_and_a_column() -> None:
    settlement = await settle(Recorder(DeadLetter("a\x00b\udc00" + "c" * 9000)))

    assert isinstance(settlement, Park)
    assert settlement.reason.startswith("ab?c")
    assert len(settlement.reason) <= 2000


def parked(body: bytes) -> ParkedDelivery:
    return ParkedDelivery(body=body, envelope=decoded(body), queue=QUEUE, reason="no", attempts=3)


class Keeper:
    """A handler of parked messages that fails when told to."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.kept: list[ParkedDelivery] = []
        self._error = error

    async def __call__(self, message: ParkedDelivery) -> None:
        self.kept.append(message)
        if self._error:
            raise self._error


@pytest.mark.parametrize("body", [envelope().encode(), b"undecodable"])
async def test_a_parked_message_is_done_when_its_handler_returns(body: bytes) -> None:
    keeper = Keeper()

    assert await handle_parked(keeper, POLICY, parked(body), attempt=1) == Done()

    assert keeper.kept == [parked(body)]


@pytest.mark.parametrize(("attempt", "delay"), [(1, SHORT), (2, LONG), (3, LONG), (4000, LONG)])
async def test_a_parked_message_is_never_given_up(attempt: int, delay: dt.timedelta) -> None:
    keeper = Keeper(OSError("the database is away"))

    settlement = await handle_parked(keeper, POLICY, parked(b"undecodable"), attempt=attempt)

    assert settlement == Again(delay, attempt + 1)


async def test_a_cancelled_handler_of_parked_messages_says_so() -> None:
    with pytest.raises(asyncio.CancelledError):
        await handle_parked(Keeper(asyncio.CancelledError()), POLICY, parked(b""), attempt=1)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "confirmed"),
        (Unroutable("m", "why"), "unroutable"),
        (Refused("m", "why"), "refused"),
        (ConfirmUnknown("m", "why"), "unknown"),
    ],
)
def test_a_publish_is_counted_by_how_it_ends(error: PublishError | None, outcome: str) -> None:
    before = published(outcome)

    def publish() -> None:
        with counting_publish(JOB_COMPLETED):
            if error:
                raise error

    if error:
        with pytest.raises(type(error)):
            publish()
    else:
        publish()

    assert published(outcome) == before + 1


def test_the_errors_of_a_publish_carry_what_they_say() -> None:
    error: Any = Unroutable("m-1", "no queue takes it")

    assert (error.message_id, error.why) == ("m-1", "no queue takes it")
    assert str(error) == "message m-1 was not published: no queue takes it"
