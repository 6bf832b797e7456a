"""Client library alone: so many messages of a quorum queue, each inserted, committed, acknowledged. `AMQP DSN COUNT`.

It says `ready` when it consumes, then, once all are acknowledged, how long that took since then.
"""

import asyncio
import json
import sys
import time
from typing import Any

import aio_pika
import asyncpg

QUEUE = "bare"
ARGUMENTS: dict[str, Any] = {"x-queue-type": "quorum"}
_AT_ONCE = 16


async def main(amqp: str, dsn: str, count: int) -> None:
    """Consume so many."""
    pool = await asyncpg.create_pool(dsn, min_size=_AT_ONCE, max_size=_AT_ONCE)
    connection = await aio_pika.connect(amqp)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=_AT_ONCE)
    queue = await channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
    taken, done = 0, asyncio.Event()

    async def take(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        nonlocal taken
        envelope = json.loads(message.body)
        async with pool.acquire() as one:
            await one.execute(
                "insert into received (source, id, body) values ($1, $2, $3)",
                envelope["source"],
                envelope["id"],
                message.body.decode(),
            )
        await message.ack()
        taken += 1
        if taken == count:
            done.set()

    await queue.consume(take)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    began = time.perf_counter()
    await done.wait()
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - began}) + "\n")
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
