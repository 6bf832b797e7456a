"""Customers, whole: addresses and contacts stand in their row."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.domain.parties import Customer
from services.invoice_service.storage.drafting_rows import customer_from
from services.invoice_service.storage.lists import Expression, Listing, fetch_first, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

_FIELDS = tuple(field.name for field in fields(Customer))
_COLUMNS = ", ".join(_FIELDS)

LISTING = Listing(
    columns=_COLUMNS,
    source="customers",
    key=Expression("code"),
    sorts={
        "code": Expression("code"),
        "name": Expression("sort_key(name)"),
        "created_at": Expression("created_at", "timestamptz"),
        "updated_at": Expression("updated_at", "timestamptz"),
    },
    default_sort=(SortKey("name"),),
    conditions={
        "active": "active = any({}::boolean[])",
        "prospect": "prospect = any({}::boolean[])",
        "sales_rep": "sales_rep = any({}::text[])",
    },
    search="code || ' ' || name",
)
_NAMES = replace(LISTING, columns="code, name")


class PostgresCustomers:
    """See the port `CustomerRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, code: str, *, lock: bool = False) -> Customer | None:
        """See the port."""
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from customers where code = $1{' for update' if lock else ''}",
            code,
        )
        return customer_from(dict(row)) if row else None

    async def page(self, query: ListQuery) -> Page[Customer]:
        """See the port."""
        return await fetch_page(self._connection, LISTING, query, lambda row: customer_from(dict(row)))

    async def choices(self, query: ListQuery) -> Mapping[str, str]:
        """See the port."""
        return dict(
            await fetch_first(self._connection, _NAMES, query, lambda row: (row["code"], row["name"]))
        )

    async def name(self, code: str) -> str | None:
        """See the port."""
        name: str | None = await self._connection.fetchval("select name from customers where code = $1", code)
        return name

    async def insert(self, customer: Customer, at: dt.datetime) -> bool:
        """See the port."""
        places = ", ".join(f"${number}" for number in range(2, len(_FIELDS) + 2))
        inserted = await self._connection.fetchval(
            f"insert into customers (created_at, updated_at, {_COLUMNS}) values ($1, $1, {places})"
            " on conflict do nothing returning true",
            at,
            *_values(customer),
        )
        return bool(inserted)

    async def update(self, customer: Customer, at: dt.datetime) -> None:
        """See the port."""
        assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(_FIELDS, start=2))
        await self._connection.execute(
            f"update customers set updated_at = $1, {assignments} where code = $2",
            at,
            *_values(customer),
        )


def _values(customer: Customer) -> list[Any]:
    row = asdict(customer)
    return [list(row[name]) if name in ("addresses", "contacts") else row[name] for name in _FIELDS]
