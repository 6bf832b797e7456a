"""The chain of the audit trail.

Ids of the trail are not in the order of commits: a row may show up below others that are sealed. So a row is sealed by
its id, never by a cursor, and a scan begins behind `settled_id` of the last seal: an id below which, when that seal was
made, every row was visible. That is so of what an earlier seal saw once all transactions of its time have ended
(`pg_snapshot_xmin`) and some minutes have passed (an id is taken just before its transaction has a number).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.invoice_service.domain.audit_chain import Head, Link
from services.invoice_service.storage.unit_of_work import Transaction
from shared.postgres.pool import Connection, Pool

_LOCK = 7_403_118_202
# Named one by one: a column that comes later changes no hash.
_TEXT = """
    jsonb_build_object('id', a.id, 'at', a.at at time zone 'UTC', 'actor', a.actor, 'action', a.action,
                       'subject_kind', a.subject_kind, 'subject', a.subject, 'changes', a.changes,
                       'correlation_id', a.correlation_id)::text"""
_SETTLED = "coalesce((select settled_id from audit_seals order by number desc limit 1), 0)"
_UNSEALED = "not exists (select from audit_chain c where c.audit_id = a.id)"
# All of one moment, before the scan: what was visible then, the scan sees.
_MOMENT = """
    select coalesce(max(s.number), 0) + 1 as number, coalesce((select max(id) from audit), 0) as last_id,
           pg_snapshot_xmax(pg_current_snapshot())::text as xmax, coalesce(max(s.settled_id), 0) as settled,
           coalesce(max(s.last_id) filter (
               where s.sealed_at < clock_timestamp() - interval '10 minutes'
                 -- All that was under way then has ended; a number from the future is of before a restore.
                 and (s.snapshot_xmax <= pg_snapshot_xmin(pg_current_snapshot())
                      or s.snapshot_xmax > pg_snapshot_xmax(pg_current_snapshot()))), 0) as settles
    from audit_seals s"""


class Seals:
    """`SealRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._moment: Mapping[str, Any] = {}

    async def begin(self) -> bool:
        """See `SealRepository.begin`."""
        return bool(await self._connection.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK))

    async def head(self) -> Head:
        """See `SealRepository.head`."""
        row = await self._connection.fetchrow(
            "select position, chain_sha256 from audit_chain order by position desc limit 1"
        )
        return Head(row["position"], row["chain_sha256"]) if row else Head()

    async def unsealed(self, *, most: int) -> list[tuple[int, str]]:
        """See `SealRepository.unsealed`."""
        row = await self._connection.fetchrow(_MOMENT)
        self._moment = dict(row) if row else {}
        rows = await self._connection.fetch(
            f"select a.id, {_TEXT} as text from audit a where a.id > {_SETTLED} and {_UNSEALED}"
            " order by a.id limit $1",
            most,
        )
        return [(row["id"], row["text"]) for row in rows]

    async def keep(self, links: Sequence[Link], *, whole: bool) -> None:
        """See `SealRepository.keep`."""
        moment = self._moment
        # What this seal did not reach is not settled, however old it is.
        settled = moment["settles"] if whole else min(moment["settles"], links[-1].audit_id)
        await self._connection.execute(
            """insert into audit_seals (number, rows, last_id, snapshot_xmax, settled_id)
               values ($1, $2, $3, $4::text::xid8, $5)""",
            moment["number"],
            len(links),
            moment["last_id"],
            moment["xmax"],
            max(moment["settled"], settled),
        )
        await self._connection.execute(
            """insert into audit_chain (position, audit_id, seal, content_sha256, chain_sha256)
               select l.position, l.audit_id, $1, l.content, l.chain
               from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[])
                    as l(position, audit_id, content, chain)""",
            moment["number"],
            [link.position for link in links],
            [link.audit_id for link in links],
            [link.content for link in links],
            [link.chain for link in links],
        )


class PostgresChain:
    """See the port `Chain` of `verify`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def links(self) -> AsyncIterator[tuple[Link, str | None]]:
        """See the port."""
        async with self._reading() as connection:
            cursor = connection.cursor(
                f"select c.position, c.audit_id, c.content_sha256, c.chain_sha256,"
                f" case when a.id is not null then {_TEXT} end as text"
                " from audit_chain c left join audit a on a.id = c.audit_id order by c.position",
                prefetch=1000,
            )
            async for row in cursor:
                yield (
                    Link(row["position"], row["audit_id"], row["content_sha256"], row["chain_sha256"]),
                    row["text"],
                )

    async def outside(self) -> list[int]:
        """See the port."""
        async with self._reading() as connection:
            rows = await connection.fetch(
                f"select a.id from audit a where a.id <= {_SETTLED} and {_UNSEALED} order by a.id"
            )
        return [row["id"] for row in rows]

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Connection]:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection
