"""What a person must be told: what the use cases need from storage."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from services.invoice_service.application.listing import ListQuery, Page


class NotificationRepository(Protocol):
    """What a person must be told."""

    async def tell(
        self,
        code: str,
        invoice_id: uuid.UUID | None,
        message: Mapping[str, str],
        *,
        mailed_at: dt.datetime | None = None,
    ) -> None:
        """Add a notification; `mailed_at`: when it also left as a mail."""

    async def mailed_since(self, code: str, invoice_id: uuid.UUID, since: dt.datetime) -> bool:
        """Whether a notification of this code and invoice left as a mail since then."""

    async def page(self, query: ListQuery, reader: str) -> Page[Mapping[str, Any]]:
        """One page of them, newest first; `read_at` is when this reader has read each."""

    async def get(self, notification_id: uuid.UUID, reader: str) -> Mapping[str, Any]:
        """One of them, as in a page.

        Raises:
            NotFound: there is none.
        """

    async def read(self, notification_id: uuid.UUID, reader: str, at: dt.datetime) -> None:
        """Note that a reader has read it; the first time counts."""

    async def read_all(self, reader: str, at: dt.datetime, *, until: uuid.UUID | None) -> None:
        """Note that a reader has read all of them; `until`: that one and those before it."""

    async def unread(self, reader: str, *, most: int) -> int:
        """How many a reader has not read, counted up to `most`."""
