"""Only the broker's Ack is success."""

import asyncio

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection

from shared.bus.port import ConfirmUnknown, Refused, Unroutable
from shared.bus.rabbitmq.publisher import broker_message
from shared.bus.topology import PRODUCTION
from shared.contracts.envelope import CONTENT_TYPE
from tests.integration.shared.bus.conftest import Connect, Host
from tests.support.messages import Recorder, envelope


async def test_a_message_carries_what_the_contract_says(
    host: Host, connect: Connect, plain: AbstractConnection
) -> None:
    bus = await connect(host.url)
    sent = envelope()

    await bus.publish(sent)

    queue = await (await plain.channel()).get_queue(PRODUCTION)
    raw = await queue.get()
    assert raw is not None
    assert (raw.message_id, raw.content_type) == (sent.id, CONTENT_TYPE)
    assert raw.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    assert (raw.exchange, raw.routing_key, raw.body) == ("production", "job.completed", sent.encode())


async def test_a_returned_message_is_no_success(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    host.unbind("production", PRODUCTION, "job.completed")

    with pytest.raises(Unroutable):
        await bus.publish(envelope())

    # The binding is made again when a service starts.
    other = await connect(host.url)
    await other.publish(envelope())


async def test_a_full_queue_refuses(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    host.limit_queue(PRODUCTION, 1)
    refused: list[Refused] = []

    async def until_refused() -> None:
        while not refused:
            try:
                await bus.publish(envelope())
            except Refused as error:
                refused.append(error)

    await asyncio.wait_for(until_refused(), 20)
    assert "nack" in str(refused[0])


async def test_one_id_is_never_twice_under_way(host: Host, connect: Connect) -> None:
    # aiormq finds a returned message's publish by its id: at once, the lost one was reported as confirmed.
    bus = await connect(host.url)
    message = broker_message(envelope().encode(), "same-id")

    for _ in range(20):
        lost, taken = await asyncio.gather(
            bus._publisher.publish(message, exchange="", routing_key="no.such.queue"),
            bus._publisher.publish(message, exchange="", routing_key=PRODUCTION),
            return_exceptions=True,
        )
        assert isinstance(lost, Unroutable)
        assert taken is None


async def test_a_publish_that_is_cancelled_gives_up_its_channel(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    await bus.publish(envelope())
    used = bus._publisher._current
    message = envelope()
    publishing = asyncio.create_task(bus.publish(message))
    while message.id not in bus._publisher._under_way:  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(0)

    publishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await publishing

    await bus.publish(message)
    assert bus._publisher._current is not used


async def test_an_exchange_that_is_gone_costs_one_channel(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    message = broker_message(b"{}", "m-1")

    with pytest.raises(ConfirmUnknown):
        await bus._publisher.publish(message, exchange="no.such.exchange", routing_key="")

    await bus.publish(envelope())


async def test_an_id_too_long_for_amqp_still_travels(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    sent = envelope(message_id="é" * 255)

    await bus.publish(sent)

    await handler.received(1)
    assert handler.ids == [sent.id]


async def test_many_at_once(host: Host, connect: Connect) -> None:
    bus = await connect(host.url)
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=16)
    sent = [envelope() for _ in range(1000)]

    await asyncio.gather(*(bus.publish(message) for message in sent))

    await handler.received(1000)
    assert sorted(handler.ids) == sorted(message.id for message in sent)
