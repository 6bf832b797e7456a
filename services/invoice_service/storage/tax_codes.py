"""Tax codes and the taxes that they share."""

from collections.abc import Collection, Mapping
from typing import Any

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.records import StoredTax
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.tax import Tax, TaxCode
from services.invoice_service.storage.drafting_rows import tax_code_from, tax_from
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

_COLUMNS = """code, description, province, is_default, active, coalesce((
    select jsonb_agg(to_jsonb(x) order by tt.position)
    from tax_code_taxes tt join taxes x on x.code = tt.tax where tt.tax_code = tax_codes.code), '[]') as taxes"""

LISTING = Listing(
    columns=_COLUMNS,
    source="tax_codes",
    key=Expression("code"),
    sorts={
        "code": Expression("code"),
        "description": Expression("sort_key(description)"),
        "province": Expression("coalesce(province, '')"),
    },
    default_sort=(SortKey("code"),),
    conditions={
        "active": "active = any({}::boolean[])",
        "province": "province = any({}::text[])",
    },
    search="code || ' ' || description",
)


def _build(row: asyncpg.Record) -> TaxCode:
    return tax_code_from(dict(row))


class PostgresTaxCodes:
    """See the port `TaxCodeRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, code: str) -> TaxCode | None:
        """See the port."""
        row = await self._connection.fetchrow(f"select {_COLUMNS} from tax_codes where code = $1", code)
        return _build(row) if row else None

    async def all(self) -> tuple[TaxCode, ...]:
        """See the port."""
        rows = await self._connection.fetch(f"select {_COLUMNS} from tax_codes order by code")
        return tuple(_build(row) for row in rows)

    async def page(self, query: ListQuery) -> Page[TaxCode]:
        """See the port."""
        return await fetch_page(self._connection, LISTING, query, _build)

    async def lock(self) -> None:
        """See the port. The lock conflicts with itself only: reading and referring go on."""
        await self._connection.execute("lock table tax_code_taxes in share row exclusive mode")

    async def stored_taxes(self, codes: Collection[str], *, but_of: str) -> Mapping[str, StoredTax]:
        """See the port."""
        rows = await self._connection.fetch(
            "select to_jsonb(x) as tax, x.shipped,"
            " exists (select from tax_code_taxes tt where tt.tax = x.code and tt.tax_code <> $2) as shared"
            " from taxes x where x.code = any($1::text[])",
            list(codes),
            but_of,
        )
        stored = [StoredTax(tax_from(row["tax"]), row["shipped"], row["shared"]) for row in rows]
        return {one.tax.code: one for one in stored}

    async def put_tax(self, tax: StoredTax) -> None:
        """See the port."""
        await self._connection.execute(
            "insert into taxes (code, name, rates, gl_account, registration_number, shipped)"
            " values ($1, $2, $3, $4, $5, $6)"
            " on conflict (code) do update set name = excluded.name, rates = excluded.rates,"
            " gl_account = excluded.gl_account, registration_number = excluded.registration_number,"
            " shipped = excluded.shipped",
            tax.tax.code,
            tax.tax.name.as_dict(),
            _rates(tax.tax),
            tax.tax.gl_account,
            tax.tax.registration_number,
            tax.shipped,
        )

    async def put(self, tax_code: TaxCode) -> None:
        """See the port."""
        if tax_code.is_default:
            await self._connection.execute(
                "update tax_codes set is_default = false where province = $1 and is_default and code <> $2",
                tax_code.province,
                tax_code.code,
            )
        await self._connection.execute(
            "insert into tax_codes (code, description, province, is_default, active)"
            " values ($1, $2, $3, $4, $5)"
            " on conflict (code) do update set description = excluded.description,"
            " province = excluded.province, is_default = excluded.is_default, active = excluded.active",
            tax_code.code,
            tax_code.description,
            tax_code.province,
            tax_code.is_default,
            tax_code.active,
        )
        await self._connection.execute("delete from tax_code_taxes where tax_code = $1", tax_code.code)
        await self._connection.executemany(
            "insert into tax_code_taxes (tax_code, position, tax) values ($1, $2, $3)",
            [(tax_code.code, position, tax.code) for position, tax in enumerate(tax_code.taxes, start=1)],
        )

    async def delete(self, code: str) -> None:
        """See the port."""
        try:
            await self._connection.execute("delete from tax_codes where code = $1", code)
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("in_use", ref=code) from None

    async def drop_unused_taxes(self) -> None:
        """See the port."""
        await self._connection.execute(
            "delete from taxes x where not exists (select from tax_code_taxes tt where tt.tax = x.code)"
        )


def _rates(tax: Tax) -> list[dict[str, Any]]:
    return [{"from": dated.since, "rate": dated.rate} for dated in tax.rates]
