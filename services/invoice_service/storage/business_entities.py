"""Business entities."""

from dataclasses import asdict, fields
from typing import Any

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.records import BusinessEntity
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.parties import PartyAddress
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction
from shared.contracts.values import Logo

_FIELDS = tuple(field.name for field in fields(BusinessEntity))
_COLUMNS = ", ".join(_FIELDS)

LISTING = Listing(
    columns=_COLUMNS,
    source="business_entities",
    key=Expression("code"),
    sorts={"code": Expression("code"), "name": Expression("sort_key(name)")},
    default_sort=(SortKey("code"),),
    conditions={"active": "active = any({}::boolean[])"},
    search="code || ' ' || name",
)


def _build(row: asyncpg.Record) -> BusinessEntity:
    values = {name: row[name] for name in _FIELDS}
    address, logo = values.pop("address"), values.pop("logo_document")
    return BusinessEntity(
        **values,
        address=PartyAddress(**address) if address else None,
        logo_document=Logo.model_validate(logo) if logo else None,
    )


def _values(entity: BusinessEntity) -> list[Any]:
    row = asdict(entity)
    if entity.logo_document is not None:
        row["logo_document"] = entity.logo_document.model_dump(mode="json")
    return [row[name] for name in _FIELDS]


class PostgresBusinessEntities:
    """See the port `BusinessEntityRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, code: str) -> BusinessEntity | None:
        """See the port."""
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from business_entities where code = $1",
            code,
        )
        return _build(row) if row else None

    async def all(self, *, lock: bool = False) -> tuple[BusinessEntity, ...]:
        """See the port."""
        if lock:
            # Conflicts with itself and with other changes; who only refers to an entity goes on.
            await self._connection.execute("lock table business_entities in share row exclusive mode")
        rows = await self._connection.fetch(f"select {_COLUMNS} from business_entities order by code")
        return tuple(_build(row) for row in rows)

    async def page(self, query: ListQuery) -> Page[BusinessEntity]:
        """See the port."""
        return await fetch_page(self._connection, LISTING, query, _build)

    async def insert(self, entity: BusinessEntity) -> None:
        """See the port."""
        await self._yield_flag(entity)
        places = ", ".join(f"${number}" for number in range(1, len(_FIELDS) + 1))
        await self._connection.execute(
            f"insert into business_entities ({_COLUMNS}) values ({places})",
            *_values(entity),
        )

    async def replace(self, code: str, entity: BusinessEntity) -> None:
        """See the port."""
        await self._yield_flag(entity)
        assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(_FIELDS, start=2))
        await self._connection.execute(
            f"update business_entities set {assignments} where code = $1",
            code,
            *_values(entity),
        )

    async def delete(self, code: str) -> None:
        """See the port."""
        try:
            await self._connection.execute("delete from business_entities where code = $1", code)
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("in_use", ref=code) from None

    async def _yield_flag(self, entity: BusinessEntity) -> None:
        if entity.is_default:
            await self._connection.execute(
                "update business_entities set is_default = false where is_default and code <> $1", entity.code
            )
