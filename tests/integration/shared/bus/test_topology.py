"""Declaring the topology, and what becomes of a service when it is not what it should be."""

import asyncio
import datetime as dt
import time

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection

from shared.bus.port import ConfirmUnknown, Refused
from shared.bus.rabbitmq import BrokerLost, TopologyMismatch, consumer, declare_topology, repair_topology
from shared.bus.retry import RetryPolicy
from shared.bus.topology import EMAIL, PRODUCTION
from tests.integration.shared.bus.conftest import POLICY, SETTLED_SECONDS, Connect, FragileHost, Host
from tests.support.messages import Recorder, envelope, until_ready
from tests.support.ports import free_ports
from tests.support.waiting import until


async def test_declaring_again_changes_nothing(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    await bus.publish(sent := envelope())

    await declare_topology(host.url, POLICY)

    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await handler.received(1)
    assert handler.ids == [sent.id]


async def test_services_that_start_at_once_agree(host: Host, connect: Connect) -> None:
    buses = await asyncio.gather(*(connect(host.url) for _ in range(4)))

    for bus in buses:
        await until_ready(bus)
    await buses[0].publish(envelope())


async def test_no_broker_is_an_error_of_the_deploy() -> None:
    (port,) = free_ports(1)

    with pytest.raises(BrokerLost):
        await declare_topology(f"amqp://guest:guest@127.0.0.1:{port}/", POLICY)


async def test_a_mismatch_names_the_queue_and_both_sides(host: Host, plain: AbstractConnection) -> None:
    channel = await plain.channel()
    await channel.declare_queue(
        EMAIL, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 7}
    )

    with pytest.raises(TopologyMismatch) as raised:
        await declare_topology(host.url, POLICY)

    mismatch = raised.value
    assert (mismatch.name, mismatch.argument) == (EMAIL, "x-dead-letter-exchange")
    assert "none" in str(mismatch.theirs)
    assert "'dead_letters'" in str(mismatch.ours)
    assert f"queue {EMAIL!r}" in str(mismatch)


async def test_an_exchange_of_another_kind_is_a_mismatch(host: Host, plain: AbstractConnection) -> None:
    channel = await plain.channel()
    await channel.declare_exchange("results", "direct", durable=True)

    with pytest.raises(TopologyMismatch) as raised:
        await declare_topology(host.url, POLICY)

    assert (raised.value.name, raised.value.argument) == ("results", "type")


async def test_a_service_is_not_ready_on_a_mismatch_and_touches_nothing(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    channel = await plain.channel()
    odd = await channel.declare_queue(EMAIL, durable=True, arguments={"x-queue-type": "quorum"})
    await channel.default_exchange.publish(aio_pika.Message(b"theirs"), EMAIL)

    bus = await connect(host.url, publish_seconds=0.3)
    handler = Recorder()
    await bus.serve(EMAIL, handler, concurrency=1)

    assert not await bus.ready()
    with pytest.raises(Refused):
        await bus.publish(envelope())
    # The other program's queue is as it was; once it is gone, the service comes up by itself.
    assert (await odd.declare()).message_count == 1
    assert handler.deliveries == []
    await odd.delete(if_unused=False, if_empty=False)
    await until_ready(bus)
    await bus.publish(envelope("commands.email.send.v1"))
    await handler.received(1)


async def test_other_delays_are_other_queues_and_no_mismatch(host: Host, connect: Connect) -> None:
    await connect(host.url)

    await declare_topology(host.url, RetryPolicy(delays=(dt.timedelta(seconds=30),)))


async def test_a_queue_deleted_under_a_consumer_is_declared_again_and_consumed(
    host: Host, connect: Connect
) -> None:
    bus = await connect(host.url)
    handler, other = Recorder(), Recorder()
    subscription = await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve(EMAIL, other, concurrency=1)
    await until_ready(bus)

    host.delete_queue(PRODUCTION)
    await until(lambda: not subscription.alive())

    await until_ready(bus)
    await bus.publish(sent := envelope())
    await handler.received(1)
    assert handler.ids == [sent.id]
    await bus.publish(envelope("commands.email.send.v1"))
    await other.received(1)


async def test_a_queue_recreated_otherwise_makes_the_service_unready(
    host: Host, connect: Connect, plain: AbstractConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_PAUSE_SECONDS", 3)
    bus = await connect(host.url)
    subscription = await bus.serve(PRODUCTION, Recorder(), concurrency=1)
    await until_ready(bus)
    channel = await plain.channel()

    await channel.queue_delete(PRODUCTION)
    await until(lambda: not subscription.alive())
    await channel.declare_queue(PRODUCTION, durable=True, arguments={"x-queue-type": "quorum"})

    await until_ready(bus, ready=False)
    await channel.queue_delete(PRODUCTION)
    await until_ready(bus)


async def test_repair_leaves_healthy_queues_and_their_messages_alone(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    await bus.publish(sent := envelope())

    assert await repair_topology(host.url, POLICY) == ()

    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await handler.received(1)
    assert handler.ids == [sent.id]


async def test_a_queue_without_a_leader_is_noticed_and_repaired(
    fragile_host: FragileHost, connect: Connect
) -> None:
    await declare_topology(fragile_host.url, POLICY)
    declared = time.monotonic()
    await until(lambda: time.monotonic() > declared + SETTLED_SECONDS)
    fragile_host.delete_queue(EMAIL)
    await declare_topology(fragile_host.url, POLICY)
    fragile_host.broker.kill()
    await fragile_host.broker.restart()
    bus = await connect(fragile_host.url, publish_seconds=1)
    handler, other = Recorder(), Recorder()
    leaderless = await bus.serve(EMAIL, handler, concurrency=1)
    await bus.serve(PRODUCTION, other, concurrency=1)

    with pytest.raises((ConfirmUnknown, Refused)):
        await bus.publish(envelope("commands.email.send.v1"))
    assert not leaderless.alive()
    assert not await bus.ready()
    await bus.publish(envelope())
    await other.received(1)

    assert await repair_topology(fragile_host.url, POLICY, probe_seconds=3) == (EMAIL,)

    await until_ready(bus, seconds=40)
    await bus.publish(sent := envelope("commands.email.send.v1"))
    await until(lambda: sent.id in handler.ids)
