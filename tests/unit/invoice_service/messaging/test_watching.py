"""Who works: noted now and then, and never at the expense of a message."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from services.invoice_service.application.ports.transactions import StorageUnavailable
from services.invoice_service.messaging.watching import AnswerNotes, QueueWatch
from shared.bus.outcome import Ack, Outcome, Retry
from shared.bus.port import BusUnavailable, Delivery, QueueState
from shared.contracts.envelope import Envelope


class Notes:
    """Transactions that keep what is noted; one that fails when told to."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.queues: list[tuple[str, int, int]] = []
        self.fails = False

    async def note_answer(self, type_: str) -> None:
        self.answers.append(type_)

    async def note_queues(self, seen: Sequence[tuple[str, int, int]]) -> None:
        self.queues.extend(seen)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        if self.fails:
            raise StorageUnavailable("down")
        yield SimpleNamespace(operations=self)

    reading = glancing = writing


def delivery(type_: str) -> Delivery:
    time = dt.datetime(2025, 7, 18, tzinfo=dt.UTC)
    return Delivery(Envelope(id="1", source="urn:x", type=type_, time=time, data={}), "invoice.results", 1)


async def test_each_type_is_noted_once_in_a_while() -> None:
    notes = Notes()
    clock = iter((0.0, 9.0, 10.0, 10.0))  # seconds

    async def handled(_: Delivery) -> Outcome:
        return Ack()

    results = AnswerNotes(handled, notes, every_seconds=10, monotonic=lambda: next(clock))
    for _ in range(3):
        assert await results(delivery("results.email.sent.v1")) == Ack()
    await results(delivery("results.document.rendered.v1"))
    assert notes.answers == ["results.email.sent.v1", "results.email.sent.v1", "results.document.rendered.v1"]


async def test_what_was_not_handled_is_not_noted_and_what_is_not_noted_was_handled() -> None:
    notes, outcome = Notes(), Retry("busy")

    async def handled(_: Delivery) -> Outcome:
        return outcome

    results = AnswerNotes(handled, notes)
    assert await results(delivery("results.email.sent.v1")) == Retry("busy")
    assert notes.answers == []

    async def well(_: Delivery) -> Outcome:
        return Ack()

    notes.fails = True
    assert await AnswerNotes(well, notes)(delivery("results.email.sent.v1")) == Ack()


class Seen:
    """A bus with one queue, or one that can't be asked."""

    def __init__(self, *states: QueueState) -> None:
        self._states = states

    async def queues(self) -> Sequence[QueueState]:
        if not self._states:
            raise BusUnavailable("not connected")
        return self._states


async def test_what_is_seen_is_noted_and_nothing_is_noted_that_was_not_seen() -> None:
    notes = Notes()
    await QueueWatch(Seen(), notes)()
    assert notes.queues == []
    await QueueWatch(Seen(QueueState("mailer.email", 3, 1)), notes)()
    assert notes.queues == [("mailer.email", 3, 1)]
