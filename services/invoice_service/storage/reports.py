"""Reports and workbooks, read from the finals: sums of what is stored, by the date of the invoice."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

import asyncpg

from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.ports.reports import Chosen
from services.invoice_service.domain.reports import (
    Charged,
    GroupBy,
    ListedInvoice,
    SalesGroup,
    SalesLine,
    Sold,
    TaxRow,
    YearOfSales,
    sales_of,
    sums,
)
from services.invoice_service.domain.sales_overview import MonthOfSales
from services.invoice_service.domain.texts import Localized
from services.invoice_service.storage.invoice_reads import LISTING
from services.invoice_service.storage.lists import batches, count_up_to, fetch_all
from services.invoice_service.storage.unit_of_work import Transaction

K = TypeVar("K")

_FILTERS = {
    "customer": "i.customer = any({}::text[])",
    "sales_rep": "i.sales_rep = any({}::text[])",
    "business_entity": "i.business_entity = any({}::text[])",
}

# A rate was given against the currency that was the company's then: the frozen document tells which.
_RATE = """case when i.currency = $1 then 1::numeric
                when coalesce(i.snapshot ->> 'company_currency', $1) = $1 then i.exchange_rate end"""

# Each amount is converted and rounded on its own, so that what is shown adds up to its sums.
_FINALS = f"""
    select f.*,
           round(f.subtotal * f.rate, 2) as company_subtotal,
           case when f.currency = $1 or f.rate is null then f.taxes * f.rate
                else (select coalesce(sum(round(t.amount * f.rate, 2)), 0)
                      from invoice_taxes t where t.invoice_id = f.id) end as company_taxes
    from (select i.id, i.kind, i.number, i.number_key, i.date, i.customer, i.sales_rep, i.currency, i.subtotal,
                 i.total - i.subtotal as taxes, {_RATE} as rate
          from invoices i
          where i.final_number is not null and i.date >= $2 and i.date <= $3{{conditions}} offset 0) f"""

_COUNTS = """count(*) filter (where f.kind = 'invoice') as invoices,
             count(*) filter (where f.kind = 'credit_note') as credit_notes"""

_SUMS = f"""f.currency, {_COUNTS}, sum(f.subtotal) as subtotal, sum(f.taxes) as taxes,
            case when bool_and(f.rate is not null) then sum(f.company_subtotal) end as company_subtotal,
            case when bool_and(f.rate is not null) then sum(f.company_taxes) end as company_taxes"""

# Where the names of groups come from, and the column that tells the group of a final.
_NAMED = {"customer": "customers", "sales_rep": "sales_reps"}

_LISTED = replace(
    LISTING,
    columns="""i.number, i.date, i.sold_to ->> 'name' as customer_name, i.subtotal, i.currency, i.status,
               i.hold is not null as on_hold,
               array(select l.job from invoice_lines l where l.invoice_id = i.id and l.job is not null
                     group by l.job order by min(l.position)) as jobs""",
    joins="",
)


class Reports:
    """`ReportRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def sales(self, chosen: Chosen, by: GroupBy) -> tuple[SalesGroup, ...]:
        """See the port."""
        finals, values = _finals(chosen)
        rows = await self._connection.fetch(
            f"""with summed as (select f.{by} as code, {_SUMS} from ({finals}) f group by f.{by}, f.currency)
                select s.*, n.name from summed s left join {_NAMED[by]} n on n.code = s.code
                order by sort_key(n.name) nulls last, s.code, s.currency""",
            *values,
        )
        return tuple(
            SalesGroup(code, name, sales_of(_sold(row) for row in group))
            for (code, name), group in _grouped(rows, lambda row: (row["code"], row["name"]))
        )

    async def sales_lines(
        self, chosen: Chosen, by: GroupBy, *, most: int | None = None
    ) -> AsyncIterator[Sequence[SalesLine]]:
        """See the port."""
        finals, values = _finals(chosen)
        statement = f"""
            select f.number, f.kind, f.date, f.customer, c.name as customer_name, f.sales_rep,
                   r.name as sales_rep_name, f.currency, f.rate, f.subtotal, f.taxes, f.company_subtotal,
                   f.company_taxes
            from ({finals}) f join customers c on c.code = f.customer left join sales_reps r on r.code = f.sales_rep
            order by sort_key({"c" if by == "customer" else "r"}.name) nulls last, f.{by}, f.date, f.number_key
            limit ${len(values) + 1}"""
        async for rows in batches(self._connection, statement, *values, most):
            yield [SalesLine(**row) for row in rows]

    async def taxes(self, chosen: Chosen) -> tuple[TaxRow, ...]:
        """See the port."""
        finals, values = _finals(chosen)
        # By name, too: a tax that was given another name is one row, under its last name.
        rows = await self._connection.fetch(
            f"""select t.code, t.rate, t.registration_number, t.name, max(f.date) as latest, f.currency, {_COUNTS},
                       sum(t.base) as base, sum(t.amount) as amount,
                       case when bool_and(f.rate is not null)
                            then sum(round(t.base * f.rate, 2)) end as company_base,
                       case when bool_and(f.rate is not null)
                            then sum(round(t.amount * f.rate, 2)) end as company_amount
                from ({finals}) f, lateral (select * from invoice_taxes where invoice_id = f.id offset 0) t
                group by t.code, t.rate, t.registration_number, t.name, f.currency
                order by t.code, t.registration_number nulls last, t.rate, latest, t.name, f.currency""",
            *values,
        )
        grouped = _grouped(rows, lambda row: (row["code"], row["registration_number"], row["rate"]))
        return tuple(
            TaxRow(
                code,
                Localized(**group[-1]["name"]),
                rate,
                registration_number,
                sums(_charged(row) for row in group),
            )
            for (code, registration_number, rate), group in grouped
        )

    async def years(self, chosen: Chosen) -> tuple[YearOfSales, ...]:
        """See the port."""
        finals, values = _finals(chosen)
        rows = await self._connection.fetch(
            f"""select extract(year from f.date)::integer as year, {_SUMS} from ({finals}) f
                group by year, f.currency order by year, f.currency""",
            *values,
        )
        return tuple(
            YearOfSales(year, sales_of(_sold(row) for row in group))
            for year, group in _grouped(rows, lambda row: row["year"])
        )

    async def months(self, chosen: Chosen) -> tuple[MonthOfSales, ...]:
        """See the port."""
        finals, values = _finals(chosen)
        rows = await self._connection.fetch(
            f"""select extract(year from f.date)::integer as year, extract(month from f.date)::integer as month, {_SUMS}
                from ({finals}) f group by year, month, f.currency order by year, month, f.currency""",
            *values,
        )
        return tuple(
            MonthOfSales(year, month, sales_of(_sold(row) for row in group))
            for (year, month), group in _grouped(rows, lambda row: (row["year"], row["month"]))
        )

    async def count_invoices(self, query: ListQuery, actor: str, *, most: int) -> int:
        """See the port."""
        return await count_up_to(self._connection, _LISTED, query, most, (actor,))

    async def invoices(self, query: ListQuery, actor: str) -> AsyncIterator[Sequence[ListedInvoice]]:
        """See the port."""
        async for listed in fetch_all(self._connection, _LISTED, query, _listed, (actor,)):
            yield listed


def _finals(chosen: Chosen) -> tuple[str, list[object]]:
    """The finals that are chosen, as SQL, and its parameters."""
    values: list[object] = [chosen.currency, chosen.period.first, chosen.period.last]
    conditions = ""
    for name, wanted in chosen.filters.items():
        values.append(list(wanted))
        conditions += f" and {_FILTERS[name].format(f'${len(values)}')}"
    return _FINALS.format(conditions=conditions), values


def _grouped(
    rows: Iterable[asyncpg.Record], key: Callable[[asyncpg.Record], K]
) -> list[tuple[K, list[asyncpg.Record]]]:
    """Rows that stand together, by what they have in common."""
    return [(common, list(group)) for common, group in groupby(rows, key)]


def _sold(row: asyncpg.Record) -> Sold:
    return Sold(**{name: row[name] for name in Sold.__dataclass_fields__})


def _charged(row: asyncpg.Record) -> Charged:
    return Charged(**{name: row[name] for name in Charged.__dataclass_fields__})


def _listed(row: asyncpg.Record) -> ListedInvoice:
    return ListedInvoice(**{**row, "jobs": tuple(row["jobs"])})
