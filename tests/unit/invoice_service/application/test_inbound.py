"""What the handlers of the queues say of a delivery that can't be handled."""

import datetime as dt
import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.application.record_results import record_result
from services.invoice_service.domain.actors import Role
from services.invoice_service.messaging.inbound import Inbound, context_of, dead_letter
from shared.bus.outcome import DeadLetter, Retry
from shared.bus.port import Delivery, ParkedDelivery
from shared.contracts.envelope import Envelope
from shared.contracts.production import CustomerData
from tests.unit.invoice_service.domain.making import NOW

RESULT = (
    "results.document.render_failed.v1",
    {"invoice_id": "x", "version": 1, "reason": {"code": "c", "message": "m"}},
)
JOB = {"number": "D-1", "customer": "C-1", "title": "x", "ordered_quantity": "1", "status": "completed"}
COMPLETED = ("production.job.completed.v1", {"job": JOB})


class Away:
    """Transactions that never open."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        raise self.error
        yield  # pragma: no cover - it never gets here

    reading = glancing = writing


def delivery(type_: str, data: dict[str, Any]) -> Delivery:
    envelope = Envelope(id=str(uuid.uuid4()), source="urn:test", type=type_, time=NOW, data=data)
    return Delivery(envelope, "queue", 1)


def inbound(error: Exception) -> tuple[Inbound, list[None]]:
    hints: list[None] = []
    return Inbound(Away(error), lambda: NOW, lambda: hints.append(None)), hints


@pytest.mark.parametrize("error", [StorageUnavailable("away"), TransactionConflict("deadlock")])
async def test_a_database_that_is_away_is_tried_again(error: Exception) -> None:
    handlers, hints = inbound(error)

    assert isinstance(await handlers.result(delivery(*RESULT)), Retry)
    assert isinstance(await handlers.production(delivery(*COMPLETED)), Retry)
    assert hints == []


async def test_a_defect_is_not_swallowed() -> None:
    handlers, _ = inbound(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await handlers.result(delivery(*RESULT))
    with pytest.raises(ZeroDivisionError):
        await handlers.production(delivery(*COMPLETED))


@pytest.mark.parametrize(
    ("type_", "data"), [("results.unheard.of.v1", {}), ("results.document.rendered.v1", {"invoice_id": "x"})]
)
async def test_a_result_that_nobody_can_read_is_a_dead_letter(type_: str, data: dict[str, Any]) -> None:
    handlers, _ = inbound(StorageUnavailable("never asked"))

    outcome = await handlers.result(delivery(type_, data))

    assert isinstance(outcome, DeadLetter)
    assert outcome.reason


async def test_what_could_not_be_parked_is_delivered_again() -> None:
    handlers, _ = inbound(StorageUnavailable("away"))

    with pytest.raises(StorageUnavailable):
        await handlers.parked(ParkedDelivery(b"{}", None, "queue", "why", 1))


async def test_what_is_no_result_is_a_defect() -> None:
    context = context_of(delivery(*RESULT).envelope, NOW)

    with pytest.raises(TypeError, match="CustomerData is not a result"):
        await record_result(None, context, CustomerData(code="C", name="x"))  # type: ignore[arg-type]  # a table of values


def test_the_message_is_who_acts() -> None:
    envelope = delivery(*COMPLETED).envelope.model_copy(
        update={"correlationid": "story", "traceparent": "00-x"}
    )

    context = context_of(envelope, NOW)

    assert (context.actor.kind, context.actor.id, context.actor.name, context.actor.role) == (
        "message", envelope.id, "production.job.completed.v1", Role.INTEGRATION,
    )  # fmt: skip
    assert (context.correlation_id, context.causation_id, context.traceparent) == (
        "story",
        envelope.id,
        "00-x",
    )
    assert context_of(delivery(*COMPLETED).envelope, NOW).now == NOW


def test_a_dead_letter_is_known_by_its_queue_and_identity_or_by_its_body() -> None:
    envelope = delivery(*COMPLETED).envelope
    known = dead_letter(ParkedDelivery(envelope.encode(), envelope, "q", "why", 10))
    body = b"\xff\0"
    unknown = dead_letter(ParkedDelivery(body, None, "q", "why", 1))

    assert known["identity"] == f"q urn:test {envelope.id}"
    assert (known["kind"], known["attempts"], known["reason"]) == (
        "dead",
        10,
        {"code": "dead", "message": "why"},
    )
    assert (unknown["source"], unknown["time"]) == (None, None)
    assert unknown["body"] == "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    assert unknown["identity"] == f"q {hashlib.sha256(body).hexdigest()}"
    assert isinstance(known["time"], dt.datetime)
