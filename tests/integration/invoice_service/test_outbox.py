"""The outbox under several relays, deaths and late commits: every message is published, and none is skipped."""

import asyncio
import datetime as dt
import json
import random
import uuid
from collections import Counter
from typing import cast

import asyncpg

from services.invoice_service.messaging.relay import Relay
from services.invoice_service.storage.outbox import Outbox
from shared.bus.port import Bus, Refused
from shared.contracts.envelope import Envelope
from tests.support.invoicing import Invoicing

_INSERT = """
    insert into outbox (id, type, body)
    select id, 'events.invoice.updated.v1', replace($1, 'the-id', id::text)
    from (select gen_random_uuid() as id from generate_series(1, $2)) as ids"""
_BODY = json.dumps(
    {
        "id": "the-id",
        "source": "urn:test",
        "specversion": "1.0",
        "type": "events.invoice.updated.v1",
        "subject": "PF-0001",
        "time": "2025-07-18T14:00:00Z",
        "data": {},
    }
)


class CountingBus:
    """Confirms every publish, and knows how often it had each id; `dies`: what a relay meets instead."""

    def __init__(self, dies: random.Random | None = None) -> None:
        self.published: Counter[str] = Counter()
        self._dies = dies

    async def publish(self, envelope: Envelope) -> None:
        await asyncio.sleep(0)
        self.published[envelope.id] += 1
        if self._dies is not None and self._dies.random() < 0.02:
            raise Refused(envelope.id, "said after it was taken")


def relay(api: Invoicing, bus: CountingBus, *, lease_seconds: float = 60) -> Relay:
    return Relay(
        Outbox(api.pool),
        cast("Bus", bus),
        poll_seconds=0.01,
        lease_seconds=lease_seconds,
        longest_pause_seconds=0.05,
    )


async def insert(api: Invoicing, count: int) -> None:
    await api.database.fetch(_INSERT, _BODY, count)


async def drained(api: Invoicing, *relays: Relay) -> None:
    """Run the relays until the outbox is empty."""
    stopping = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for one in relays:
            group.create_task(one.run(stopping))
        while await api.database.fetch("select 1 from outbox limit 1"):  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.02)
        stopping.set()


async def test_several_relays_share_ten_thousand_messages_and_none_is_published_twice(
    invoicing: Invoicing,
) -> None:
    await insert(invoicing, 10_000)
    bus = CountingBus()

    await drained(invoicing, *(relay(invoicing, bus) for _ in range(3)))

    assert (len(bus.published), set(bus.published.values())) == (10_000, {1})


async def test_what_was_begun_first_and_committed_last_is_not_skipped(invoicing: Invoicing) -> None:
    bus = CountingBus()
    slow = await asyncpg.connect(invoicing.database.admin_dsn)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(_INSERT, _BODY, 1)
    await insert(invoicing, 1_000)
    await drained(invoicing, relay(invoicing, bus))
    assert len(bus.published) == 1_000

    await transaction.commit()
    await slow.close()
    await drained(invoicing, relay(invoicing, bus))

    assert (len(bus.published), set(bus.published.values())) == (1_001, {1})


async def test_relays_that_die_at_any_moment_lose_nothing(invoicing: Invoicing) -> None:
    """Two hundred of them, each cancelled somewhere between the lease and the removal."""
    chance = random.Random(5)  # noqa: S311 - what dies when, not a secret
    await insert(invoicing, 1_000)
    bus = CountingBus(chance)

    for _ in range(200):
        dying = asyncio.create_task(relay(invoicing, bus).publish_batch())
        for _ in range(chance.randrange(60)):
            await asyncio.sleep(0)
        dying.cancel()
        await asyncio.wait([dying])
        # What it held is free when its lease ends; the test does not wait for that.
        await Outbox(invoicing.pool).clear_leases()
    await drained(invoicing, relay(invoicing, bus))

    assert len(bus.published) == 1_000
    assert sum(bus.published.values()) > 1_000, "nobody died between the confirm and the removal"


async def test_what_a_dead_relay_held_is_another_ones_when_its_lease_ends(invoicing: Invoicing) -> None:
    await insert(invoicing, 10)
    token = uuid.uuid4()
    held = await Outbox(invoicing.pool).lease(token, most=10, lease_for=dt.timedelta(milliseconds=200))
    bus = CountingBus()
    assert len(held) == 10

    await drained(invoicing, relay(invoicing, bus))

    assert (len(bus.published), set(bus.published.values())) == (10, {1})


async def test_a_relay_that_was_too_slow_touches_nothing_that_another_has(invoicing: Invoicing) -> None:
    await insert(invoicing, 1)
    outbox, slow, quick = Outbox(invoicing.pool), uuid.uuid4(), uuid.uuid4()
    (message,) = await outbox.lease(slow, most=1, lease_for=dt.timedelta(0))
    assert len(await outbox.lease(quick, most=1, lease_for=dt.timedelta(minutes=1))) == 1

    await outbox.published(slow, [message.id])
    await outbox.give_back(slow, [message.id], error="late", delay=dt.timedelta(0))

    (row,) = await invoicing.database.fetch("select lease_token, last_error from outbox")
    assert (row["lease_token"], row["last_error"]) == (quick, None)
