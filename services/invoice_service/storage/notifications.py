"""What a person must be told, and who has read it."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.ports.notices import Unmailed
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
        reason: str = "",
        mail_wanted: bool = False,
    ) -> None:
        """See `NotificationRepository.tell`."""
        await self._connection.execute(
            """insert into notifications (id, code, invoice_id, message, reason, mail_wanted)
               values ($1, $2, $3, $4, $5, $6)""",
            new_id(),
            code,
            invoice_id,
            dict(message),
            reason,
            mail_wanted,
        )

    async def mailed_since(self, code: str, invoice_id: uuid.UUID, since: dt.datetime) -> bool:
        """See `NotificationRepository.mailed_since`."""
        mailed: bool = await self._connection.fetchval(
            """select exists (select from notifications
                              where invoice_id = $1 and code = $2
                                and (mailed_at > $3 or (mail_wanted and mailed_at is null)))""",
            invoice_id,
            code,
            since,
        )
        return mailed

    async def unmailed(self, since: dt.datetime) -> list[Unmailed]:
        """See `NotificationRepository.unmailed`."""
        alone = await self._connection.fetchval(
            "select pg_try_advisory_xact_lock(hashtextextended('alert mail', 0))"
        )
        # A statement of its own: it sees what the last one who had the lock has committed.
        if not alone or await self._connection.fetchval(
            "select exists (select from notifications where mailed_at > $1)", since
        ):
            return []
        rows = await self._connection.fetch(
            """select id, code, invoice_id, message, reason from notifications
               where mail_wanted and mailed_at is null and invoice_id is not null order by id"""
        )
        return [
            Unmailed(
                uuid.UUID(int=row["id"].int),
                row["code"],
                uuid.UUID(int=row["invoice_id"].int),
                row["message"],
                row["reason"],
            )
            for row in rows
        ]

    async def mailed(
        self, ids: Sequence[uuid.UUID], at: dt.datetime, messages: Sequence[Mapping[str, Any]]
    ) -> None:
        """See `NotificationRepository.mailed`."""
        await self._connection.execute(
            "update notifications set mailed_at = $2 where id = any($1)", list(ids), at
        )
        await self._connection.execute("select append_trail('[]', $1)", list(messages))

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
