"""The relay: publishes what use cases wrote to the outbox, and takes it away once the bus has confirmed it.

A crash between the confirm and the removal publishes a message twice, with the same id: its reader's inbox
absorbs it. Nothing is ever lost, and any number of relays may run.
"""

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from services.invoice_service.application.ports.transactions import StorageUnavailable
from shared.bus.port import Bus, PublishError
from shared.contracts.envelope import Envelope
from shared.observability.logging import log_context
from shared.observability.metrics import OUTBOX_AGE, OUTBOX_DEPTH, PARKED

log = structlog.get_logger(__name__)

BATCH = 100
_REPORT_SECONDS = 5.0
_PARKED_KINDS = ("dead", "quarantined", "unknown_reference")


class LeasedMessage(Protocol):
    """A leased row of the outbox."""

    @property
    def id(self) -> uuid.UUID: ...  # noqa: D102 - the name says it
    @property
    def body(self) -> bytes: ...  # noqa: D102 - the name says it
    @property
    def attempts(self) -> int: ...  # noqa: D102 - the name says it


class Backlog(Protocol):
    """What waits in the outbox."""

    @property
    def waiting(self) -> int: ...  # noqa: D102 - the name says it
    @property
    def held(self) -> int: ...  # noqa: D102 - the name says it
    @property
    def oldest_seconds(self) -> float: ...  # noqa: D102 - the name says it
    @property
    def parked(self) -> Mapping[str, int]: ...  # noqa: D102 - the name says it


class OutboxPort(Protocol):
    """What the relay needs of the outbox."""

    async def lease(self, token: uuid.UUID, *, most: int, lease_for: dt.timedelta) -> Sequence[LeasedMessage]:
        """Lease messages that may be published now."""

    async def published(self, token: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
        """Take away what was confirmed."""

    async def give_back(
        self, token: uuid.UUID, ids: Sequence[uuid.UUID], *, error: str, delay: dt.timedelta
    ) -> None:
        """Give back what was not."""

    async def backlog(self) -> Backlog:
        """What waits."""


class Relay:
    """One relay, run as a loop. `wake` is a hint after a commit; polling is what guarantees."""

    def __init__(
        self,
        outbox: OutboxPort,
        bus: Bus,
        *,
        poll_seconds: float,
        lease_seconds: float = 60,
        longest_pause_seconds: float = 30,
    ) -> None:
        """`lease_seconds`: what this relay holds when it is killed is free for another after that.

        `longest_pause_seconds`: what was not confirmed is offered again after half a second, then twice as long
        each time, and never longer than this.
        """
        self._outbox = outbox
        self._bus = bus
        self._poll_seconds = poll_seconds
        self._longest_pause = dt.timedelta(seconds=longest_pause_seconds)
        self._lease = dt.timedelta(seconds=lease_seconds)
        # Publishing a batch is cut off well before its lease ends, so that no other relay has it meanwhile.
        self._publish_seconds = lease_seconds / 2
        self._hint = asyncio.Event()
        self._next_report = 0.0

    def wake(self) -> None:
        """Look at the outbox now."""
        self._hint.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Publish until told to stop; whatever fails is tried again."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                self._hint.clear()
                try:
                    moved = await self.publish_batch()
                    await self._report()
                except (StorageUnavailable, OSError, TimeoutError) as error:
                    log.warning("outbox unavailable", error=str(error))
                    moved = 0
                except Exception:
                    # Another database error (a restart, a failover): the loop is what brings it back.
                    log.exception("relay pass failed")
                    moved = 0
                if moved < BATCH:
                    await self._wait(stopped)
        finally:
            stopped.cancel()
            with suppress(asyncio.CancelledError):
                await stopped

    async def _wait(self, stopped: asyncio.Task[bool]) -> None:
        hint = asyncio.create_task(self._hint.wait())
        try:
            await asyncio.wait(
                {hint, stopped}, timeout=self._poll_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            hint.cancel()
            with suppress(asyncio.CancelledError):
                await hint

    async def publish_batch(self) -> int:
        """Lease and publish one batch. Returns how many messages the bus has confirmed."""
        token = uuid.uuid4()
        leased = await self._outbox.lease(token, most=BATCH, lease_for=self._lease)
        if not leased:
            return 0
        results = await asyncio.gather(*(self._publish(message) for message in leased))
        confirmed = [message.id for message, error in zip(leased, results, strict=True) if error is None]
        if confirmed:
            await self._outbox.published(token, confirmed)
        for message, error in zip(leased, results, strict=True):
            if error is not None:
                delay = min(dt.timedelta(seconds=2 ** min(message.attempts, 10)) / 2, self._longest_pause)
                await self._outbox.give_back(token, [message.id], error=error, delay=delay)
        return len(confirmed)

    async def _publish(self, message: LeasedMessage) -> str | None:
        """Publish one message. Returns what went wrong, if anything did."""
        try:
            envelope = Envelope.decode(message.body)
            with log_context(message_id=envelope.id, correlation_id=envelope.correlationid):
                async with asyncio.timeout(self._publish_seconds):
                    await self._bus.publish(envelope)
                log.info("message published", type=envelope.type)
        except (PublishError, TimeoutError) as error:
            log.warning("message not published", message_id=str(message.id), error=str(error) or "timeout")
            return str(error) or "timeout"
        except Exception as error:
            # Such as a type that a newer release writes: it must not hold up the rest of its batch.
            log.exception("message can't be published", message_id=str(message.id))
            return f"{type(error).__name__}: {error}"
        return None

    async def _report(self) -> None:
        """Tell what waits: not at each look, and all the more when it never ends."""
        now = time.monotonic()
        if now < self._next_report:
            return
        self._next_report = now + _REPORT_SECONDS
        backlog = await self._outbox.backlog()
        OUTBOX_DEPTH.labels(held="no").set(backlog.waiting - backlog.held)
        OUTBOX_DEPTH.labels(held="yes").set(backlog.held)
        OUTBOX_AGE.set(backlog.oldest_seconds)
        for kind in _PARKED_KINDS:
            PARKED.labels(kind).set(backlog.parked.get(kind, 0))
