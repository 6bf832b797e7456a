"""A handler that works for longer than the broker waits for an acknowledgement."""

import asyncio
from collections.abc import Iterator

import pytest

from shared.bus.outcome import Ack, Outcome
from shared.bus.port import Delivery
from shared.bus.topology import PRODUCTION
from tests.integration.shared.bus.conftest import Connect
from tests.support.messages import envelope, until_ready
from tests.support.rabbitmq import RabbitMQBroker, running_broker, virtual_host

_MINUTES_SECONDS = 300
"""The broker looks once a minute, and 3.10 has no smaller limit than that which works."""


@pytest.fixture
def impatient() -> Iterator[RabbitMQBroker]:
    """A broker that waits for an acknowledgement for a minute, instead of half an hour."""
    with running_broker(configuration="consumer_timeout = 60000\n") as broker:
        yield broker


@pytest.mark.long
@pytest.mark.timeout(_MINUTES_SECONDS + 60)
async def test_it_is_delivered_again_and_the_consumer_goes_on(
    impatient: RabbitMQBroker, connect: Connect
) -> None:
    again = asyncio.Event()
    delivered: list[str] = []

    async def handle(delivery: Delivery) -> Outcome:
        delivered.append(delivery.envelope.id)
        if len(delivered) == 1:
            await again.wait()
        else:
            again.set()
        return Ack()

    with virtual_host(impatient) as name:
        bus = await connect(impatient.url(name))
        # Two at once: the one that sleeps keeps its place.
        await bus.serve(PRODUCTION, handle, concurrency=2)
        await bus.publish(slow := envelope())

        await asyncio.wait_for(again.wait(), _MINUTES_SECONDS)

        await until_ready(bus, seconds=60)
        await bus.publish(next_ := envelope())
        async with asyncio.timeout(60):
            while next_.id not in delivered:  # noqa: ASYNC110 - the broker is asked, it has no event
                await asyncio.sleep(0.05)
        assert delivered == [slow.id, slow.id, next_.id]
        await bus.close()
