"""What happens when the broker dies, is away, or says nothing more."""

import asyncio
import time

import pytest

from shared.bus.outcome import Ack, Outcome
from shared.bus.port import ConfirmUnknown, Delivery, PublishError, Refused
from shared.bus.rabbitmq import RabbitMQBus
from shared.bus.topology import EMAIL, PRODUCTION
from tests.integration.shared.bus.conftest import SETTLED_SECONDS, Connect, FragileHost, Host
from tests.support.messages import Gate, Recorder, envelope, until_ready
from tests.support.waiting import until


async def publish_until_confirmed(bus: RabbitMQBus, count: int, confirmed: list[str]) -> None:
    for _ in range(count):
        message = envelope()
        while True:
            try:
                await bus.publish(message)
            except PublishError:
                await asyncio.sleep(0.05)
            else:
                confirmed.append(message.id)
                break


async def test_confirmed_messages_survive_a_kill_and_consumers_resume(
    fragile_host: FragileHost, connect: Connect
) -> None:
    bus = await connect(fragile_host.url)
    declared = time.monotonic()
    confirmed: list[str] = []
    while time.monotonic() < declared + SETTLED_SECONDS:
        await publish_until_confirmed(bus, 1, confirmed)
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=4)
    publishing = asyncio.create_task(publish_until_confirmed(bus, 500, confirmed))
    await handler.received(50)

    fragile_host.broker.kill()
    await until(lambda: not bus._publish_link.up())
    assert not await bus.ready()
    await fragile_host.broker.restart()

    await publishing
    await until(lambda: set(handler.ids) >= set(confirmed), seconds=60)
    await until_ready(bus)
    assert all(delivery.attempt == 1 for delivery in handler.deliveries)


async def test_a_broker_that_is_down_at_the_start_is_waited_for(
    fragile_host: FragileHost, connect: Connect
) -> None:
    fragile_host.broker.kill()
    try:
        bus = await connect(fragile_host.url, publish_seconds=0.2)
        handler = Recorder()
        await bus.serve(PRODUCTION, handler, concurrency=1)
        assert not await bus.ready()
        with pytest.raises(Refused):
            await bus.publish(envelope())
    finally:
        await fragile_host.broker.restart()

    await until_ready(bus)
    await bus.publish(sent := envelope())
    await handler.received(1)
    assert handler.ids == [sent.id]


async def test_a_bus_closes_while_the_broker_is_down(fragile_host: FragileHost, connect: Connect) -> None:
    bus = await connect(fragile_host.url)
    await bus.serve(PRODUCTION, Recorder(), concurrency=1)
    await until_ready(bus)
    fragile_host.broker.kill()
    try:
        async with asyncio.timeout(10):
            await bus.close()
    finally:
        await fragile_host.broker.restart()


async def test_no_answer_in_time_means_unknown_and_the_next_publish_takes_a_new_channel(
    fragile_host: FragileHost, connect: Connect
) -> None:
    bus = await connect(fragile_host.url, publish_seconds=1)
    await bus.publish(envelope())
    first = bus._publisher._current
    message = envelope()

    fragile_host.broker.pause()
    try:
        with pytest.raises(ConfirmUnknown) as raised:
            await bus.publish(message)
    finally:
        fragile_host.broker.resume()

    assert raised.value.message_id == message.id
    await bus.publish(message)
    assert bus._publisher._current is not first
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await until(lambda: handler.ids.count(message.id) >= 1)


async def test_a_broker_that_says_nothing_more_is_noticed(
    fragile_host: FragileHost, connect: Connect
) -> None:
    bus = await connect(f"{fragile_host.url}?heartbeat=1")
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await until_ready(bus)

    fragile_host.broker.pause()
    try:
        await until_ready(bus, ready=False)
    finally:
        fragile_host.broker.resume()

    await until_ready(bus, seconds=40)
    await bus.publish(sent := envelope())
    await until(lambda: sent.id in handler.ids)


async def test_a_lost_connection_ends_no_handler_and_lifts_no_bound(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    gate, other = Gate(), Recorder()
    await bus.serve(PRODUCTION, gate, concurrency=1)
    await bus.serve(EMAIL, other, concurrency=1)
    await bus.publish(sent := envelope())
    await gate.holds(1)

    await until(lambda: host.cut_connections() >= 2)
    await until_ready(bus, ready=False)
    await until_ready(bus)
    # By now the broker has delivered it again; the first handler still holds the only hand.
    await bus.publish(envelope("commands.email.send.v1"))
    await other.received(1)

    assert gate.begun == [sent.id]
    assert gate.holding == 1
    gate.opened.set()
    await until(lambda: gate.finished == [sent.id, sent.id])
    assert gate.most == 1


async def test_what_waits_for_a_hand_when_it_stops_is_not_begun(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    gate, other, later = Gate(), Recorder(), Recorder()
    subscription = await bus.serve(PRODUCTION, gate, concurrency=1)
    await bus.serve(EMAIL, other, concurrency=1)
    await bus.publish(sent := envelope())
    await gate.holds(1)
    await until(lambda: host.cut_connections() >= 2)
    await until_ready(bus, ready=False)
    await until_ready(bus)
    await bus.publish(envelope("commands.email.send.v1"))
    await other.received(1)

    stopping = asyncio.create_task(subscription.stop())
    await until(lambda: not subscription.alive())
    gate.opened.set()
    await stopping

    assert gate.begun == [sent.id]
    await bus.serve(PRODUCTION, later, concurrency=1)
    await later.received(1)
    assert later.ids == [sent.id]


async def test_what_was_not_acknowledged_is_delivered_again_as_the_same_attempt(
    host: Host, connect: Connect
) -> None:
    bus = await connect(host.url)
    attempts: list[int] = []

    async def handle(delivery: Delivery) -> Outcome:
        attempts.append(delivery.attempt)
        if len(attempts) == 1:
            await until(lambda: host.cut_connections() >= 2)
            await until_ready(bus, ready=False)
        return Ack()

    await bus.serve(PRODUCTION, handle, concurrency=1)
    await bus.publish(envelope())

    await until(lambda: len(attempts) == 2)
    assert attempts == [1, 1]
