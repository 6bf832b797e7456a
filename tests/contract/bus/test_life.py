"""Starting, being ready, stopping."""

import asyncio

from shared.bus.port import QueueState, WatchedBus
from shared.bus.topology import EMAIL, PRODUCTION, QUEUES, TRANSFER
from tests.contract.bus.conftest import OpenBus
from tests.support.messages import Gate, ParkedRecorder, Recorder, envelope, until_ready
from tests.support.waiting import PAUSE_SECONDS


async def a_while(bus: WatchedBus) -> None:
    """Many round trips through the bus: whatever ends too early has had the time to."""
    for _ in range(50):
        await bus.publish(envelope("commands.accounting.transfer.v1"))


async def test_it_is_ready_when_all_its_consumers_consume(bus: WatchedBus) -> None:
    one = await bus.serve(PRODUCTION, Recorder(), concurrency=1)
    two = await bus.serve_parked(ParkedRecorder())

    await until_ready(bus)

    assert one.alive()
    assert two.alive()


async def test_a_consumer_that_was_stopped_is_not_missed(bus: WatchedBus) -> None:
    subscription = await bus.serve(PRODUCTION, Recorder(), concurrency=1)
    await bus.serve(EMAIL, Recorder(), concurrency=1)

    await subscription.stop()

    assert not subscription.alive()
    await until_ready(bus)


async def test_stop_waits_for_what_is_under_way_and_settles_it(bus: WatchedBus, open_bus: OpenBus) -> None:
    gate = Gate()
    subscription = await bus.serve(PRODUCTION, gate, concurrency=1)
    await bus.publish(held := envelope())
    await gate.holds(1)

    stopping = asyncio.create_task(subscription.stop())
    await bus.publish(waiting := envelope())
    await a_while(bus)
    assert not stopping.done()
    gate.opened.set()
    await stopping

    assert gate.finished == [held.id]
    later = Recorder()
    await (await open_bus()).serve(PRODUCTION, later, concurrency=1)
    await bus.publish(last := envelope())
    await later.received(2)
    assert later.ids == [waiting.id, last.id]


async def test_what_was_not_begun_when_it_stopped_goes_to_the_next(
    bus: WatchedBus, open_bus: OpenBus
) -> None:
    gate = Gate()
    subscription = await bus.serve(PRODUCTION, gate, concurrency=2)
    sent = [envelope() for _ in range(6)]
    for message in sent:
        await bus.publish(message)
    await gate.holds(2)

    stopping = asyncio.create_task(subscription.stop())
    await asyncio.sleep(0)
    gate.opened.set()
    await stopping

    assert len(gate.begun) == 2
    later = Recorder()
    await (await open_bus()).serve(PRODUCTION, later, concurrency=1)
    await later.received(4)
    assert set(gate.finished) | set(later.ids) == {message.id for message in sent}
    assert all(delivery.attempt == 1 for delivery in later.deliveries)


async def test_stopping_twice_is_stopping_once(bus: WatchedBus) -> None:
    subscription = await bus.serve(PRODUCTION, Recorder(), concurrency=1)

    await asyncio.gather(subscription.stop(), subscription.stop())
    await subscription.stop()

    assert not subscription.alive()


async def test_close_drains_every_consumer(open_bus: OpenBus) -> None:
    bus = await open_bus()
    one, two = Gate(), Gate()
    await bus.serve(PRODUCTION, one, concurrency=1)
    await bus.serve(EMAIL, two, concurrency=1)
    await bus.publish(envelope())
    await bus.publish(envelope("commands.email.send.v1"))
    await one.holds(1)
    await two.holds(1)

    closing = asyncio.create_task(bus.close())
    await a_while(await open_bus())
    assert not closing.done()
    one.opened.set()
    two.opened.set()
    await closing

    assert (len(one.finished), len(two.finished)) == (1, 1)


async def test_the_queues_are_seen_as_they_are(bus: WatchedBus) -> None:
    gate = Gate()
    await bus.publish(envelope("commands.accounting.transfer.v1"))
    await bus.publish(envelope("commands.email.send.v1"))
    one = await bus.serve(EMAIL, gate, concurrency=1)
    await gate.holds(1)

    async def seen() -> dict[str, QueueState]:
        return {state.queue: state for state in await bus.queues()}

    async def is_seen(queue: str, waiting: int, consumers: int) -> None:
        # A broker of several parts counts what it has just taken a moment later.
        while (await seen())[queue] != QueueState(queue, waiting, consumers):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(PAUSE_SECONDS)

    async with asyncio.timeout(20):
        await is_seen(TRANSFER, 1, 0)
        await is_seen(EMAIL, 0, 1)
    assert set(await seen()) == {queue.name for queue in QUEUES}
    gate.opened.set()
    await one.stop()
    async with asyncio.timeout(20):
        await is_seen(EMAIL, 0, 0)
