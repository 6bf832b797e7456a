"""Invoices in PostgreSQL: read whole as one JSON value, written whole by one function."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from services.invoice_service.application.listing import COUNT_LIMIT, ListQuery, Page
from services.invoice_service.application.ports.invoicing import Listed, Loaded, RemovedLine, Trail
from services.invoice_service.domain.axes import Document
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.invoice import Invoice, Status
from services.invoice_service.storage.invoice_reads import (
    CONTENT,
    LISTING,
    LOAD,
    LOAD_ONE,
    LOCK,
    REMOVED,
    SEEN,
    TRAIL,
)
from services.invoice_service.storage.invoice_rows import (
    document_from,
    invoice_from,
    invoice_row,
    line_from,
    line_row,
    listed_from,
    search_text,
    surroundings_from,
    tax_rows,
)
from services.invoice_service.storage.lists import count_each, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

_KEEP_REMOVED = """
    insert into removed_lines (id, invoice_id, line)
    select id, invoice_id, to_jsonb(l) from invoice_lines l where id = any($1)
    on conflict (id) do update set line = excluded.line"""


class Invoices:
    """`InvoiceRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    async def lock(self, ref: str) -> uuid.UUID:
        """See `InvoiceRepository.lock`."""
        found = await self._connection.fetch(LOCK, _as_uuid(ref), ref)
        if not found:
            raise NotFound("invoice", ref)
        return _plain_uuid(found[0][0])

    async def load(self, ref: str, actor: str) -> Loaded:
        """See `InvoiceRepository.load`."""
        read = await self._connection.fetchval(LOAD_ONE, _as_uuid(ref), actor, ref)
        if read is None:
            raise NotFound("invoice", ref)
        return _loaded(read)

    async def load_many(self, ids: Sequence[uuid.UUID], actor: str) -> list[Loaded]:
        """See `InvoiceRepository.load_many`."""
        rows = await self._connection.fetch(f"{LOAD} where i.id = any($1::uuid[])", list(ids), actor)
        by_id = {loaded.invoice.id: loaded for loaded in (_loaded(row[0]) for row in rows)}
        return [by_id[invoice_id] for invoice_id in ids if invoice_id in by_id]

    async def page(self, query: ListQuery, actor: str) -> Page[Loaded]:
        """See `InvoiceRepository.page`."""
        return await fetch_page(
            self._connection, LISTING, query, lambda row: _loaded(row["read"]), arguments=(actor,)
        )

    async def listed(self, query: ListQuery, actor: str) -> Page[Listed]:
        """See `InvoiceRepository.listed`."""
        return await fetch_page(self._connection, SEEN, query, listed_from, arguments=(actor,))

    async def counts(self, queries: Mapping[str, ListQuery], actor: str) -> Mapping[str, int]:
        """See `InvoiceRepository.counts`."""
        return await count_each(self._connection, LISTING, queries, (actor,))

    async def count(self) -> int:
        """See the port."""
        return int(
            await self._connection.fetchval(
                "select count(*) from (select from invoices limit $1) counted", COUNT_LIMIT + 1
            )
        )

    async def trail(self, invoice_id: uuid.UUID, query: ListQuery) -> Page[Mapping[str, Any]]:
        """See `InvoiceRepository.trail`."""
        return await fetch_page(self._connection, TRAIL, query, dict, arguments=(str(invoice_id),))

    async def credits_of(self, invoice_id: uuid.UUID) -> list[Invoice]:
        """See `InvoiceRepository.credits_of`."""
        rows = await self._connection.fetch(
            f"select jsonb_build_object({CONTENT}) from invoices i where i.credited_invoice = $1 order by i.id",
            invoice_id,
        )
        return [invoice_from(row[0]["invoice"], row[0]["lines"], row[0]["taxes"]) for row in rows]

    async def create(self, invoice: Invoice, token: str, trail: Trail) -> str:
        """See `InvoiceRepository.create`."""
        row = await self._connection.fetchrow(
            "select number, xact::text from create_invoice($1, $2, $3, $4, $5, $6)",
            token,
            invoice_row(invoice),
            [line_row(line, invoice.id, position) for position, line in enumerate(invoice.lines)],
            tax_rows(invoice),
            list(trail.audit),
            list(trail.messages),
        )
        if row is None:  # pragma: no cover - a function always answers one row
            raise NotFound("invoice", str(invoice.id))
        self._transaction.xact = row["xact"]
        return str(row["number"])

    async def update(self, before: Invoice, after: Invoice, trail: Trail) -> None:
        """See `InvoiceRepository.update`."""
        old = {line.id: (position, line) for position, line in enumerate(before.lines)}
        changed = [
            line_row(line, after.id, position)
            for position, line in enumerate(after.lines)
            if old.get(line.id) != (position, line)
        ]
        removed = [line_id for line_id in old if after.line(line_id) is None]
        if removed:
            await self._connection.execute(_KEEP_REMOVED, removed)
        taxes = tax_rows(after) if before.totals.taxes != after.totals.taxes else None
        self._transaction.xact = await self._connection.fetchval(
            "select update_invoice($1, $2, $3, $4, $5, $6)::text",
            invoice_row(after),
            changed,
            removed,
            taxes,
            list(trail.audit),
            list(trail.messages),
        )

    async def removed(self, line_id: uuid.UUID) -> RemovedLine | None:
        """See `InvoiceRepository.removed`."""
        row = await self._connection.fetchval(REMOVED, line_id)
        if row is None:
            return None
        return RemovedLine(uuid.UUID(row["invoice_id"]), row["position"], line_from(row))

    async def finalize(
        self,
        invoice: Invoice,
        token: str,
        snapshot: Mapping[str, Any],
        trail: Trail,
        *,
        series: str,
        transfer: Mapping[str, Any],
    ) -> str:
        """See `InvoiceRepository.finalize`."""
        final = {
            "version": invoice.version,
            "date": invoice.date,
            "due_date": invoice.due_date,
            "subtotal": invoice.totals.subtotal,
            "total": invoice.totals.total,
            "snapshot": snapshot,
            "search": search_text(dataclasses.replace(invoice, final_number=token)),
            "at": invoice.finalized_at,
            **transfer,
        }
        row = await self._connection.fetchrow(
            "select number, xact::text from finalize_invoice($1, $2, $3, $4, $5, $6, $7)",
            invoice.id,
            invoice.business_entity,
            series,
            token,
            final,
            list(trail.audit),
            list(trail.messages),
        )
        if row is None:  # pragma: no cover - a function always answers one row
            raise NotFound("invoice", str(invoice.id))
        self._transaction.xact = row["xact"]
        return str(row["number"])

    async def move(
        self,
        invoice_id: uuid.UUID,
        status: Status,
        axes: Mapping[str, Any],
        trail: Trail,
        *,
        document: Mapping[str, Any] | None = None,
    ) -> None:
        """See `InvoiceRepository.move`."""
        self._transaction.xact = await self._connection.fetchval(
            "select move_invoice($1, $2, $3, $4, $5, $6)::text",
            invoice_id,
            status.value,
            dict(axes),
            dict(document) if document is not None else None,
            list(trail.audit),
            list(trail.messages),
        )

    async def withdraw_transfer(self, invoice_id: uuid.UUID) -> None:
        """See `InvoiceRepository.withdraw_transfer`. What a relay has leased may be published already."""
        await self._connection.execute(
            "delete from outbox where invoice_id = $1 and lane = 'transfer' and lease_token is null",
            invoice_id,
        )

    async def delete(self, invoice_id: uuid.UUID, trail: Trail) -> None:
        """See `InvoiceRepository.delete`."""
        await self._connection.execute(
            """with declined as (update jobs set auto_draft_declined = true where auto_draft_invoice = $1),
                    discarded as (
                        insert into discarded_documents (key, emailed, rendered_at)
                        select d.key, bool_or(e.id is not null), max(d.rendered_at)
                        from invoice_documents d join invoices i on i.id = d.invoice_id
                        left join emails e on e.invoice_id = d.invoice_id and e.version = d.version and e.with_pdf
                        where i.id = $1 or i.rebills = $1
                        group by d.key
                        on conflict do nothing)
               delete from invoices where id = $1""",
            invoice_id,
        )
        self._transaction.xact = await self._connection.fetchval(
            "select append_trail($1, $2)::text", list(trail.audit), list(trail.messages)
        )

    async def set_favourite(self, invoice_id: uuid.UUID, actor: str, *, favourite: bool) -> None:
        """See `InvoiceRepository.set_favourite`."""
        await self._connection.execute(
            "insert into favourites (invoice_id, actor) values ($1, $2) on conflict do nothing"
            if favourite
            else "delete from favourites where invoice_id = $1 and actor = $2",
            invoice_id,
            actor,
        )

    async def document(self, invoice_id: uuid.UUID, version: int) -> Document | None:
        """See `InvoiceRepository.document`."""
        row = await self._connection.fetchval(
            "select to_jsonb(d) from invoice_documents d where invoice_id = $1 and version = $2",
            invoice_id,
            version,
        )
        return document_from(row) if row else None

    async def snapshot(self, invoice_id: uuid.UUID) -> dict[str, Any] | None:
        """See `InvoiceRepository.snapshot`."""
        snapshot: dict[str, Any] | None = await self._connection.fetchval(
            "select snapshot from invoices where id = $1", invoice_id
        )
        return snapshot


def _loaded(read: dict[str, Any]) -> Loaded:
    invoice = invoice_from(read["invoice"], read["lines"], read["taxes"])
    return Loaded(invoice, surroundings_from(read, invoice))


def _as_uuid(ref: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(ref)
    except ValueError:
        return None


def _plain_uuid(value: uuid.UUID) -> uuid.UUID:
    # asyncpg answers its own subclass; compare and hash as the standard one.
    return uuid.UUID(int=value.int)
