"""Driver alone: a final number taken, and written wherever it stands, by one function. `DSN COUNT CLIENTS`."""

import asyncio
import sys
import uuid

import asyncpg

from bench.limits.content import ACTOR, CHANGES, COMMAND, EVENT, SNAPSHOT
from bench.limits.racing import race

_DRAFTS = """
    insert into invoice (id, number, status, day, customer, content, subtotal, total)
    select gen_random_uuid(), gen_random_uuid()::text, 'draft', current_date, 'C-00002', '{}', 1, 1
    from generate_series(1, $1::integer) returning id"""


async def main(dsn: str, count: int, clients: int) -> None:
    """Finalize so many, made beforehand."""
    connections = [await asyncpg.connect(dsn) for _ in range(clients)]
    drafts = [row["id"] for row in await connections[0].fetch(_DRAFTS, count)]

    async def finalize(connection: asyncpg.Connection, job: int) -> None:
        await connection.fetchval(
            "select finalize($1, $2, $3, $4, $5, $6)",
            drafts[job],
            ACTOR,
            CHANGES,
            SNAPSHOT,
            [EVENT, COMMAND, COMMAND],
            [uuid.uuid4() for _ in range(3)],
        )

    await race(connections, range(count), finalize)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
