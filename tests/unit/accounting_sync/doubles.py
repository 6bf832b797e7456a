"""Stand-ins for what surrounds the handler: a bus that records, a log in memory, a connector with a script."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from services.accounting_sync.connectors.base import Booked
from services.accounting_sync.transfers import (
    LockedTransfer,
    LogUnavailable,
    NotRecordable,
    Transfer,
    TransferBusy,
)
from shared.bus.port import Delivery, Handler, ParkedHandler, PublishError, Subscription, Together
from shared.contracts.commands import TransferInvoice
from shared.contracts.envelope import Envelope

COMMAND = "commands.accounting.transfer.v1"


def command_envelope(command: TransferInvoice, id_: str = "command-1") -> Envelope:
    return Envelope(
        id=id_,
        source="urn:factures:invoice_service",
        type=COMMAND,
        subject=command.invoice_id,
        time=dt.datetime(2026, 11, 24, 14, 0, tzinfo=dt.UTC),
        data=command.model_dump(mode="json"),
        correlationid="story-1",
    )


def delivered(command: TransferInvoice, id_: str = "command-1", *, attempt: int = 1) -> Delivery:
    return Delivery(command_envelope(command, id_), "accounting.transfer", attempt)


@dataclass
class RunningSubscription:
    queue: str
    concurrency: int
    handler: Handler
    running: bool = True

    async def stop(self) -> None:
        self.running = False

    def alive(self) -> bool:
        return self.running


@dataclass
class RecordingBus:
    """Records what is published; `failures` are raised first, one per publish."""

    published: list[Envelope] = field(default_factory=list)
    failures: list[PublishError] = field(default_factory=list)
    subscriptions: list[RunningSubscription] = field(default_factory=list)

    async def publish(self, envelope: Envelope) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.published.append(envelope)

    async def publish_to_queue(self, queue: str, body: bytes, message_id: str) -> None:
        raise AssertionError("the service never publishes to a queue")

    async def serve(
        self, queue: str, handler: Handler, *, concurrency: int, together: Together | None = None
    ) -> Subscription:
        subscription = RunningSubscription(queue, concurrency, handler)
        self.subscriptions.append(subscription)
        return subscription

    async def serve_parked(self, handler: ParkedHandler) -> Subscription:
        raise AssertionError("the service never reads what is parked")

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class FakeTransferLog:
    """The log in memory. `failing`: how many of the coming calls fail. Keeps every row that was ever saved."""

    rows: dict[str, Transfer] = field(default_factory=dict)
    history: list[Transfer] = field(default_factory=list)
    failing: int = 0
    held: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def locked(self, invoice_id: str) -> AsyncIterator[LockedTransfer]:
        self.fail_if_told()
        if invoice_id in self.held:
            raise TransferBusy(invoice_id)
        self.held.add(invoice_id)
        try:
            yield _FakeRow(self, invoice_id)
        finally:
            self.held.discard(invoice_id)

    def fail_if_told(self) -> None:
        if self.failing:
            self.failing -= 1
            raise LogUnavailable("told to fail")


@dataclass
class _FakeRow:
    log: FakeTransferLog
    invoice_id: str

    async def read(self) -> Transfer | None:
        self.log.fail_if_told()
        return self.log.rows.get(self.invoice_id)

    async def save(self, transfer: Transfer) -> None:
        self.log.fail_if_told()
        if "\0" in transfer.number or transfer.attempt > 2**31 - 1:
            raise NotRecordable("out of range")
        known = self.log.rows.get(transfer.invoice_id)
        if known is not None and known.state == "transferred":
            raise LogUnavailable("a transferred row can no longer change")
        self.log.rows[transfer.invoice_id] = transfer
        self.log.history.append(transfer)


def booked(total: str = "114.98", external_id: str = "ext-1", fingerprint: str | None = None) -> Booked:
    return Booked(external_id, Decimal(total), fingerprint)


@dataclass
class ScriptedConnector:
    """Answers each `find` and `book` with the next of its script; an exception is raised."""

    finds: list[Booked | Exception | None] = field(default_factory=list)
    books: list[Booked | Exception] = field(default_factory=list)
    name: str = "scripted"
    calls: list[str] = field(default_factory=list)

    async def find(self, number: str, invoice_id: str) -> Booked | None:
        self.calls.append("find")
        return _next(self.finds)

    async def book(self, transfer: TransferInvoice) -> Booked:
        self.calls.append("book")
        answer = _next(self.books)
        assert answer is not None
        return answer


def _next(script: Sequence[Booked | Exception | None]) -> Booked | None:
    assert isinstance(script, list)
    assert script, "it was asked more often than the test expects"
    answer = script.pop(0)
    if isinstance(answer, Exception):
        raise answer
    assert answer is None or isinstance(answer, Booked)
    return answer
