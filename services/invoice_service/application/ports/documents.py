"""The PDFs of invoices: what collecting them needs from storage."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Protocol


class DocumentRepository(Protocol):
    """Which documents nobody refers to any more."""

    async def outdated(self, before: dt.datetime) -> list[uuid.UUID]:
        """The invoices that have documents to collect, rendered before then."""

    async def lock(self, invoice_id: uuid.UUID) -> bool:
        """Lock an invoice: nothing is asked for of it meanwhile. False: it is in use now, or gone."""

    async def outdated_of(self, invoice_id: uuid.UUID, before: dt.datetime) -> tuple[list[int], list[str]]:
        """Of a locked invoice, the versions to collect, and the keys that nothing else names."""

    async def forget(self, invoice_id: uuid.UUID, versions: Sequence[int]) -> None:
        """Remove the rows of these versions."""

    async def discard(self, key: str, rendered_at: dt.datetime) -> None:
        """Note a document that came when its invoice was gone."""

    async def discarded(self, before: dt.datetime, *, most: int) -> list[str]:
        """Keys of documents whose invoice is gone, rendered before then; locked."""

    async def forget_discarded(self, keys: Sequence[str]) -> None:
        """Forget them."""
