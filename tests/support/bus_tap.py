"""Outside the services, on the broker: a queue that gets a copy of every message, and a production system.

Each call opens a connection of its own, so that a broker which died meanwhile costs nothing.
"""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, TimeoutType
from aiormq import spec

from shared.bus.rabbitmq.connection import BrokerLost, broker_errors
from shared.bus.rabbitmq.declare import queue_declarations
from shared.bus.retry import RetryPolicy
from shared.bus.topology import EXCHANGES
from shared.contracts.registry import CONTRACTS
from tests.support.waiting import PAUSE_SECONDS

CONTENT_TYPE = "application/cloudevents+json"
_QUEUE = "tests.tap"
_GET_SECONDS = 10
_PUBLISH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it was on the bus."""

    exchange: str
    routing_key: str
    message_id: str | None
    content_type: str | None
    persistent: bool
    body: dict[str, Any]

    @property
    def type(self) -> str:
        """Its type, as it says itself."""
        return str(self.body["type"])

    @property
    def identity(self) -> tuple[str, str]:
        """Source and id."""
        return str(self.body["source"]), str(self.body["id"])


class BusTap:
    """A queue bound to everything that is published; what was in it is kept in `seen`."""

    def __init__(self, url: str, policy: RetryPolicy) -> None:
        """`policy`: that of the services, for it names the retry queues."""
        self._url = url
        self._policy = policy
        self.seen: list[Seen] = []

    async def open(self) -> None:
        """From now on a copy of each message is kept. After the topology was declared."""
        async with _channel(self._url) as channel:
            queue = await channel.declare_queue(_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
            for exchange in EXCHANGES:
                keys = (
                    ["#"]
                    if exchange.kind == "topic"
                    else [one.routing_key for one in CONTRACTS.values() if one.exchange == exchange.name]
                )
                for key in keys:
                    await queue.bind(exchange.name, key)

    async def waiting(self) -> dict[str, int]:
        """How many messages wait in each queue of the services, empty ones left out; not those being handled."""
        counts = {}
        async with _channel(self._url) as channel:
            for declaration in queue_declarations(self._policy):
                queue = await channel.declare_queue(declaration.name, passive=True)
                counts[declaration.name] = queue.declaration_result.message_count or 0
        return {name: count for name, count in counts.items() if count}

    async def read(self) -> list[Seen]:
        """Everything that was published so far."""
        async with _channel(self._url) as channel:
            queue = await channel.get_queue(_QUEUE, ensure=False)
            while (message := await queue.get(fail=False, timeout=_GET_SECONDS)) is not None:
                self.seen.append(_seen(message))
                await message.ack()
        return self.seen


def _seen(message: AbstractIncomingMessage) -> Seen:
    return Seen(
        exchange=message.exchange or "",
        routing_key=message.routing_key or "",
        message_id=message.message_id,
        content_type=message.content_type,
        persistent=message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT,
        body=json.loads(message.body),
    )


class _Ended(aio_pika.Connection):
    """A connection that could not be had is closed at once: collected later, outside its loop, it can't be."""

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109 - as the method that it calls
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(url, timeout=10, connection_class=_Ended)
    async with connection, connection.channel(publisher_confirms=True) as channel:
        yield channel


def completion(job: dict[str, Any], *, message_id: str, time: dt.datetime | None = None) -> dict[str, Any]:
    """What a production system says when a job is done."""
    return {
        "specversion": "1.0",
        "id": message_id,
        "source": "urn:mis:plant-1",
        "type": "production.job.completed.v1",
        "subject": job["number"],
        "time": (time or dt.datetime.now(dt.UTC)).isoformat(),
        "data": {"job": {"customer": "C-0153", "currency": "CAD", "status": "production_complete", **job}},
    }


async def tell_production(
    url: str, *events: dict[str, Any], seconds: float = _PUBLISH_SECONDS, pause: float = PAUSE_SECONDS
) -> None:
    """Publish as a production system does: until the broker has confirmed each.

    Raises:
        TimeoutError: it did not within `seconds`.
    """
    async with asyncio.timeout(seconds):
        for event in events:
            while not await _told(url, event):  # noqa: ASYNC110 - the broker is asked, it has no event
                await asyncio.sleep(pause)


async def _told(url: str, event: dict[str, Any]) -> bool:
    message = aio_pika.Message(
        json.dumps(event).encode(),
        message_id=event["id"],
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    routing_key = event["type"].removeprefix("production.").rpartition(".")[0]
    try:
        with broker_errors():
            async with _channel(url) as channel:
                exchange = await channel.get_exchange("production", ensure=False)
                answer = await exchange.publish(message, routing_key, mandatory=True, timeout=5)
    except BrokerLost:
        return False
    return isinstance(answer, spec.Basic.Ack)
