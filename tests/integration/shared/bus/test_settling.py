"""Settling on RabbitMQ: what takes a delivery's place is confirmed before the delivery is acknowledged."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Delivery, Together
from shared.bus.rabbitmq import RabbitMQBus, declare_topology
from shared.bus.retry import RetryPolicy
from shared.bus.topology import DEAD_LETTER_QUEUE, DELIVERY_LIMIT, PRODUCTION, retry_queue
from tests.integration.shared.bus.conftest import POLICY, Connect, Host
from tests.support.messages import ParkedRecorder, Recorder, envelope, until_ready
from tests.support.waiting import until


async def requeue_until_gone(connection: AbstractConnection, queue: str) -> int:
    """What a consumer that dies again and again does. Returns how often it was delivered."""
    channel = await connection.channel()
    taken = await channel.get_queue(queue)
    count = 0
    while (message := await taken.get(fail=False)) is not None:
        count += 1
        await message.reject(requeue=True)
    return count


async def test_what_nobody_survives_is_parked_by_the_broker(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    bus = await connect(host.url)
    sent = envelope()
    await bus.publish(sent)

    deliveries = await requeue_until_gone(plain, PRODUCTION)

    assert deliveries == DELIVERY_LIMIT + 1
    parked = ParkedRecorder()
    await bus.serve_parked(parked)
    await parked.received(1)
    (one,) = parked.parked
    assert (one.envelope, one.queue, one.reason, one.attempts) == (sent, PRODUCTION, "delivery_limit", 1)
    # It is parked at once: nobody but a person puts it back (contract: dead).
    assert await requeue_until_gone(plain, PRODUCTION) == 0


async def test_a_neighbour_that_kills_its_consumer_parks_nobody_else(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    """All that a consumer holds ages when it dies; five deaths are far from the limit."""
    bus = await connect(host.url)
    sent = [envelope() for _ in range(20)]
    for message in sent:
        await bus.publish(message)
    for _ in range(5):
        dying = await aio_pika.connect(host.url)
        channel = await dying.channel()
        await channel.set_qos(prefetch_count=len(sent))
        held: list[AbstractIncomingMessage] = []
        await (await channel.get_queue(PRODUCTION)).consume(_held(held))
        await until(partial(_all_of, held, len(sent)))
        await dying.close()

    handler, parked = Recorder(), ParkedRecorder()
    await bus.serve_parked(parked)
    await bus.serve(PRODUCTION, handler, concurrency=4)

    await handler.received(len(sent))
    assert sorted(handler.ids) == sorted(message.id for message in sent)
    assert {delivery.attempt for delivery in handler.deliveries} == {1}
    assert parked.parked == []


def _held(by: list[AbstractIncomingMessage]) -> Callable[[AbstractIncomingMessage], Awaitable[None]]:
    async def take(message: AbstractIncomingMessage) -> None:
        by.append(message)

    return take


def _all_of(held: list[AbstractIncomingMessage], count: int) -> bool:
    return len(held) == count


async def test_an_hour_of_one_message_does_not_hold_up_the_moment_of_another(host: Host) -> None:
    policy = RetryPolicy(delays=(dt.timedelta(milliseconds=200), dt.timedelta(hours=1)))
    bus = await RabbitMQBus.connect(host.url, policy, name="test")
    try:
        handler = Recorder(Retry("closed", delay=dt.timedelta(hours=1)), Retry("busy"))
        await bus.serve(PRODUCTION, handler, concurrency=1)
        await bus.publish(long := envelope())
        await bus.publish(short := envelope())

        await handler.received(3)

        assert handler.ids == [long.id, short.id, short.id]
    finally:
        await bus.close()


async def test_the_broker_parks_a_retried_message_under_its_work_queue_and_attempt(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    bus = await connect(host.url)
    handler = Recorder(Retry("once"))
    subscription = await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.publish(envelope())
    await handler.received(1)
    await subscription.stop()
    counted = 0
    while not counted:
        counted = await requeue_until_gone(plain, PRODUCTION)
    parked = ParkedRecorder()
    await bus.serve_parked(parked)

    await parked.received(1)

    (one,) = parked.parked
    assert (one.queue, one.reason, one.attempts) == (PRODUCTION, "delivery_limit", 2)


async def test_a_message_that_another_program_parked_is_taken_too(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    bus = await connect(host.url)
    channel = await plain.channel()
    odd = aio_pika.Message(b"?", headers={"x-death": "nonsense", "x-factures-attempt": "many"})
    await channel.default_exchange.publish(odd, DEAD_LETTER_QUEUE)
    parked = ParkedRecorder()

    await bus.serve_parked(parked)

    await parked.received(1)
    (one,) = parked.parked
    assert (one.body, one.envelope, one.queue, one.reason, one.attempts) == (
        b"?",
        None,
        "unknown",
        "unknown",
        1,
    )


async def test_a_delivery_whose_retry_queue_is_gone_is_kept_until_it_is_back(
    host: Host, connect: Connect
) -> None:
    bus = await connect(host.url)
    host.delete_queue(retry_queue(PRODUCTION, POLICY.delays[0]))
    handler = Recorder(Retry("not yet"))
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.publish(envelope())
    await handler.received(1)

    await declare_topology(host.url, POLICY)

    await handler.received(2)
    assert [delivery.attempt for delivery in handler.deliveries] == [1, 2]


async def test_parking_waits_for_a_dead_letter_queue_that_takes_it(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    host.unbind("dead_letters", DEAD_LETTER_QUEUE, "")
    handler, parked = Recorder(DeadLetter("no")), ParkedRecorder()
    await bus.serve_parked(parked)
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.publish(sent := envelope())
    await handler.received(1)

    await declare_topology(host.url, POLICY)

    await parked.received(1)
    assert parked.parked[0].envelope == sent
    assert len(handler.deliveries) == 1


async def test_a_delivery_that_can_not_be_settled_does_not_hold_up_the_stop(
    host: Host, connect: Connect
) -> None:
    bus = await connect(host.url)
    host.delete_queue(retry_queue(PRODUCTION, POLICY.delays[0]))
    handler = Recorder(Retry("not yet"))
    subscription = await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.publish(sent := envelope())
    await handler.received(1)

    await asyncio.wait_for(subscription.stop(), 10)

    later = Recorder()
    await bus.serve(PRODUCTION, later, concurrency=1)
    await later.received(1)
    assert later.ids == [sent.id]
    assert later.deliveries[0].attempt == 1


async def test_a_message_without_an_id_of_its_own_can_be_retried(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    bus = await connect(host.url)
    handler = Recorder(Retry("once"))
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await until_ready(bus)
    sent = envelope()
    channel = await plain.channel()
    production = await channel.get_exchange("production")

    await production.publish(aio_pika.Message(sent.encode()), "job.completed")

    await until(lambda: len(handler.deliveries) == 2)
    assert handler.ids == [sent.id, sent.id]


async def test_what_has_come_is_handled_at_once_and_what_came_before_alone(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    bus = await connect(host.url)
    again, fresh = [envelope() for _ in range(2)], [envelope() for _ in range(12)]
    for message in again:
        await bus.publish(message)
    channel = await plain.channel()
    taken = await channel.get_queue(PRODUCTION)
    for one in [await taken.get() for _ in again]:
        await one.reject(requeue=True)
    for message in fresh:
        await bus.publish(message)
    handfuls: list[list[str]] = []
    alone = Recorder()

    async def several(deliveries: Sequence[Delivery]) -> list[Outcome | None]:
        handfuls.append([delivery.envelope.id for delivery in deliveries])
        return [Ack()] * len(deliveries)

    await bus.serve(PRODUCTION, alone, concurrency=1, together=Together(several, most=5))

    ids = {message.id for message in (*again, *fresh)}
    await until(lambda: {*alone.ids, *(one for handful in handfuls for one in handful)} == ids)
    assert set(alone.ids) >= {message.id for message in again}
    assert 1 < max(map(len, handfuls)) <= 5
    await until_ready(bus)
    assert [one.waiting for one in await bus.queues() if one.queue == PRODUCTION] == [0]
