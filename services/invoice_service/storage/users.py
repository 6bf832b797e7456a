"""Users; their passwords only as hashes."""

import uuid

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.records import Credentials, User
from services.invoice_service.domain.actors import Role
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

_COLUMNS = "id, email, name, role, language, active, created_at"

LISTING = Listing(
    columns=_COLUMNS,
    source="users",
    key=Expression("id", "uuid"),
    sorts={
        "name": Expression("sort_key(name)"),
        "email": Expression("lower(email)"),
        "role": Expression("role"),
        "created_at": Expression("created_at", "timestamptz"),
    },
    default_sort=(SortKey("name"),),
    conditions={"active": "active = any({}::boolean[])"},
    search="name || ' ' || email",
)


def _build(row: asyncpg.Record) -> User:
    return User(
        id=uuid.UUID(int=row["id"].int),
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        language=row["language"],
        active=row["active"],
        created_at=row["created_at"],
    )


class PostgresUsers:
    """See the port `UserRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, user_id: uuid.UUID, *, lock: bool = False) -> User | None:
        """See the port."""
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from users where id = $1{' for update' if lock else ''}", user_id
        )
        return _build(row) if row else None

    async def page(self, query: ListQuery) -> Page[User]:
        """See the port."""
        return await fetch_page(self._connection, LISTING, query, _build)

    async def by_email(self, email: str) -> Credentials | None:
        """See the port."""
        row = await self._connection.fetchrow(
            f"select {_COLUMNS}, password_hash from users where lower(email) = lower($1)", email
        )
        return Credentials(_build(row), row["password_hash"]) if row else None

    async def another_admin(self, user_id: uuid.UUID) -> bool:
        """See the port. Locks them, so that two can't go at once."""
        rows = await self._connection.fetch(
            "select id from users where role = 'admin' and active order by id for update"
        )
        return any(row["id"] != user_id for row in rows)

    async def insert(self, user: User, password_hash: str | None) -> bool:
        """See the port."""
        inserted = await self._connection.fetchval(
            "insert into users (id, email, name, role, language, active, password_hash, created_at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning true",
            user.id,
            user.email,
            user.name,
            str(user.role),
            user.language,
            user.active,
            password_hash,
            user.created_at,
        )
        return bool(inserted)

    async def update(self, user: User, password_hash: str | None) -> bool:
        """See the port."""
        updated = await self._connection.fetchval(
            "update users set email = $2, name = $3, role = $4, language = $5, active = $6,"
            " password_hash = coalesce($7, password_hash)"
            " where id = $1 and not exists (select from users where lower(email) = lower($2) and id <> $1)"
            " returning true",
            user.id,
            user.email,
            user.name,
            str(user.role),
            user.language,
            user.active,
            password_hash,
        )
        return bool(updated)

    async def delete(self, user_id: uuid.UUID) -> None:
        """See the port."""
        await self._connection.execute("delete from users where id = $1", user_id)
