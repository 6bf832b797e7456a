"""Tables, copied out as one moment had them, and copied into an empty database of the same migrations.

COPY in its text form, by column names: what one version of PostgreSQL writes, each later one reads.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

# What `migrate` makes.
_NEVER = ("schema_migrations",)
_COLUMNS = """
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    group by c.relname order by c.relname"""
_REFERENCES = """
    select conrelid::regclass::text as name, confrelid::regclass::text as other
    from pg_constraint where contype = 'f' and conrelid <> confrelid"""


class CopiedTables:
    """The tables of a database, on one connection. `left_out`: those that are of the moment only."""

    left_out: Sequence[str] = ()
    _guards: Sequence[tuple[str, str, str]] = ()

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def migrations(self) -> dict[str, str]:
        """Name and SHA-256 of each that was applied."""
        rows = await self._connection.fetch("select name, sha256 from schema_migrations")
        return {row["name"]: row["sha256"] for row in rows}

    async def tables(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each with its columns; a table stands behind those that it refers to."""
        columns = {row["name"]: tuple(row["columns"]) for row in await self._connection.fetch(_COLUMNS)}
        waiting = {name for name in columns if name not in (*_NEVER, *self.left_out)}
        needs: dict[str, set[str]] = {}
        for row in await self._connection.fetch(_REFERENCES):
            needs.setdefault(row["name"], set()).add(row["other"])
        ordered: list[str] = []
        while waiting:
            free = sorted(name for name in waiting if not needs.get(name, set()) & waiting)
            if not free:
                raise ValueError(f"tables that refer to each other: {sorted(waiting)}")
            ordered += free
            waiting -= set(free)
        return [(name, columns[name]) for name in ordered]

    async def copy_out(self, table: str, columns: tuple[str, ...], file: Path) -> int:
        """Write the rows of a table to a file; how many."""
        return count(await self._connection.copy_from_table(table, columns=columns, output=file))

    async def copy_in(self, table: str, columns: tuple[str, ...], file: Path) -> int:
        """Load the rows of a table; how many."""
        return count(await self._connection.copy_to_table(table, columns=columns, source=file))

    async def lock(self) -> list[str]:
        """Keep everybody else away from the tables, until the transaction ends. Their names."""
        names = [name for name, _ in await self.tables()]
        await self._connection.execute(f"lock table {', '.join(names)} in access exclusive mode")
        return names

    async def filled(self, seeded: Sequence[str] = ()) -> list[str]:
        """The locked tables that hold anything, but for those that are filled when they are made."""
        return [
            name
            for name in await self.lock()
            if name not in seeded and await self._connection.fetchrow(f"table {name} limit 1") is not None
        ]

    async def lift_guards(self) -> None:
        """Let everything be written, until `stand_guards`."""
        # They refuse what is final, also when it comes back; their owner alone may lift them.
        guards = await self._connection.fetch(
            "select tgrelid::regclass::text as name, tgname, tgenabled::text as enabled from pg_trigger"
            " where not tgisinternal and tgenabled <> 'D'"
        )
        self._guards = [(row["name"], row["tgname"], row["enabled"]) for row in guards]
        for name in sorted({name for name, _, _ in self._guards}):
            await self._connection.execute(f"alter table {name} disable trigger user")

    async def count_on(self) -> None:
        """Let what numbers rows go on behind those that are there."""
        identities = await self._connection.fetch(
            "select attrelid::regclass::text as name, attname from pg_attribute where attidentity <> ''"
        )
        for row in identities:
            table, column = row["name"], row["attname"]
            highest = f"select max({column}) from {table}"  # noqa: S608 - names that the catalogue told
            next_value = (await self._connection.fetchval(highest) or 0) + 1
            await self._connection.execute(
                "select setval(pg_get_serial_sequence($1, $2), $3, false)", table, column, next_value
            )

    async def stand_guards(self) -> None:
        """Put each guard back as it was."""
        # What is checked at the end of the transaction is checked now: no trigger is altered while it waits.
        await self._connection.execute("set constraints all immediate")
        for name, guard, enabled in self._guards:
            always = {"A": "always ", "R": "replica "}.get(enabled, "")
            await self._connection.execute(f"alter table {name} enable {always}trigger {guard}")


def count(tag: str) -> int:
    """How many rows a command tag tells of: COPY 7, UPDATE 7."""
    return int(tag.rsplit(" ", 1)[-1])


@asynccontextmanager
async def one_moment(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection that sees one moment, for as long as the block lasts: longer than any request may take."""
    connection = await asyncpg.connect(dsn, server_settings=_SESSION)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def as_owner(admin_dsn: str, owner: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """One transaction as the owner of the tables: committed when the block ends well, else as if never begun."""
    connection = await asyncpg.connect(admin_dsn, server_settings=_SESSION)
    try:
        async with connection.transaction():
            await connection.execute(f'set local role "{owner}"')
            # Whoever still works on it: say so rather than wait for long.
            await connection.execute("set local lock_timeout = '10s'")
            yield connection
    finally:
        await connection.close()


_SESSION = {"application_name": "factures-backup", "timezone": "UTC", "statement_timeout": "0"}
