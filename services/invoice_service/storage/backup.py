"""The tables, copied out as one moment had them, and copied into an empty system, all or nothing."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from services.invoice_service.application.context import Context
from services.invoice_service.application.records import NumberSeries, SkippedInterval
from shared.contracts.values import DocumentRef
from shared.postgres.copying import CopiedTables, as_owner, count, one_moment
from shared.postgres.pool import to_json

# What a new system starts with: rows here alone do not make it a system in use.
_SEEDED = (
    "business_entities", "email_templates", "number_series", "payment_methods", "payment_terms", "settings",
    "tax_code_taxes", "tax_codes", "taxes", "translations",
)  # fmt: skip
_NAMED = """
    select key, sha256, size from invoice_documents
    union select key, sha256, size from attachments
    union select d ->> 'key', d ->> 'sha256', (d ->> 'size')::bigint from (
        select logo_document #> '{document}' as d from business_entities
        union select snapshot #> '{issuer,logo,document}' from invoices
        union select a -> 'document' from emails e, jsonb_array_elements(e.attachments) a) named
    where d ->> 'key' is not null
    order by key"""


class PostgresSnapshot(CopiedTables):
    """See the port `Snapshot`."""

    # Of the moment only: what is being done in bulk (a restored one would send it all again), who is logged in, what
    # pages are told.
    left_out = ("batch_invoices", "batches", "happenings", "sessions")

    async def documents(self) -> list[DocumentRef]:
        """See the port `Snapshot`."""
        return [
            DocumentRef(key=row["key"], sha256=row["sha256"], size=row["size"])
            for row in await self._connection.fetch(_NAMED)
        ]


class PostgresTarget(PostgresSnapshot):
    """See the port `Target`."""

    async def filled(self, seeded: Sequence[str] = _SEEDED) -> list[str]:
        """See the port."""
        filled = await super().filled(seeded)
        used = await self._connection.fetchval("select exists (select from number_series where used)")
        return [*filled, "number_series"] if used else filled

    async def empty(self) -> None:
        """See the port."""
        await self.lift_guards()
        for name, _ in reversed(await self.tables()):
            if name in _SEEDED:
                await self._connection.execute(f"delete from {name}")

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
        return count(ended)

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
        await self.count_on()
        await self._connection.execute(
            "insert into audit (at, actor, action, subject_kind, subject, changes, correlation_id)"
            " values ($1, $2, 'restored', 'settings', $3, '[]', $4)",
            context.now,
            to_json(context.actor.as_dict()),
            made_at,
            context.correlation_id,
        )
        await self.stand_guards()


@asynccontextmanager
async def reading_snapshot(dsn: str) -> AsyncIterator[PostgresSnapshot]:
    """One moment, for as long as the block lasts."""
    async with one_moment(dsn) as connection:
        yield PostgresSnapshot(connection)


@asynccontextmanager
async def restoring_target(admin_dsn: str, owner: str) -> AsyncIterator[PostgresTarget]:
    """One transaction as the owner of the tables: committed when the block ends well, else as if never begun."""
    async with as_owner(admin_dsn, owner) as connection:
        yield PostgresTarget(connection)
