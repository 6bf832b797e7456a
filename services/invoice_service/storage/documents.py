"""Which PDFs nobody refers to any more."""

import datetime as dt
import uuid
from collections.abc import Sequence

from services.invoice_service.storage.unit_of_work import Transaction

# `d` a document that may go, of invoice `i`. A version that was ever e-mailed is kept: it can be sent again.
_OUTDATED = """
    not d.final and d.version <> i.version and d.rendered_at < $1
    and a.rendering_state <> 'pending'
    and not exists (select from emails e where e.invoice_id = d.invoice_id and e.with_pdf
                    and (e.version = d.version or e.state in ('prepared', 'sending')))
    and not exists (select from batch_invoices p where p.document ->> 'key' = d.key)"""
_JOINED = """
    invoice_documents d join invoices i on i.id = d.invoice_id join invoice_axes a on a.invoice_id = d.invoice_id"""


class Documents:
    """`DocumentRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def outdated(self, before: dt.datetime) -> list[uuid.UUID]:
        """See `DocumentRepository.outdated`."""
        rows = await self._connection.fetch(
            f"select distinct d.invoice_id from {_JOINED} where {_OUTDATED}", before
        )
        return [uuid.UUID(int=row["invoice_id"].int) for row in rows]

    async def lock(self, invoice_id: uuid.UUID) -> bool:
        """See `DocumentRepository.lock`. Nobody is kept waiting: the next run is soon enough."""
        found = await self._connection.fetchval(
            "select true from invoices where id = $1 for update skip locked", invoice_id
        )
        return bool(found)

    async def outdated_of(self, invoice_id: uuid.UUID, before: dt.datetime) -> tuple[list[int], list[str]]:
        """See `DocumentRepository.outdated_of`."""
        rows = await self._connection.fetch(
            f"select d.version, d.key from {_JOINED} where d.invoice_id = $2 and {_OUTDATED}",
            before,
            invoice_id,
        )
        versions = [row["version"] for row in rows]
        named = await self._connection.fetch(
            """select distinct key from invoice_documents
               where key = any($1) and not (invoice_id = $2 and version = any($3))""",
            [row["key"] for row in rows],
            invoice_id,
            versions,
        )
        return versions, sorted({row["key"] for row in rows} - {row["key"] for row in named})

    async def forget(self, invoice_id: uuid.UUID, versions: Sequence[int]) -> None:
        """See `DocumentRepository.forget`."""
        await self._connection.execute(
            "delete from invoice_documents where invoice_id = $1 and version = any($2)",
            invoice_id,
            list(versions),
        )

    async def discard(self, key: str, rendered_at: dt.datetime) -> None:
        """See `DocumentRepository.discard`."""
        await self._connection.execute(
            """insert into discarded_documents (key, emailed, rendered_at) values ($1, false, $2)
               on conflict do nothing""",
            key,
            rendered_at,
        )

    async def discarded(self, before: dt.datetime, *, most: int) -> list[str]:
        """See `DocumentRepository.discarded`."""
        rows = await self._connection.fetch(
            """select key from discarded_documents g
               where not emailed and rendered_at < $1
                 and not exists (select from invoice_documents d where d.key = g.key)
                 and not exists (select from batch_invoices p where p.document ->> 'key' = g.key)
               order by rendered_at limit $2 for update skip locked""",
            before,
            most,
        )
        return [row["key"] for row in rows]

    async def forget_discarded(self, keys: Sequence[str]) -> None:
        """See `DocumentRepository.forget_discarded`."""
        await self._connection.execute("delete from discarded_documents where key = any($1)", list(keys))
