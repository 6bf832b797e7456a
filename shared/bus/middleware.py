"""What happens around every handler and every publish, whatever the bus: decoding, logs, metrics, the verdict.

The adapters only carry out a `Settlement`.
"""

import datetime as dt
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import (
    ConfirmUnknown,
    Delivery,
    Handler,
    ParkedDelivery,
    ParkedHandler,
    PublishError,
    Together,
    Unroutable,
)
from shared.bus.retry import RetryPolicy
from shared.bus.topology import DEAD_LETTER_QUEUE
from shared.contracts.envelope import Envelope
from shared.contracts.reading import what_is_wrong
from shared.contracts.registry import CONTRACTS
from shared.observability.logging import log_context
from shared.observability.metrics import MESSAGE_LAG_SECONDS, MESSAGE_SECONDS, MESSAGES, PUBLISHED
from shared.observability.tracing import Span, span, trace_id

_REASON_CHARACTERS = 2000
_UNDECODABLE = "undecodable"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """Remove the delivery."""


@dataclass(frozen=True, slots=True)
class Again:
    """Deliver it once more after `delay`, then as `attempt`."""

    delay: dt.timedelta
    attempt: int


@dataclass(frozen=True, slots=True)
class Park:
    """Put it among the parked messages."""

    reason: str
    attempts: int


Settlement = Done | Again | Park


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery as it came in, as which attempt (from 1). `before`: it was delivered before, and not settled.

    `waited`: for how many seconds it was in its queue; None when that is not known, or is a retry's.
    """

    body: bytes
    attempt: int
    waited: float | None
    before: bool


async def handle_all(
    handler: Handler,
    policy: RetryPolicy,
    arrivals: Sequence[Arrival],
    *,
    queue: str,
    together: Together | None = None,
) -> list[Settlement]:
    """Run a handler on some deliveries: at once those that may be, the others alone, in order."""
    settled: dict[int, Settlement] = {}
    if together is not None:
        fresh = {
            place: envelope
            for place, arrival in enumerate(arrivals)
            if arrival.attempt == 1 and not arrival.before and (envelope := decoded(arrival.body))
        }
        if len(fresh) > 1:
            settled = await _handled_together(together, policy, arrivals, fresh, queue)
    for place, arrival in enumerate(arrivals):
        if place not in settled:
            settled[place] = await handle(
                handler,
                policy,
                queue=queue,
                body=arrival.body,
                attempt=arrival.attempt,
                waited=arrival.waited,
            )
    return [settled[place] for place in range(len(arrivals))]


async def _handled_together(
    together: Together,
    policy: RetryPolicy,
    arrivals: Sequence[Arrival],
    envelopes: Mapping[int, Envelope],
    queue: str,
) -> dict[int, Settlement]:
    """What became of those that could be handled at once, by place."""
    began = time.perf_counter()
    with ExitStack() as stack:
        spans = [
            stack.enter_context(_consumer_span(envelope, _type_label(envelope.type), 1))
            for envelope in envelopes.values()
        ]
        deliveries = [
            Delivery(_continued(envelope, current), queue, 1)
            for envelope, current in zip(envelopes.values(), spans, strict=True)
        ]
        try:
            outcomes = await together.handler(deliveries)
        except Exception:
            # Whichever it is about shows when each is handled alone.
            log.exception(
                "deliveries can't be handled at once, so one by one", queue=queue, many=len(deliveries)
            )
            outcomes = [None] * len(deliveries)
        for current, outcome in zip(spans, outcomes, strict=True):
            if not isinstance(outcome, Ack):
                current.fail("alone" if outcome is None else type(outcome).__name__)
    seconds = (time.perf_counter() - began) / len(deliveries)
    settled: dict[int, Settlement] = {}
    for place, delivery, outcome in zip(envelopes, deliveries, outcomes, strict=True):
        if outcome is None:
            continue
        type_, waited = _type_label(delivery.envelope.type), arrivals[place].waited
        if waited is not None:
            MESSAGE_LAG_SECONDS.labels(queue, type_).observe(waited)
        MESSAGE_SECONDS.labels(queue, type_).observe(seconds)
        with _log_ids(delivery.envelope):
            settled[place] = _verdict(outcome, policy, delivery, type_)
    return settled


async def handle(
    handler: Handler,
    policy: RetryPolicy,
    *,
    queue: str,
    body: bytes,
    attempt: int,
    waited: float | None = None,
) -> Settlement:
    """Run a handler on a delivery, as its `attempt` (from 1); says how the delivery is to be settled.

    `waited`: for how many seconds it was in its queue; None when that is not known, or is a retry's.
    """
    try:
        envelope = Envelope.decode(body)
    except ValidationError as error:
        MESSAGES.labels(queue, _UNDECODABLE, "dead_letter").inc()
        settlement = Park(_tidy(f"{_UNDECODABLE}: {what_is_wrong(error)}"), attempt)
        log.warning("message parked", queue=queue, attempt=attempt, reason=settlement.reason)
        return settlement
    type_ = _type_label(envelope.type)
    if waited is not None:
        MESSAGE_LAG_SECONDS.labels(queue, type_).observe(waited)
    with _log_ids(envelope), _consumer_span(envelope, type_, attempt) as current:
        # What the handler publishes goes on from here.
        delivery = Delivery(envelope=_continued(envelope, current), queue=queue, attempt=attempt)
        with MESSAGE_SECONDS.labels(queue, type_).time():
            outcome = await _outcome(handler(delivery))
        if not isinstance(outcome, Ack):
            current.fail(type(outcome).__name__)
        return _verdict(outcome, policy, delivery, type_)


async def handle_parked(
    handler: ParkedHandler, policy: RetryPolicy, parked: ParkedDelivery, *, attempt: int
) -> Done | Again:
    """Run a handler on a parked message. It is never given up: a failed one comes back."""
    envelope = parked.envelope
    type_ = _UNDECODABLE if envelope is None else _type_label(envelope.type)

    async def run() -> Outcome:
        await handler(parked)
        return Ack()

    with _log_ids(envelope):
        with MESSAGE_SECONDS.labels(DEAD_LETTER_QUEUE, type_).time():
            outcome = await _outcome(run())
        if isinstance(outcome, Retry):
            MESSAGES.labels(DEAD_LETTER_QUEUE, type_, "retry").inc()
            return Again(policy.waiting(attempt), attempt + 1)
        MESSAGES.labels(DEAD_LETTER_QUEUE, type_, "ack").inc()
        return Done()


def decoded(body: bytes) -> Envelope | None:
    """The envelope in a body; None when it holds none."""
    try:
        return Envelope.decode(body)
    except ValidationError:
        return None


@contextmanager
def counting_publish(type_: str) -> Iterator[None]:
    """Count a publish by how it ends."""
    try:
        yield
    except PublishError as error:
        PUBLISHED.labels(_type_label(type_), _publish_label(error)).inc()
        raise
    PUBLISHED.labels(_type_label(type_), "confirmed").inc()


@contextmanager
def publishing(envelope: Envelope) -> Iterator[Envelope]:
    """Trace and count a publish; the envelope that is to be published, which goes on with its trace."""
    name = f"publish {_type_label(envelope.type)}"
    tracing = span(name, "producer", parent=envelope.traceparent, **_said(envelope))
    with tracing as current, counting_publish(envelope.type):
        yield _continued(envelope, current)


def _consumer_span(envelope: Envelope, type_: str, attempt: int) -> AbstractContextManager[Span]:
    return span(
        f"handle {type_}",
        "consumer",
        parent=envelope.traceparent,
        **_said(envelope),
        factures__attempt=attempt,
    )


def _said(envelope: Envelope) -> dict[str, str]:
    return {
        "messaging__message__id": envelope.id,
        "factures__type": envelope.type,
    }


def _continued(envelope: Envelope, current: Span) -> Envelope:
    """The envelope as part of this span; without traces it is the same."""
    if current.traceparent == envelope.traceparent:
        return envelope
    return envelope.model_copy(update={"traceparent": current.traceparent})


def _log_ids(envelope: Envelope | None) -> AbstractContextManager[None]:
    if envelope is None:
        return nullcontext()
    return log_context(
        message_id=envelope.id,
        correlation_id=envelope.correlationid or envelope.id,
        trace_id=trace_id(envelope.traceparent),
    )


def _publish_label(error: PublishError) -> str:
    if isinstance(error, Unroutable):
        return "unroutable"
    return "unknown" if isinstance(error, ConfirmUnknown) else "refused"


async def _outcome(handling: Awaitable[Outcome]) -> Outcome:
    """What the handler says; an exception of its is a `Retry`, with its traceback in the log."""
    try:
        outcome = await handling
        if not isinstance(outcome, Outcome):
            raise TypeError(f"a handler returned {type(outcome).__name__}, which is no outcome")  # noqa: TRY301 - logged like any other fault of a handler
    except Exception as error:
        log.exception("handler failed")
        return Retry(f"{type(error).__name__}: {error}")
    return outcome


def _verdict(outcome: Outcome, policy: RetryPolicy, delivery: Delivery, type_: str) -> Settlement:
    settlement: Settlement
    match outcome:
        case Ack():
            settlement, label = Done(), "ack"
        case DeadLetter(reason):
            settlement, label = Park(_tidy(reason), delivery.attempt), "dead_letter"
        case Retry(reason, wanted):
            delay = policy.delay(delivery.attempt, wanted)
            if delay is None:
                settlement, label = Park(_tidy(reason), delivery.attempt), "dead_letter"
            else:
                settlement, label = Again(delay, delivery.attempt + 1), "retry"
    MESSAGES.labels(delivery.queue, type_, label).inc()
    if isinstance(outcome, Ack):
        log.info("message handled", queue=delivery.queue, type=type_, attempt=delivery.attempt)
    else:
        log.warning(
            "message parked" if isinstance(settlement, Park) else "message will be tried again",
            queue=delivery.queue,
            attempt=delivery.attempt,
            reason=_tidy(outcome.reason),
        )
    return settlement


def _type_label(type_: str) -> str:
    """A message type as a metric's label: one of ours, since anyone may write into `production`."""
    return type_ if type_ in CONTRACTS else "unknown"


def _tidy(reason: str) -> str:
    """A reason that fits a message header and a database column."""
    text = reason[:_REASON_CHARACTERS].replace("\x00", "")
    return text.encode("utf-8", "replace").decode()
