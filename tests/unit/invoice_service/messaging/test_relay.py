"""The relay: what is confirmed goes, what is not comes back later, and nothing holds up anything else."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest
from prometheus_client import REGISTRY

from services.invoice_service.messaging.relay import BATCH, Relay
from shared.bus.port import Bus, ConfirmUnknown, Refused, Unroutable
from shared.contracts.envelope import Envelope
from shared.contracts.registry import UnknownMessageType
from tests.support.messages import envelope

EVENT = "events.invoice.created.v1"


@dataclass(frozen=True)
class Leased:
    id: uuid.UUID
    body: bytes
    attempts: int = 1


def leased(attempts: int = 1) -> Leased:
    message = envelope(EVENT)
    return Leased(uuid.UUID(message.id), message.encode(), attempts)


@dataclass(frozen=True)
class Waiting:
    waiting: int = 0
    held: int = 0
    oldest_seconds: float = 0
    parked: Mapping[str, int] = field(default_factory=dict)


@dataclass
class FakeOutbox:
    """Rows that are leased once."""

    rows: list[Leased]
    leases: list[dt.timedelta] = field(default_factory=list)
    removed: list[uuid.UUID] = field(default_factory=list)
    returned: dict[uuid.UUID, tuple[str, dt.timedelta]] = field(default_factory=dict)
    failures: int = 0
    waits: Waiting = field(default_factory=Waiting)

    async def lease(self, token: uuid.UUID, *, most: int, lease_for: dt.timedelta) -> list[Leased]:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database system is starting up")
        self.leases.append(lease_for)
        rows, self.rows = self.rows[:most], self.rows[most:]
        return rows

    async def published(self, token: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
        self.removed.extend(ids)

    async def give_back(
        self, token: uuid.UUID, ids: Sequence[uuid.UUID], *, error: str, delay: dt.timedelta
    ) -> None:
        self.returned.update(dict.fromkeys(ids, (error, delay)))

    async def backlog(self) -> Waiting:
        return self.waits


class FakeBus:
    """Fails for some ids; hangs for `slow` ones."""

    def __init__(self, failures: dict[str, Exception] | None = None, slow: str = "") -> None:
        self.failures = failures or {}
        self.slow = slow
        self.published: list[str] = []
        self.took = asyncio.Event()

    async def publish(self, message: Envelope) -> None:
        if message.id == self.slow:
            await asyncio.Event().wait()
        if message.id in self.failures:
            raise self.failures[message.id]
        self.published.append(message.id)
        self.took.set()


def relay(outbox: FakeOutbox, bus: FakeBus, **seconds: float) -> Relay:
    return Relay(outbox, cast("Bus", bus), poll_seconds=0.01, **seconds)


async def test_what_is_confirmed_is_taken_away() -> None:
    rows = [leased(), leased()]
    outbox, bus = FakeOutbox(rows), FakeBus()

    assert await relay(outbox, bus).publish_batch() == 2

    assert bus.published == [str(row.id) for row in rows]
    assert outbox.removed == [row.id for row in rows]
    assert outbox.returned == {}


@pytest.mark.parametrize("error", [Unroutable, Refused, ConfirmUnknown])
async def test_what_is_not_confirmed_comes_back_later(error: type[Refused]) -> None:
    lost, other = leased(attempts=3), leased()
    outbox = FakeOutbox([lost, other])

    moved = await relay(outbox, FakeBus({str(lost.id): error(str(lost.id), "why")})).publish_batch()

    assert (moved, outbox.removed) == (1, [other.id])
    said, delay = outbox.returned[lost.id]
    assert "why" in said
    assert delay == dt.timedelta(seconds=4)


@pytest.mark.parametrize(
    ("settings", "seconds"), [({}, 30), ({"longest_pause_seconds": 0.5}, 0.5)], ids=["usual", "set"]
)
async def test_the_delay_is_half_a_minute_at_most_or_as_set(
    settings: dict[str, float], seconds: float
) -> None:
    row = leased(attempts=500)
    outbox = FakeOutbox([row])

    await relay(outbox, FakeBus({str(row.id): Refused(str(row.id), "why")}), **settings).publish_batch()

    assert outbox.returned[row.id][1] == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("body", [b"no envelope", None])
async def test_what_can_never_be_published_holds_up_nothing_else(body: bytes | None) -> None:
    strange, other = leased(), leased()
    if body is not None:
        strange = Leased(strange.id, body)
    outbox = FakeOutbox([strange, other])
    bus = FakeBus({str(strange.id): UnknownMessageType("events.invoice.paid.v1")})

    assert await relay(outbox, bus).publish_batch() == 1

    assert outbox.removed == [other.id]
    assert list(outbox.returned) == [strange.id]


async def test_publishing_ends_well_before_the_lease() -> None:
    slow, other = leased(), leased()
    outbox = FakeOutbox([slow, other])

    await relay(outbox, FakeBus(slow=str(slow.id)), lease_seconds=0.02).publish_batch()

    assert outbox.leases == [dt.timedelta(seconds=0.02)]
    assert outbox.removed == [other.id]
    assert outbox.returned[slow.id][0] == "timeout"


async def test_it_goes_on_after_any_error_of_the_database() -> None:
    row = leased()
    outbox, bus = FakeOutbox([row], failures=2), FakeBus()
    stopping = asyncio.Event()
    running = asyncio.create_task(relay(outbox, bus).run(stopping))

    async with asyncio.timeout(10):
        await bus.took.wait()
        stopping.set()
        await running

    assert outbox.removed == [row.id]


async def test_what_waits_is_told_although_there_is_no_end_to_it() -> None:
    outbox = FakeOutbox(
        [leased() for _ in range(2 * BATCH)],
        waits=Waiting(waiting=900, held=300, oldest_seconds=75.5, parked={"dead": 2}),
    )
    stopping = asyncio.Event()

    class LastBus(FakeBus):
        async def publish(self, message: Envelope) -> None:
            await super().publish(message)
            stopping.set()

    async with asyncio.timeout(10):
        await relay(outbox, LastBus()).run(stopping)

    assert outbox.rows, "the first batch was full, and more was there"
    told = {
        (name, *labels.values()): REGISTRY.get_sample_value(name, labels)
        for name, labels in (
            ("factures_outbox_messages", {"held": "no"}),
            ("factures_outbox_messages", {"held": "yes"}),
            ("factures_outbox_oldest_seconds", {}),
            ("factures_parked_messages", {"kind": "dead"}),
            ("factures_parked_messages", {"kind": "quarantined"}),
        )
    }
    assert list(told.values()) == [600, 300, 75.5, 2, 0]
