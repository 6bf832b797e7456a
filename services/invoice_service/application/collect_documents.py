"""Take out of the document store what nobody refers to any more: old PDFs of pro formas.

Never collected: the document of a final, of the version that an invoice has now, of a version that was e-mailed or
is about to be, and anything of an invoice whose document is being made. Safe to run at any time, any number of times:
an invoice is locked while its documents go, so that none is asked for meanwhile; a file goes before the row that names
it, so that a run that is killed leaves nothing that no later run would find.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import Transactions

_BATCH = 100


class Store(Protocol):
    """The document store, written."""

    async def remove(self, key: str) -> None:
        """Take a document out; none there is as good."""


@dataclass(frozen=True, slots=True)
class Collected:
    """How many documents went: of pro formas that changed since, and of deleted ones; and how many batches."""

    outdated: int
    discarded: int
    batches: int = 0


async def collect_documents(
    transactions: Transactions[UnitOfWork], store: Store, *, before: dt.datetime
) -> Collected:
    """Collect what was rendered before an instant.

    Raises:
        StoreUnavailable: the store; what went so far stays gone.
        StorageUnavailable: the database; so too.
    """
    # First: what a batch has printed is kept for as long as it is.
    async with transactions.writing() as uow:
        batches = await uow.batches.forget(before)
    outdated = await _outdated(transactions, store, before)
    return Collected(outdated, await _discarded(transactions, store, before), batches)


async def _outdated(transactions: Transactions[UnitOfWork], store: Store, before: dt.datetime) -> int:
    removed = 0
    async with transactions.reading() as uow:
        invoices = await uow.documents.outdated(before)
    for invoice_id in invoices:
        async with transactions.writing() as uow:
            if not await uow.documents.lock(invoice_id):
                continue
            versions, keys = await uow.documents.outdated_of(invoice_id, before)
            for key in keys:
                await store.remove(key)
            await uow.documents.forget(invoice_id, versions)
        removed += len(keys)
    return removed


async def _discarded(transactions: Transactions[UnitOfWork], store: Store, before: dt.datetime) -> int:
    removed = 0
    while True:
        async with transactions.writing() as uow:
            keys = await uow.documents.discarded(before, most=_BATCH)
            for key in keys:
                await store.remove(key)
            await uow.documents.forget_discarded(keys)
        removed += len(keys)
        if len(keys) < _BATCH:
            return removed
