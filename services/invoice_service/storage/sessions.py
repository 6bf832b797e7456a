"""Sessions of the pages; their tokens only as hashes."""

import datetime as dt
import uuid

from services.invoice_service.application.records import MOST_UNREAD, Preferences, Session, User
from services.invoice_service.domain.actors import Role
from services.invoice_service.storage.unit_of_work import Transaction


class PostgresSessions:
    """See the port `SessionRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def find(self, sha256: str) -> Session | None:
        """See the port. One statement, for every page asks it."""
        row = await self._connection.fetchrow(
            """select sessions.created_at as begun_at, seen_at, users.*, preferences.language as preferred, theme,
                      (select count(*) from (
                          select from notifications n
                          where not exists (select from notification_reads r
                                            where r.notification_id = n.id and r.actor = 'user:' || user_id)
                          limit $2) counted) as unread
               from sessions join users on users.id = user_id
               left join preferences on actor = 'user:' || user_id
               where token_sha256 = $1 and active""",
            sha256,
            MOST_UNREAD,
        )
        if row is None:
            return None
        user = User(
            id=uuid.UUID(int=row["id"].int),
            email=row["email"],
            name=row["name"],
            role=Role(row["role"]),
            created_at=row["created_at"],
            language=row["language"],
        )
        preferences = Preferences(row["preferred"], row["theme"])
        return Session(
            user, preferences, created_at=row["begun_at"], seen_at=row["seen_at"], unread=row["unread"]
        )

    async def start(self, sha256: str, user_id: uuid.UUID, at: dt.datetime) -> None:
        """See the port."""
        await self._connection.execute(
            "insert into sessions (token_sha256, user_id, created_at, seen_at) values ($1, $2, $3, $3)",
            sha256,
            user_id,
            at,
        )

    async def touch(self, sha256: str, at: dt.datetime) -> None:
        """See the port."""
        await self._connection.execute(
            "update sessions set seen_at = $2 where token_sha256 = $1 and seen_at < $2", sha256, at
        )

    async def end(self, sha256: str) -> None:
        """See the port."""
        await self._connection.execute("delete from sessions where token_sha256 = $1", sha256)

    async def end_all_of(self, user_id: uuid.UUID) -> None:
        """See the port."""
        await self._connection.execute("delete from sessions where user_id = $1", user_id)

    async def end_before(self, *, created: dt.datetime, seen: dt.datetime) -> None:
        """See the port."""
        await self._connection.execute(
            "delete from sessions where created_at < $1 or seen_at < $2", created, seen
        )
