"""From a completion to its pro forma: one consumer process; beside it the client library, an insert, an ack."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractExchange

from bench.jobs import completions
from bench.limits.consume import ARGUMENTS, QUEUE
from bench.measuring import Measured
from bench.programs import running_program, said_by
from bench.system import System

_POLL_SECONDS = 0.02
_AT_ONCE = 100


class Completing:
    """Messages `job.completed`, published with confirms; until the last pro forma is there."""

    def __init__(self, system: System, count: int, channel: aio_pika.abc.AbstractChannel) -> None:
        self._system = system
        self._count = count
        self._channel = channel

    async def ours(self) -> float:
        """See `Measured`."""
        await self._system.sql("delete from outbox")
        source, bodies = completions(self._count)
        exchange = await self._channel.get_exchange("production", ensure=False)
        before = await self._number("select count(*) from invoices")
        began = time.perf_counter()
        await _publish(exchange, "job.completed", bodies)
        received = "select count(*) from inbox where source = $1"
        while await self._number(received, source) < self._count:  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(_POLL_SECONDS)
        rate = self._count / (time.perf_counter() - began)
        made = await self._number("select count(*) from invoices") - before
        if made != self._count:
            raise RuntimeError(f"{self._count} messages made {made} pro formas")
        return rate

    async def limit(self) -> float:
        """See `Measured`."""
        system = self._system
        arguments = (system.amqp_url, system.limits_dsn, str(self._count))
        _, bodies = completions(self._count)
        async with running_program("bench.limits.consume", *arguments) as consumer:
            began = time.perf_counter()
            await _publish(self._channel.default_exchange, QUEUE, bodies)
            await said_by(consumer)
            return self._count / (time.perf_counter() - began)

    async def _number(self, sql: str, *values: str) -> int:
        return int((await self._system.sql(sql, *values))[0][0])


async def _publish(exchange: AbstractExchange, key: str, bodies: Sequence[bytes]) -> None:
    """Publish, each with its confirm, so many under way at once."""
    waiting = iter(bodies)

    async def work() -> None:
        for body in waiting:
            await exchange.publish(
                aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT), routing_key=key
            )

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


@asynccontextmanager
async def completing(system: System, count: int) -> AsyncIterator[Measured]:
    """See `Ready`."""
    async with (
        system.running("consumer"),
        await aio_pika.connect(system.amqp_url) as connection,
        connection.channel() as channel,
    ):
        await channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
        yield Completing(system, count, channel)
