"""What happened lately, read by transaction: what commits late is not lost, and nothing is told twice.

A position is a moment and PostgreSQL's snapshot of it ("1753000000.742:745:743"): which transactions were done. What
happened after it is what those did that a later snapshot holds and this one does not.
"""

import asyncpg

from services.invoice_service.application.ports.live import KEPT, Happening, Passage
from services.invoice_service.storage.translation import translated
from shared.postgres.pool import Pool

MOST = 1000
"""So much is told one by one; beyond, reading everything again costs less."""

_NOW = "extract(epoch from clock_timestamp())::bigint || '.' || pg_current_snapshot()::text"
# One statement, so one snapshot: what it tells and the position that it gives belong together.
_SINCE = f"""
    with bounds as (
        select split_part($1, '.', 2)::pg_snapshot as seen,
               to_timestamp(split_part($1, '.', 1)::bigint) as seen_at,
               coalesce(split_part($2, '.', 2)::pg_snapshot, pg_current_snapshot()) as until),
    happened as (
        select h.* from bounds b, happenings h
        where h.xact >= pg_snapshot_xmin(b.seen) and h.xact < pg_snapshot_xmax(b.until)
          and not pg_visible_in_snapshot(h.xact, b.seen) and pg_visible_in_snapshot(h.xact, b.until)
        order by h.xact, h.id limit {MOST + 1}),
    invoices_changed as (
        select h.subject, min(h.id) as first, max(h.number) as number,
               array_agg(distinct what) as changed
        from happened h, unnest(h.changed) what where h.topic = 'invoice' group by h.subject),
    told as (
        select c.first, 'invoice' as topic, jsonb_build_object(
            'id', c.subject, 'number', coalesce(i.number, c.number), 'version', i.version, 'status', i.status,
            'changed', to_jsonb(c.changed),
            'rendering', case when a.rendering_version = i.version then a.rendering_state
                              when a.invoice_id is not null then 'none' end,
            'delivery', a.delivery_state, 'transfer', a.transfer_state) as told
        from invoices_changed c
        left join invoices i on i.id = c.subject left join invoice_axes a on a.invoice_id = c.subject
        union all
        (select distinct on (h.subject) h.id, 'batch', h.body || jsonb_build_object('id', h.subject)
         from happened h where h.topic = 'batch' order by h.subject, h.id desc))
    select coalesce($2, {_NOW}) as position,
           (select count(*) from happened) as happened,
           (select b.seen_at > clock_timestamp() - $3::interval
                   and pg_snapshot_xmax(b.seen) <= pg_snapshot_xmax(pg_current_snapshot()) from bounds b) as known,
           coalesce((select jsonb_agg(jsonb_build_object('topic', t.topic, 'told', t.told) order by t.first)
                     from told t), '[]') as told"""


class RecentHappenings:
    """`Happenings` in PostgreSQL."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def since(self, position: str | None, *, until: str | None = None) -> Passage:
        """See `Happenings.since`."""
        with translated():
            async with self._pool.acquire() as connection:
                if position is None:
                    return Passage((), await connection.fetchval(f"select {_NOW}"))
                try:
                    row = await connection.fetchrow(_SINCE, position, until, KEPT)
                except asyncpg.DataError:
                    row = None
                if row is None:
                    return Passage((), until or await connection.fetchval(f"select {_NOW}"), whole=False)
        if not row["known"] or row["happened"] > MOST:
            return Passage((), row["position"], whole=False)
        happenings = tuple(Happening(one["topic"], one["told"]) for one in row["told"])
        return Passage(happenings, row["position"])

    async def forget(self) -> None:
        """See `Happenings.forget`. Another process may do it at the same time."""
        with translated():
            async with self._pool.acquire() as connection:
                await connection.execute(
                    """delete from happenings where (xact, id) in (
                           select h.xact, h.id from happenings h where h.at < clock_timestamp() - $1::interval
                           order by h.at limit 10000)""",
                    KEPT * 2,
                )
