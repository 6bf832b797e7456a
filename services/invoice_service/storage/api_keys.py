"""API keys; only their hash is kept."""

import datetime as dt
import uuid

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.records import ApiKey
from services.invoice_service.domain.actors import Role
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

_COLUMNS = "id, name, role, hint, created_at, expires, revoked_at"

LISTING = Listing(
    columns=_COLUMNS,
    source="api_keys",
    key=Expression("id", "uuid"),
    sorts={
        "name": Expression("sort_key(name)"),
        "role": Expression("role"),
        "created_at": Expression("created_at", "timestamptz"),
    },
    default_sort=(SortKey("name"),),
    search="name",
    base="revoked_at is null",
)


def _build(row: asyncpg.Record) -> ApiKey:
    return ApiKey(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        hint=row["hint"],
        created_at=row["created_at"],
        expires=row["expires"],
        revoked_at=row["revoked_at"],
    )


class PostgresApiKeys:
    """See the port `ApiKeyRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def find(self, sha256: str) -> ApiKey | None:
        """See the port."""
        row = await self._connection.fetchrow(f"select {_COLUMNS} from api_keys where sha256 = $1", sha256)
        return _build(row) if row else None

    async def get(self, key_id: uuid.UUID, *, lock: bool = False) -> ApiKey | None:
        """See the port."""
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from api_keys where id = $1{' for update' if lock else ''}",
            key_id,
        )
        return _build(row) if row else None

    async def page(self, query: ListQuery) -> Page[ApiKey]:
        """See the port."""
        return await fetch_page(self._connection, LISTING, query, _build)

    async def insert(self, key: ApiKey, sha256: str) -> None:
        """See the port."""
        await self._connection.execute(
            "insert into api_keys (id, name, role, sha256, hint, expires, created_at)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            key.id,
            key.name,
            str(key.role),
            sha256,
            key.hint,
            key.expires,
            key.created_at,
        )

    async def revoke(self, key_id: uuid.UUID, at: dt.datetime) -> None:
        """See the port."""
        await self._connection.execute(
            "update api_keys set revoked_at = $2 where id = $1 and revoked_at is null", key_id, at
        )
