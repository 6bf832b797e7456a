"""What a person must be told: what the use cases need from storage."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.invoice_service.application.listing import ListQuery, Page


@dataclass(frozen=True, slots=True)
class Unmailed:
    """A notification that an alert mail is to tell. `message` by language; `reason` in the words of whoever failed."""

    id: uuid.UUID
    code: str
    invoice_id: uuid.UUID
    message: Mapping[str, str]
    reason: str


class NotificationRepository(Protocol):
    """What a person must be told."""

    async def tell(
        self,
        code: str,
        invoice_id: uuid.UUID | None,
        message: Mapping[str, str],
        *,
        reason: str = "",
        mail_wanted: bool = False,
    ) -> None:
        """Add a notification; `mail_wanted`: the next alert mail tells it too, with its reason."""

    async def mailed_since(self, code: str, invoice_id: uuid.UUID, since: dt.datetime) -> bool:
        """Whether a notification of this code and invoice left as a mail since then, or is about to."""

    async def unmailed(self, since: dt.datetime) -> list[Unmailed]:
        """What the next alert mail is to tell, oldest first: nothing when one left since then.

        Of several who ask at once, one is answered; the others get nothing.
        """

    async def mailed(
        self, ids: Sequence[uuid.UUID], at: dt.datetime, messages: Sequence[Mapping[str, Any]]
    ) -> None:
        """Note that these left as a mail, in these messages."""

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
