"""The tables, copied out as one moment had them, and copied into an empty system, all or nothing.

COPY in its text form, by column names: what one version of PostgreSQL writes, each later one reads.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from services.invoice_service.application.context import Context
from services.invoice_service.application.records import NumberSeries, SkippedInterval
from shared.contracts.values import DocumentRef
from shared.postgres.pool import to_json

# Of the moment only: what is being done in bulk (a restored one would send it all again), who is logged in, what pages
# are told. And what `migrate` makes.
_LEFT_OUT = ("batch_invoices", "batches", "happenings", "schema_migrations", "sessions")
# What a new system starts with: rows here alone do not make it a system in use.
_SEEDED = (
    "business_entities", "email_templates", "number_series", "payment_methods", "payment_terms", "settings",
    "tax_code_taxes", "tax_codes", "taxes", "translations",
)  # fmt: skip
_COLUMNS = """
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    group by c.relname order by c.relname"""
_REFERENCES = """
    select conrelid::regclass::text as name, confrelid::regclass::text as other
    from pg_constraint where contype = 'f' and conrelid <> confrelid"""
_NAMED = """
    select key, sha256, size from invoice_documents
    union select key, sha256, size from attachments
    union select d ->> 'key', d ->> 'sha256', (d ->> 'size')::bigint from (
        select logo_document #> '{document}' as d from business_entities
        union select snapshot #> '{issuer,logo,document}' from invoices
        union select a -> 'document' from emails e, jsonb_array_elements(e.attachments) a) named
    where d ->> 'key' is not null
    order by key"""


class Copied:
    """What reading and restoring have in common."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def migrations(self) -> dict[str, str]:
        """See the ports `Snapshot` and `Target`."""
        rows = await self._connection.fetch("select name, sha256 from schema_migrations")
        return {row["name"]: row["sha256"] for row in rows}

    async def tables(self) -> list[tuple[str, tuple[str, ...]]]:
        """See the port `Snapshot`."""
        columns = {row["name"]: tuple(row["columns"]) for row in await self._connection.fetch(_COLUMNS)}
        waiting = {name for name in columns if name not in _LEFT_OUT}
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

    async def documents(self) -> list[DocumentRef]:
        """See the port `Snapshot`."""
        return [
            DocumentRef(key=row["key"], sha256=row["sha256"], size=row["size"])
            for row in await self._connection.fetch(_NAMED)
        ]


class PostgresSnapshot(Copied):
    """See the port `Snapshot`."""

    async def copy_out(self, table: str, columns: tuple[str, ...], file: Path) -> int:
        """See the port."""
        return _count(await self._connection.copy_from_table(table, columns=columns, output=file))


class PostgresTarget(Copied):
    """See the port `Target`."""

    _guards: Sequence[tuple[str, str, str]] = ()

    async def filled(self) -> list[str]:
        """See the port."""
        names = [name for name, _ in await self.tables()]
        await self._connection.execute(f"lock table {', '.join(names)} in access exclusive mode")
        filled = [
            name
            for name in names
            if name not in _SEEDED and await self._connection.fetchval(f"select exists (select from {name})")
        ]
        used = await self._connection.fetchval("select exists (select from number_series where used)")
        return [*filled, "number_series"] if used else filled

    async def empty(self) -> None:
        """See the port."""
        # They refuse what is final, also when it comes back; their owner alone may lift them.
        guards = await self._connection.fetch(
            "select tgrelid::regclass::text as name, tgname, tgenabled::text as enabled from pg_trigger"
            " where not tgisinternal and tgenabled <> 'D'"
        )
        self._guards = [(row["name"], row["tgname"], row["enabled"]) for row in guards]
        for name in sorted({name for name, _, _ in self._guards}):
            await self._connection.execute(f"alter table {name} disable trigger user")
        for name, _ in reversed(await self.tables()):
            if name in _SEEDED:
                await self._connection.execute(f"delete from {name}")

    async def copy_in(self, table: str, columns: tuple[str, ...], file: Path) -> int:
        """See the port."""
        return _count(await self._connection.copy_to_table(table, columns=columns, source=file))

    async def hold_back(self, reason: Mapping[str, str]) -> int:
        """See the port."""
        run, told = self._connection.execute, to_json(reason)
        await run("""update settings set body = body || '{"outbound": "off", "connector_paused": true}'""")
        await run("delete from outbox where lane in ('email', 'trial')")
        await run("update outbox set lease_token = null, leased_until = null where lease_token is not null")
        # They were told by mail already, for all we know.
        await run("update notifications set mail_wanted = false where mail_wanted and mailed_at is null")
        await run(
            "update email_recipients set state = 'uncertain' where state in ('prepared', 'sending')"
            " and email_id in (select id from emails where state in ('prepared', 'sending'))"
        )
        await run(
            "update invoice_axes set delivery_state = 'uncertain', delivery_reason = $1"
            " where delivery_state = 'pending'",
            told,
        )
        ended = await run(
            "update emails set state = 'uncertain', requested = true, reason = $1"
            " where state in ('prepared', 'sending')",
            told,
        )
        return _count(ended)

    async def series(self) -> list[NumberSeries]:
        """See the port."""
        rows = await self._connection.fetch(
            "select business_entity, kind, prefix, padding, next_value, used from number_series"
            " order by business_entity, kind"
        )
        return [NumberSeries(**dict(row)) for row in rows]

    async def named(self) -> set[str]:
        """See the port."""
        return {document.key for document in await self.documents()}

    async def skip(self, skipped: SkippedInterval, context: Context) -> None:
        """See the port."""
        at = (skipped.business_entity, skipped.kind)
        await self._connection.execute(
            "update number_series set next_value = $3, used = true where business_entity = $1 and kind = $2",
            *at,
            skipped.last_value + 1,
        )
        await self._connection.execute(
            "insert into number_series_intervals"
            " (business_entity, kind, first_value, last_value, reason, actor, at)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            *at,
            skipped.first_value,
            skipped.last_value,
            skipped.reason,
            to_json(context.actor.as_dict()),
            context.now,
        )

    async def close(self, context: Context, made_at: str) -> None:
        """See the port."""
        identities = await self._connection.fetch(
            "select attrelid::regclass::text as name, attname from pg_attribute where attidentity <> ''"
        )
        for row in identities:
            await self._connection.execute(
                f"select setval(pg_get_serial_sequence('{row['name']}', '{row['attname']}'),"
                f" coalesce((select max({row['attname']}) from {row['name']}), 0) + 1, false)"
            )
        await self._connection.execute(
            "insert into audit (at, actor, action, subject_kind, subject, changes, correlation_id)"
            " values ($1, $2, 'restored', 'settings', $3, '[]', $4)",
            context.now,
            to_json(context.actor.as_dict()),
            made_at,
            context.correlation_id,
        )
        # What is checked at the end of the transaction is checked now: no trigger is altered while it waits.
        await self._connection.execute("set constraints all immediate")
        for name, guard, enabled in self._guards:
            always = {"A": "always ", "R": "replica "}.get(enabled, "")
            await self._connection.execute(f"alter table {name} enable {always}trigger {guard}")


def _count(tag: str) -> int:
    """How many rows a command tag tells of: COPY 7, UPDATE 7."""
    return int(tag.rsplit(" ", 1)[-1])


@asynccontextmanager
async def reading_snapshot(dsn: str) -> AsyncIterator[PostgresSnapshot]:
    """One moment, for as long as the block lasts: no time limit of a request stands in its way."""
    connection = await asyncpg.connect(dsn, server_settings=_SESSION)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield PostgresSnapshot(connection)
    finally:
        await connection.close()


@asynccontextmanager
async def restoring_target(admin_dsn: str, owner: str) -> AsyncIterator[PostgresTarget]:
    """One transaction as the owner of the tables: committed when the block ends well, else as if never begun."""
    connection = await asyncpg.connect(admin_dsn, server_settings=_SESSION)
    try:
        async with connection.transaction():
            await connection.execute(f'set local role "{owner}"')
            # Whoever still works on it: say so rather than wait for long.
            await connection.execute("set local lock_timeout = '10s'")
            yield PostgresTarget(connection)
    finally:
        await connection.close()


_SESSION = {"application_name": "invoice-backup", "timezone": "UTC", "statement_timeout": "0"}
