"""Fill an empty, migrated database of the invoice service with years of an invented shop: `fill(admin_dsn, 100_000)`.

What is measured on it: lists, pages, a single read. A million invoices take minutes, most of them for the indexes.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

_SQL = Path(__file__).with_name("filling.sql")
_LARGE = (
    "jobs",
    "invoices",
    "invoice_lines",
    "invoice_taxes",
    "invoice_axes",
    "invoice_documents",
    "emails",
    "email_recipients",
    "notifications",
    "audit",
)


async def fill(admin_dsn: str, invoices: int) -> None:
    """Fill it. Only an administrator of the server can: past triggers, foreign keys and the rows' own order.

    Raises:
        asyncpg.UniqueViolationError: it was filled before; nothing has changed.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        async with connection.transaction():
            await connection.execute("select set_config('bench.invoices', $1, true)", str(invoices))
            await connection.execute("set local session_replication_role = replica")
            await connection.execute("set local maintenance_work_mem = '512MB'")
            async with _without_triggers(connection), _indexed_afterwards(connection):
                await connection.execute(_SQL.read_text())
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


@asynccontextmanager
async def _without_triggers(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Without the guards, which fire for everybody and for each row; each is as it was in the end."""
    guards = await connection.fetch(
        "select tgrelid::regclass::text as of, tgname as name from pg_trigger"
        " where not tgisinternal and tgenabled = 'A' and tgrelid = any($1::regclass[])",
        list(_LARGE),
    )
    for guard in guards:
        await connection.execute(f"alter table {guard['of']} disable trigger {guard['name']}")
    yield
    for guard in guards:
        await connection.execute(f"alter table {guard['of']} enable always trigger {guard['name']}")


@asynccontextmanager
async def _indexed_afterwards(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Without the indexes that hold no constraint; they are built from what is there, which is much faster."""
    indexes = await connection.fetch(
        "select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i"
        " where i.indrelid = any($1::regclass[]) and not i.indisunique",
        list(_LARGE),
    )
    owner = await connection.fetchval(
        "select relowner::regrole::text from pg_class where oid = 'invoices'::regclass"
    )
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    yield
    await connection.execute(f"set local role {owner}")
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("reset role")
