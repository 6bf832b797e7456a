"""What a person must be told, and who has read it."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction
from shared.identifiers import new_id

_COLUMNS = "n.id, n.at, n.code, i.number as invoice, n.message, r.read_at"
_JOINS = """left join notification_reads r on r.notification_id = n.id and r.actor = $1
            left join invoices i on i.id = n.invoice_id"""
_UNREAD = "not exists (select from notification_reads r where r.notification_id = n.id and r.actor = $1)"
# Ids are made in the order of time.
LISTING = Listing(
    columns=_COLUMNS,
    source="notifications n",
    joins=_JOINS,
    key=Expression("n.id", "uuid"),
    sorts={"at": Expression("n.id", "uuid")},
    default_sort=(SortKey("at", descending=True),),
    base="$1::text is not null",
    conditions={"read": f"(not {_UNREAD}) = any({{}})"},
)


class Notifications:
    """`NotificationRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def tell(
        self,
        code: str,
        invoice_id: uuid.UUID | None,
        message: Mapping[str, str],
        *,
        mailed_at: dt.datetime | None = None,
    ) -> None:
        """See `NotificationRepository.tell`."""
        await self._connection.execute(
            "insert into notifications (id, code, invoice_id, message, mailed_at) values ($1, $2, $3, $4, $5)",
            new_id(),
            code,
            invoice_id,
            dict(message),
            mailed_at,
        )

    async def mailed_since(self, code: str, invoice_id: uuid.UUID, since: dt.datetime) -> bool:
        """See `NotificationRepository.mailed_since`."""
        mailed: bool = await self._connection.fetchval(
            """select exists (select from notifications
                              where invoice_id = $1 and code = $2 and mailed_at > $3)""",
            invoice_id,
            code,
            since,
        )
        return mailed

    async def page(self, query: ListQuery, reader: str) -> Page[Mapping[str, Any]]:
        """See `NotificationRepository.page`."""
        return await fetch_page(self._connection, LISTING, query, dict, arguments=(reader,))

    async def get(self, notification_id: uuid.UUID, reader: str) -> Mapping[str, Any]:
        """See `NotificationRepository.get`."""
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from notifications n {_JOINS} where n.id = $2", reader, notification_id
        )
        if row is None:
            raise NotFound("notification", str(notification_id))
        return dict(row)

    async def read(self, notification_id: uuid.UUID, reader: str, at: dt.datetime) -> None:
        """See `NotificationRepository.read`."""
        await self._connection.execute(
            """insert into notification_reads (actor, notification_id, read_at) values ($1, $2, $3)
               on conflict do nothing""",
            reader,
            notification_id,
            at,
        )

    async def read_all(self, reader: str, at: dt.datetime, *, until: uuid.UUID | None) -> None:
        """See `NotificationRepository.read_all`."""
        await self._connection.execute(
            f"""insert into notification_reads (actor, notification_id, read_at)
                select $1, n.id, $2 from notifications n
                where ($3::uuid is null or n.id <= $3) and {_UNREAD}
                on conflict do nothing""",
            reader,
            at,
            until,
        )

    async def unread(self, reader: str, *, most: int) -> int:
        """See `NotificationRepository.unread`."""
        count: int = await self._connection.fetchval(
            f"select count(*) from (select from notifications n where {_UNREAD} limit $2) counted",
            reader,
            most,
        )
        return count
