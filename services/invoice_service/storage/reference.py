"""Repository of the simple kinds of reference data; what differs between them stands in `tables`."""

from collections.abc import Collection, Iterable, Mapping

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.reference import R
from services.invoice_service.storage.lists import fetch_first, fetch_page
from services.invoice_service.storage.tables import TABLES, table_of
from services.invoice_service.storage.unit_of_work import Transaction

# Every kind that something can refer to: its table, and the column of its code.
_REFERABLE: Mapping[str, tuple[str, str]] = {
    **{table.record.kind: (table.name, table.key.sql) for table in TABLES},
    "customer": ("customers", "code"),
    "job": ("jobs", "number"),
    "tax_code": ("tax_codes", "code"),
    "business_entity": ("business_entities", "code"),
}


class PostgresReference:
    """See the port `ReferenceRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, kind: type[R], code: str, *, lock: bool = False) -> R | None:
        """See the port."""
        table = table_of(kind)
        row = await self._connection.fetchrow(
            f"select {table.column_names} from {table.name} where {table.key.sql} = $1"
            + (" for update" if lock else ""),
            code,
        )
        return table.build(row) if row else None

    async def get_many(self, kind: type[R], codes: Collection[str]) -> Mapping[str, R]:
        """See the port."""
        table = table_of(kind)
        rows = await self._connection.fetch(
            f"select {table.column_names} from {table.name} where {table.key.sql} = any($1::text[])",
            list(codes),
        )
        records = [table.build(row) for row in rows]
        return {record.key: record for record in records}

    async def page(self, kind: type[R], query: ListQuery) -> Page[R]:
        """See the port."""
        table = table_of(kind)
        return await fetch_page(self._connection, table.listing(), query, table.build)

    async def first(self, kind: type[R], query: ListQuery) -> tuple[R, ...]:
        """See the port."""
        table = table_of(kind)
        return await fetch_first(self._connection, table.listing(), query, table.build)

    async def all(self, kind: type[R]) -> tuple[R, ...]:
        """See the port."""
        table = table_of(kind)
        rows = await self._connection.fetch(
            f"select {table.column_names} from {table.name} order by {table.key.sql}"
        )
        return tuple(table.build(row) for row in rows)

    async def insert(self, record: R) -> bool:
        """See the port."""
        table = table_of(type(record))
        places = ", ".join(f"${number}" for number in range(1, len(table.columns) + 1))
        inserted = await self._connection.fetchval(
            f"insert into {table.name} ({table.column_names}) values ({places})"
            f" on conflict do nothing returning true",
            *table.values(record),
        )
        return bool(inserted)

    async def update(self, record: R) -> None:
        """See the port."""
        table = table_of(type(record))
        assignments = ", ".join(
            f"{column.sql} = ${number}" for number, column in enumerate(table.columns[1:], start=2)
        )
        await self._connection.execute(
            f"update {table.name} set {assignments} where {table.key.sql} = $1",
            *table.values(record),
        )

    async def delete(self, kind: type[R], code: str) -> None:
        """See the port."""
        table = table_of(kind)
        try:
            await self._connection.execute(
                f"delete from {table.name} where {table.key.sql} = $1",
                code,
            )
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("in_use", ref=code) from None

    async def existing(self, wanted: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """See the port."""
        by_kind: dict[str, list[str]] = {}
        for kind, code in wanted:
            by_kind.setdefault(kind, []).append(code)
        if not by_kind:
            return frozenset()
        selects = [
            f"select '{kind}' as kind, {column} as code from {table} where {column} = any(${number}::text[])"
            for number, kind in enumerate(by_kind, start=1)
            for table, column in (_REFERABLE[kind],)
        ]
        rows = await self._connection.fetch(" union all ".join(selects), *by_kind.values())
        return frozenset((row["kind"], row["code"]) for row in rows)
