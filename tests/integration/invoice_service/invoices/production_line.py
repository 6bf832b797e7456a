"""A production system on a real broker, and the invoice service's consumers behind it."""

import asyncio
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractExchange

from shared.bus import topology
from shared.bus.outcome import Outcome
from shared.bus.port import Delivery, ParkedDelivery, Together
from shared.bus.rabbitmq import RabbitMQBus
from shared.bus.retry import RetryPolicy
from tests.integration.invoice_service.invoices.shop import JOB, Json, Shop, expect
from tests.support.waiting import until

TIME = dt.datetime(2025, 7, 18, 14, 3, 11, tzinfo=dt.UTC)
# Long: what is tried again does not come back within a test.
_POLICY = RetryPolicy(delays=(dt.timedelta(minutes=10),))
_CLOSE_SECONDS = 20


class ProductionLine:
    """Publishes raw bodies as another program would, and knows when they have been dealt with."""

    def __init__(self, shop: Shop, exchange: AbstractExchange) -> None:
        self.shop = shop
        self._exchange = exchange
        self.outcomes: list[Outcome] = []
        self._parked = 0

    async def production(self, delivery: Delivery) -> Outcome:
        """The service's handler, overheard."""
        outcome = await self.shop.inbound.production(delivery)
        self.outcomes.append(outcome)
        return outcome

    async def together(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome | None]:
        """The service's handler of several, overheard."""
        outcomes = await self.shop.inbound.production_together(deliveries)
        self.outcomes += [outcome for outcome in outcomes if outcome is not None]
        return outcomes

    async def parked(self, delivery: ParkedDelivery) -> None:
        """The service's keeper of dead letters, overheard."""
        await self.shop.inbound.parked(delivery)
        self._parked += 1

    async def publish(self, body: bytes, key: str = "job.completed") -> None:
        """Publish a body; it has reached the queue when this returns."""
        message = aio_pika.Message(
            body, message_id=str(uuid.uuid4()), delivery_mode=aio_pika.DeliveryMode.PERSISTENT
        )
        await self._exchange.publish(message, key, mandatory=True)

    async def tell(self, event: Mapping[str, Any]) -> Outcome:
        """Publish an event and wait until its handler has spoken."""
        count = len(self.outcomes)
        await self.publish(json.dumps(event).encode(), event["type"].split(".", 1)[1].rpartition(".")[0])
        await until(lambda: len(self.outcomes) > count)
        return self.outcomes[-1]

    async def tell_all(self, events: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """Publish completions all at once and wait until their handlers have spoken."""
        count = len(self.outcomes)
        await asyncio.gather(*(self.publish(json.dumps(event).encode()) for event in events))
        await until(lambda: len(self.outcomes) >= count + len(events))
        return self.outcomes[count:]

    async def dead_letter(self, body: bytes) -> Json:
        """Publish what nobody can handle; how it is parked."""
        before, count = {row["id"] for row in await self.all_parked()}, self._parked
        await self.publish(body)
        await until(lambda: self._parked > count)
        (row,) = [row for row in await self.all_parked() if row["id"] not in before]
        return row

    async def all_parked(self) -> list[Json]:
        """Everything that is parked, as the API shows it."""
        return list(expect(await self.shop.api.get("/parked-messages"), 200)["data"])

    async def parked_as(self, event: Mapping[str, Any]) -> list[Json]:
        """How an event is parked."""
        return [row for row in await self.all_parked() if row["message"]["id"] == event["id"]]

    async def over_http(self, event: Mapping[str, Any]) -> Json:
        """The answer to the same event over HTTP."""
        return expect(
            await self.shop.api.call("POST", "/job-completions", raw=json.dumps(event).encode()), 202
        )


def completed(job: str, customer: str, *, later: float = 0, **fields: Any) -> Json:  # noqa: ANN401 - any field
    """`job.completed`, `later` seconds after the first one."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "urn:mis:plant-1",
        "type": "production.job.completed.v1",
        "subject": job,
        "time": (TIME + dt.timedelta(seconds=later)).isoformat(),
        "data": {"job": {"number": job, "customer": customer, **JOB, **fields}},
    }


@asynccontextmanager
async def production_line(shop: Shop, url: str) -> AsyncIterator[ProductionLine]:
    """The consumers on a virtual host, and a production system that publishes there."""
    bus = await RabbitMQBus.connect(url, _POLICY, name="test")
    try:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel(on_return_raises=True)
            line = ProductionLine(shop, await channel.get_exchange("production", ensure=False))
            together = Together(line.together, most=10)
            await bus.serve(topology.PRODUCTION, line.production, concurrency=4, together=together)
            await bus.serve_parked(line.parked)
            yield line
    finally:
        await asyncio.wait_for(bus.close(), _CLOSE_SECONDS)
