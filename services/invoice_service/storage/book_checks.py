"""Checks of the books that were asked for."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from services.invoice_service.application.ports.book_checks import BookCheck, Claimed
from services.invoice_service.storage.unit_of_work import Transaction

_OURS = "id = $1 and lease_token = $2 and ended_at is null"
# Enough to see since when something is found.
_MOST_KEPT = 100


class BookChecks:
    """`BookCheckRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def ask(self, check_id: uuid.UUID, asked_by: Mapping[str, str]) -> bool:
        """See `BookCheckRepository.ask`. The index refuses a second one that is open, also of the same moment."""
        asked = await self._connection.fetchval(
            """insert into book_checks (id, asked_at, asked_by) values ($1, clock_timestamp(), $2)
               on conflict do nothing returning true""",
            check_id,
            dict(asked_by),
        )
        return bool(asked)

    async def latest(self, *, most: int) -> list[BookCheck]:
        """See `BookCheckRepository.latest`. Ids are made in the order of time."""
        rows = await self._connection.fetch(
            """select id, asked_at, asked_by, ended_at, report from book_checks order by id desc limit $1""",
            most,
        )
        return [
            BookCheck(
                uuid.UUID(int=row["id"].int),
                row["asked_at"],
                row["asked_by"],
                row["ended_at"],
                row["report"],
            )
            for row in rows
        ]

    async def claim(self, token: uuid.UUID, lease: dt.timedelta) -> Claimed | None:
        """See `BookCheckRepository.claim`. Of several who come at once, those behind find it leased."""
        row = await self._connection.fetchrow(
            """update book_checks
               set lease_token = $1, leased_until = clock_timestamp() + $2, attempts = attempts + 1
               where ended_at is null and (lease_token is null or leased_until < clock_timestamp())
               returning id, attempts""",
            token,
            lease,
        )
        return Claimed(uuid.UUID(int=row["id"].int), row["attempts"]) if row else None

    async def renew(self, check_id: uuid.UUID, token: uuid.UUID, lease: dt.timedelta) -> bool:
        """See `BookCheckRepository.renew`."""
        ours = await self._connection.fetchval(
            f"update book_checks set leased_until = clock_timestamp() + $3 where {_OURS} returning true",
            check_id,
            token,
            lease,
        )
        return bool(ours)

    async def give_back(self, check_id: uuid.UUID, token: uuid.UUID) -> None:
        """See `BookCheckRepository.give_back`."""
        await self._connection.execute(
            f"""update book_checks set lease_token = null, leased_until = null, attempts = attempts - 1
                where {_OURS}""",
            check_id,
            token,
        )

    async def end(self, check_id: uuid.UUID, token: uuid.UUID, report: Mapping[str, Any] | None) -> bool:
        """See `BookCheckRepository.end`. Very old ones go."""
        ended = await self._connection.fetchval(
            f"update book_checks set ended_at = clock_timestamp(), report = $3 where {_OURS} returning true",
            check_id,
            token,
            dict(report) if report is not None else None,
        )
        await self._connection.execute(
            "delete from book_checks where id in (select id from book_checks order by id desc offset $1)",
            _MOST_KEPT,
        )
        return bool(ended)
