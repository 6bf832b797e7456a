"""Driver alone: invoices with two lines, each one statement and one commit. `DSN COUNT CLIENTS`."""

import asyncio
import sys
import uuid
from datetime import date
from decimal import Decimal

import asyncpg

from bench.limits.content import ACTOR, CHANGES, EVENT, INVOICE
from bench.limits.racing import race

_CREATE = """
    with taken as (
        update counter set value = value + 1 where name = 'proforma'
        returning 'PF-' || lpad(value::text, 4, '0') as number
    ), kept as (
        insert into invoice (id, number, status, day, customer, content, subtotal, total)
        select $1, number, 'draft', $2, 'C-00002', $3, $4, $5 from taken
    ), lines as (
        insert into line (id, invoice, position, job, description, quantity, total)
        select i, $1, p, 'D-0001', 'Dépliants, 3 volets', 1, $4
        from unnest($6::uuid[]) with ordinality u (i, p)
    ), taxes as (
        insert into tax (invoice, code, base, amount) values ($1, 'TPS', $4, $4), ($1, 'TVQ', $4, $4)
    ), told as (
        insert into trail (actor, action, subject, changes) values ($7, 'created', $1::text, $8)
    )
    insert into outgoing (id, type, body) select $9, 'invoice.created', replace($10, '{number}', number) from taken
    returning body"""


async def _create(connection: asyncpg.Connection, _: int) -> None:
    await connection.fetchval(
        _CREATE,
        uuid.uuid4(),
        date(2025, 7, 18),
        INVOICE,
        Decimal("15852.65"),
        Decimal("18226.58"),
        [uuid.uuid4(), uuid.uuid4()],
        ACTOR,
        CHANGES,
        uuid.uuid4(),
        EVENT,
    )


async def main(dsn: str, count: int, clients: int) -> None:
    """Create so many."""
    connections = [await asyncpg.connect(dsn) for _ in range(clients)]
    await race(connections, range(count), _create)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
