"""Batches in PostgreSQL. Whose turn it is, is a row that is locked and skipped by others: a crash frees it.

Who has such a row may lock its invoice, never the other way round, and `tell` locks batches alone: no ring.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.ports.batches import (
    Batch,
    BatchInvoice,
    BatchItem,
    ListedBatch,
    NewBatch,
    Wanted,
)
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.axes import Document
from services.invoice_service.domain.batch import BatchReason, Became
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

_FIND = """
    select w.ref, i.id, i.number from unnest($1::text[], $2::uuid[]) w(ref, id)
    join lateral (select id, number from invoices i
                  where i.id = w.id or i.proforma_number = w.ref or i.final_number = w.ref limit 1) i on true"""
_KEEP = """
    with kept as (
        insert into batches (id, action, actor, correlation_id, traceparent, total, created_at)
        values ($1, $2, $3, $4, $5, cardinality($7::uuid[]), $6) returning id, action, total, created_at),
    invoices as (
        insert into batch_invoices (batch_id, position, invoice_id, ref, number, at)
        select k.id, w.position - 1, w.id, w.ref, w.number, k.created_at
        from kept k, unnest($7::uuid[], $8::text[], $9::text[]) with ordinality w(id, ref, number, position))
    insert into happenings (topic, subject, body)
    select 'batch', id, jsonb_build_object('action', action, 'done', 0, 'total', total) from kept"""
_ITEM = """
    select t.batch_id, t.position, t.invoice_id, t.ref, t.email_id, t.version, t.attempts,
           b.action, b.actor, b.correlation_id, b.traceparent
    from batch_invoices t join batches b on b.id = t.batch_id"""
_TAKE = f"""
    {_ITEM} where t.state = 'waiting' and t.available_at <= clock_timestamp()
    order by t.position, t.batch_id limit 1 for update of t skip locked"""
# An e-mail has ended (or is gone); a document is not being made any more, or of a version that is not the current one.
_ANSWERED = f"""
    {_ITEM} where t.state = 'begun' and case when t.email_id is not null
        then not exists (select from emails e where e.id = t.email_id and e.state in ('prepared', 'sending'))
        else not exists (select from invoices i join invoice_axes a on a.invoice_id = i.id
                         where i.id = t.invoice_id and i.version = t.version
                           and a.rendering_version = t.version and a.rendering_state = 'pending') end
    order by t.at limit 1 for update of t skip locked"""
# A final of a batch counts until its document is made, though its outcome is known.
_AT_WORK = """
    select (select count(*) from batch_invoices where state = 'begun' and at > $1)
         + (select count(*) from batch_invoices t join invoice_axes a on a.invoice_id = t.invoice_id
            where t.state = 'succeeded' and t.at > $1 and a.rendering_state = 'pending')"""
_BECAME = """
    update batch_invoices set state = $3, reason = $4, at = $5, email_id = coalesce($6, email_id),
        version = coalesce($7, version), document = coalesce($8, document)
    where batch_id = $1 and position = $2"""
_TELL = """
    with moved as (
        update batches b set done = c.done, ended_at = case when c.done = b.total then $1::timestamptz end
        from (select batch_id, count(*) filter (where state not in ('waiting', 'begun')) as done
              from batch_invoices where batch_id = any($2) group by batch_id) c
        where b.id = c.batch_id and b.done <> c.done
        returning b.id, b.action, b.done, b.total),
    told as (
        insert into happenings (topic, subject, body)
        select 'batch', id, jsonb_build_object('action', action, 'done', done, 'total', total) from moved)
    select count(*) from moved"""

LISTING = Listing(
    columns="""b.*, (select coalesce(jsonb_object_agg(state, number), '{}') from (
        select state, count(*) as number from batch_invoices
        where batch_id = b.id and state not in ('waiting', 'begun') group by state) outcomes) as outcomes""",
    source="batches b",
    key=Expression("b.id", "uuid"),
    sorts={"created_at": Expression("b.created_at", "timestamptz")},
    default_sort=(SortKey("created_at", descending=True),),
    conditions={"action": "b.action = any({}::text[])"},
    flags={"ended": "(b.ended_at is not null)"},
)


class Batches:
    """`BatchRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def find(self, refs: Sequence[str]) -> Mapping[str, Wanted]:
        """See `BatchRepository.find`."""
        asked = list(dict.fromkeys(refs))
        rows = await self._connection.fetch(_FIND, asked, [_as_uuid(ref) for ref in asked])
        return {row["ref"]: Wanted(row["ref"], _plain_uuid(row["id"]), row["number"]) for row in rows}

    async def create(self, batch: NewBatch) -> None:
        """See `BatchRepository.create`."""
        await self._connection.execute(
            _KEEP,
            batch.id,
            batch.action,
            {**batch.actor.as_dict(), "role": batch.actor.role.value},
            batch.correlation_id,
            batch.traceparent,
            batch.created_at,
            [one.invoice_id for one in batch.invoices],
            [one.ref for one in batch.invoices],
            [one.number for one in batch.invoices],
        )

    async def get(self, batch_id: uuid.UUID) -> Batch:
        """See `BatchRepository.get`."""
        batch = await self._connection.fetchrow("select * from batches where id = $1", batch_id)
        if batch is None:
            raise NotFound("batch", str(batch_id))
        rows = await self._connection.fetch(
            """select t.*, coalesce(i.number, t.number) as number_now
               from batch_invoices t left join invoices i on i.id = t.invoice_id
               where t.batch_id = $1 order by t.position""",
            batch_id,
        )
        return Batch(
            id=batch_id,
            action=batch["action"],
            actor=_actor(batch["actor"]),
            created_at=batch["created_at"],
            ended_at=batch["ended_at"],
            invoices=tuple(_invoice(row) for row in rows),
        )

    async def page(self, query: ListQuery) -> Page[ListedBatch]:
        """See `BatchRepository.page`."""
        return await fetch_page(self._connection, LISTING, query, _listed)

    async def open(self) -> bool:
        """See `BatchRepository.open`."""
        return bool(
            await self._connection.fetchval("select exists (select from batches where ended_at is null)")
        )

    async def take(self) -> BatchItem | None:
        """See `BatchRepository.take`."""
        row = await self._connection.fetchrow(_TAKE)
        return _item(row) if row is not None else None

    async def answered(self) -> BatchItem | None:
        """See `BatchRepository.answered`."""
        row = await self._connection.fetchrow(_ANSWERED)
        return _item(row) if row is not None else None

    async def at_work(self, since: dt.datetime) -> int:
        """See `BatchRepository.at_work`."""
        return int(await self._connection.fetchval(_AT_WORK, since))

    async def became(self, item: BatchItem, became: Became, at: dt.datetime) -> None:
        """See `BatchRepository.became`."""
        await self._connection.execute(
            _BECAME,
            item.batch_id,
            item.position,
            became.state,
            asdict(became.reason) if became.reason else None,
            at,
            became.email_id,
            became.version,
            asdict(became.document) if became.document else None,
        )

    async def put_off(self, item: BatchItem, *, by: dt.timedelta) -> None:
        """See `BatchRepository.put_off`."""
        await self._connection.execute(
            """update batch_invoices set attempts = attempts + 1, available_at = clock_timestamp() + $3
               where batch_id = $1 and position = $2 and state = 'waiting'""",
            item.batch_id,
            item.position,
            by,
        )

    async def tell(self, at: dt.datetime) -> int:
        """See `BatchRepository.tell`.

        Counted once the batches are locked, in a statement that sees what was committed before: of two who tell at
        once, the second one tells the higher count.
        """
        rows = await self._connection.fetch(
            "select id from batches where ended_at is null order by id for update"
        )
        if not rows:
            return 0
        return int(await self._connection.fetchval(_TELL, at, [row["id"] for row in rows]))

    async def waiting(self) -> int:
        """See `BatchRepository.waiting`."""
        return int(
            await self._connection.fetchval("select count(*) from batch_invoices where state = 'waiting'")
        )

    async def forget(self, before: dt.datetime) -> int:
        """See `BatchRepository.forget`."""
        rows = await self._connection.fetch("delete from batches where created_at < $1 returning id", before)
        return len(rows)


def _item(row: asyncpg.Record) -> BatchItem:
    return BatchItem(
        batch_id=_plain_uuid(row["batch_id"]),
        position=row["position"],
        invoice_id=_plain_uuid(row["invoice_id"]),
        ref=row["ref"],
        action=row["action"],
        actor=_actor(row["actor"]),
        correlation_id=row["correlation_id"],
        traceparent=row["traceparent"],
        email_id=_plain_uuid(row["email_id"]) if row["email_id"] is not None else None,
        version=row["version"],
        attempts=row["attempts"],
    )


def _listed(row: asyncpg.Record) -> ListedBatch:
    return ListedBatch(
        id=_plain_uuid(row["id"]),
        action=row["action"],
        actor=_actor(row["actor"]),
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        total=row["total"],
        outcomes=row["outcomes"],
    )


def _actor(kept: Mapping[str, str]) -> Actor:
    return Actor(kept["kind"], kept["id"], kept["name"], Role(kept["role"]))


def _invoice(row: asyncpg.Record) -> BatchInvoice:
    return BatchInvoice(
        invoice_id=_plain_uuid(row["invoice_id"]),
        ref=row["ref"],
        number=row["number_now"],
        state=row["state"],
        reason=BatchReason.of(row["reason"]) if row["reason"] is not None else None,
        document=Document(**row["document"]) if row["document"] is not None else None,
    )


def _as_uuid(ref: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(ref)
    except ValueError:
        return None


def _plain_uuid(value: uuid.UUID) -> uuid.UUID:
    return uuid.UUID(int=value.int)
