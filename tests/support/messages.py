"""Envelopes, and handlers that remember: what every test of the bus needs."""

import asyncio
import datetime as dt
import time
import uuid
from dataclasses import dataclass, field

from shared.bus.outcome import Ack, Outcome
from shared.bus.port import Bus, Delivery, ParkedDelivery
from shared.contracts.envelope import Envelope
from tests.support.waiting import PAUSE_SECONDS, until

CLOSE_SECONDS = 20
"""After a test that failed, a handler may still be held: don't wait for it for ever."""

JOB_COMPLETED = "production.job.completed.v1"


def envelope(
    type_: str = JOB_COMPLETED,
    *,
    message_id: str | None = None,
    source: str = "urn:test",
    data: dict[str, object] | None = None,
) -> Envelope:
    """A message; the bus never looks into its data."""
    return Envelope(
        id=message_id or str(uuid.uuid4()),
        source=source,
        type=type_,
        subject="D-0024",
        time=dt.datetime.now(dt.UTC),
        data=data or {"n": 1},
        correlationid="story-1",
    )


async def until_ready(bus: Bus, *, ready: bool = True, seconds: float = 20) -> None:
    """Wait until the bus says that it is ready, or that it is not.

    Raises:
        TimeoutError: it never did within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while await bus.ready() is not ready:  # noqa: ASYNC110 - the bus is asked, it has no event to wait for
            await asyncio.sleep(PAUSE_SECONDS)


class Recorder:
    """A handler that notes its deliveries and answers from a script; after its end, `Ack`."""

    def __init__(self, *script: Outcome | BaseException) -> None:
        self.deliveries: list[Delivery] = []
        self.times: list[float] = []
        self._script = list(script)

    async def __call__(self, delivery: Delivery) -> Outcome:
        self.deliveries.append(delivery)
        self.times.append(time.monotonic())
        answer = self._script.pop(0) if self._script else Ack()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def ids(self) -> list[str]:
        """The message ids, as they came."""
        return [delivery.envelope.id for delivery in self.deliveries]

    async def received(self, count: int, *, seconds: float = 20) -> None:
        """Wait until `count` deliveries came."""
        await until(lambda: len(self.deliveries) >= count, seconds=seconds)


class ParkedRecorder:
    """A handler of parked messages that notes them; it fails the first `failures` times."""

    def __init__(self, failures: int = 0) -> None:
        self.parked: list[ParkedDelivery] = []
        self._failures = failures

    async def __call__(self, parked: ParkedDelivery) -> None:
        self.parked.append(parked)
        if len(self.parked) <= self._failures:
            raise ConnectionError("the database is away")

    async def received(self, count: int, *, seconds: float = 20) -> None:
        """Wait until `count` came."""
        await until(lambda: len(self.parked) >= count, seconds=seconds)


@dataclass
class Gate:
    """A handler that holds every delivery until it is opened, and counts how many it holds at once."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    holding: int = 0
    most: int = 0
    begun: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)

    async def __call__(self, delivery: Delivery) -> Outcome:
        self.begun.append(delivery.envelope.id)
        self.holding += 1
        self.most = max(self.most, self.holding)
        try:
            await self.opened.wait()
            self.finished.append(delivery.envelope.id)
        finally:
            self.holding -= 1
        return Ack()

    async def holds(self, count: int) -> None:
        """Wait until it holds `count` deliveries."""
        await until(lambda: self.holding >= count)
