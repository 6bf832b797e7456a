"""Received messages: their identities, and those that wait for a person."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction
from shared.identifiers import new_id

# Ids are made in the order of time.
PARKED = Listing(
    columns="p.*",
    source="parked_messages p",
    key=Expression("p.id", "uuid"),
    sorts={"received_at": Expression("p.id", "uuid")},
    default_sort=(SortKey("received_at", descending=True),),
    conditions={"kind": "p.kind = any({})"},
)


class Inbox:
    """`InboxRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def claim(self, source: str, message_id: str, fingerprint: str, type_: str) -> str:
        """See `InboxRepository.claim`. A second claim waits for the first one's transaction."""
        claimed = await self._connection.fetchval(
            """insert into inbox (source, message_id, fingerprint, type) values ($1, $2, $3, $4)
               on conflict do nothing returning true""",
            source,
            message_id,
            fingerprint,
            type_,
        )
        if claimed:
            return "new"
        kept = await self._connection.fetchval(
            "select fingerprint from inbox where source = $1 and message_id = $2", source, message_id
        )
        return "duplicate" if kept == fingerprint else "conflict"


class Parked:
    """`ParkedRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def park(self, message: Mapping[str, Any]) -> uuid.UUID:
        """See `ParkedRepository.park`."""
        kept = await self._connection.fetchval(
            """insert into parked_messages (id, kind, reason, source, message_id, type, subject, time, body, queue,
                                            attempts, identity)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               on conflict (identity) do update set
                   kind = excluded.kind, reason = excluded.reason, body = excluded.body,
                   attempts = parked_messages.attempts + excluded.attempts
               returning id""",
            new_id(),
            *(
                message.get(name)
                for name in (
                    "kind",
                    "reason",
                    "source",
                    "message_id",
                    "type",
                    "subject",
                    "time",
                    "body",
                    "queue",
                )
            ),
            message.get("attempts", 1),
            message["identity"],
        )
        return uuid.UUID(int=kept.int)

    async def page(self, query: ListQuery) -> Page[Mapping[str, Any]]:
        """See `ParkedRepository.page`."""
        return await fetch_page(self._connection, PARKED, query, dict)

    async def waiting(self, identities: Sequence[str]) -> uuid.UUID | None:
        """See `ParkedRepository.waiting`."""
        kept = await self._connection.fetchval(
            "select id from parked_messages where identity = any($1) for update", list(identities)
        )
        return uuid.UUID(int=kept.int) if kept else None

    async def get(self, parked_id: uuid.UUID) -> dict[str, Any]:
        """See `ParkedRepository.get`."""
        row = await self._connection.fetchrow(
            "select * from parked_messages where id = $1 for update", parked_id
        )
        if row is None:
            raise NotFound("parked_message", str(parked_id))
        return dict(row)

    async def find(self, parked_id: uuid.UUID) -> dict[str, Any]:
        """See `ParkedRepository.find`."""
        row = await self._connection.fetchrow("select * from parked_messages where id = $1", parked_id)
        if row is None:
            raise NotFound("parked_message", str(parked_id))
        return dict(row)

    async def discard(self, parked_id: uuid.UUID) -> None:
        """See `ParkedRepository.discard`."""
        await self._connection.execute("delete from parked_messages where id = $1", parked_id)

    async def put_back(self, message: Mapping[str, Any]) -> None:
        """See `ParkedRepository.put_back`."""
        await self._connection.execute(
            "insert into outbox (id, type, lane, body) values ($1, $2, $3, $4)",
            *(message[name] for name in ("id", "type", "lane", "body")),
        )
