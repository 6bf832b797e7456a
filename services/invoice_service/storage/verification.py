"""What `verify` reads of the invoices."""

from typing import Any

from shared.postgres.pool import Pool

_FINALS = """
    select i.id, i.number, i.kind, i.subtotal, i.total, i.status, i.currency, i.snapshot_sha256,
           encode(sha256(convert_to(i.snapshot::text, 'UTF8')), 'hex') as sha256,
           i.snapshot ->> 'number' as printed_number, (i.snapshot ->> 'total')::numeric as printed_total,
           a.transfer_manual, a.transfer_state, a.transfer_connector,
           coalesce((select sum(l.total) from invoice_lines l where l.invoice_id = i.id), 0) as lines_total,
           coalesce((select jsonb_agg(jsonb_build_object('base', t.base, 'rate', t.rate, 'amount', t.amount))
                     from invoice_taxes t where t.invoice_id = i.id), '[]') as taxes,
           (select to_jsonb(d) from invoice_documents d where d.invoice_id = i.id and d.version = i.version)
               as document
    from invoices i join invoice_axes a on a.invoice_id = i.id
    where i.final_number is not null order by i.id"""

# Numbers of a final series, between its first and its next one, that are neither on an invoice nor in an
# interval skipped on purpose. By their keys: the padding, unlike the prefix, may have changed since.
_MISSING = """
    with series as (
        select s.*, (
            select min(substr(i.number_key, length(s.prefix) + 1)::bigint) from invoices i
            where i.final_number is not null and i.business_entity = s.business_entity
              and left(i.number_key, length(s.prefix)) = s.prefix
              and substr(i.number_key, length(s.prefix) + 1) ~ '^[0-9]{18}$') as first
        from number_series s where s.kind in ('final', 'credit_note') and s.used
    ), expected as (
        select s.business_entity, s.kind, n, s.prefix || lpad(n::text, 18, '0') as key,
               s.prefix || lpad(n::text, greatest(s.padding, length(n::text)), '0') as number
        from series s, generate_series(s.first, s.next_value - 1) n
    )
    select e.number, e.kind from expected e
    where not exists (select from invoices i where i.final_number is not null and i.number_key = e.key)
      and not exists (select from number_series_intervals v
                      where v.business_entity = e.business_entity and v.kind = e.kind
                        and e.n between v.first_value and v.last_value)
    order by e.business_entity, e.kind, e.n"""


class PostgresBooks:
    """See the port `Books`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def finals(self) -> list[dict[str, Any]]:
        """See the port."""
        async with self._pool.acquire() as connection:
            return [dict(row) for row in await connection.fetch(_FINALS)]

    async def proformas(self) -> int:
        """See the port."""
        async with self._pool.acquire() as connection:
            return int(await connection.fetchval("select count(*) from invoices where final_number is null"))

    async def missing_numbers(self) -> list[tuple[str, str]]:
        """See the port."""
        async with self._pool.acquire() as connection:
            return [(row["number"], row["kind"]) for row in await connection.fetch(_MISSING)]
