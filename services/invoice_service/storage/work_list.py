"""The work list: jobs that production is done with and that no invoice bills in full."""

from collections.abc import Collection, Mapping

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.ports.work_list import Waiting, WaitingJob
from services.invoice_service.domain.job import COMPLETED
from services.invoice_service.storage.jobs import AMOUNT_WAITING, BILLABLE, SEARCHED, VIEW, job_view
from services.invoice_service.storage.lists import Expression, Listing, fetch_page, filtered
from services.invoice_service.storage.unit_of_work import Transaction

_COMPLETED = ", ".join(f"'{status}'" for status in COMPLETED)
_CURRENCY = "coalesce(j.currency, p.currency)"
_PROFORMAS = """
    select l.job, array_agg(distinct i.number order by i.number) as numbers
    from invoice_lines l join invoices i on i.id = l.invoice_id
    where i.kind = 'invoice' and i.final_number is null and l.job = {}
    group by l.job"""
_JOBS = """jobs j join customers c on c.code = j.customer
    join customers p on p.code = coalesce(c.bill_to, c.code)"""

LISTING = Listing(
    columns=f"""{VIEW}, c.name as customer_name, {_CURRENCY} as billed_currency,
        (select name from sales_reps where code = c.sales_rep) as sales_rep,
        (select numbers from ({_PROFORMAS.format("j.number")}) open) as proformas""",
    source=_JOBS,
    key=Expression("j.number"),
    sorts={
        "number": Expression("j.number"),
        "completed_at": Expression("coalesce(j.completed_at, 'infinity'::timestamptz)", "timestamptz"),
    },
    default_sort=(SortKey("completed_at"),),
    conditions={
        "customer": "j.customer = any({0}::text[]) or p.code = any({0}::text[])",
        "sales_rep": "c.sales_rep = any({}::text[])",
    },
    search=f"{SEARCHED} || ' ' || c.name",
    base=f"{BILLABLE} and j.status in ({_COMPLETED})",
)


class WorkList:
    """`WorkListRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def page(self, query: ListQuery) -> Page[WaitingJob]:
        """See `WorkListRepository.page`."""
        return await fetch_page(self._connection, LISTING, query, _waiting_job)

    async def totals(self, query: ListQuery) -> tuple[Waiting, ...]:
        """See `WorkListRepository.totals`."""
        where, values = filtered(LISTING, query)
        rows = await self._connection.fetch(
            f"select {_CURRENCY} as currency, count(*) as jobs, sum({AMOUNT_WAITING}) as amount"
            f" from {_JOBS} where {where} group by 1 order by 1",
            *values,
        )
        return tuple(Waiting(row["currency"], row["jobs"], row["amount"]) for row in rows)

    async def jobs(self, numbers: Collection[str]) -> Mapping[str, WaitingJob]:
        """See `WorkListRepository.jobs`."""
        rows = await self._connection.fetch(
            f"select {LISTING.columns} from {_JOBS} where j.number = any($1)", list(numbers)
        )
        return {row["job"]["number"]: _waiting_job(row) for row in rows}

    async def proformas(self, numbers: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """See `WorkListRepository.proformas`."""
        rows = await self._connection.fetch(_PROFORMAS.format("any($1)"), list(numbers))
        return {row["job"]: tuple(row["numbers"]) for row in rows}


def _waiting_job(row: asyncpg.Record) -> WaitingJob:
    return WaitingJob(
        job_view(row),
        row["customer_name"],
        row["sales_rep"],
        row["billed_currency"],
        tuple(row["proformas"] or ()),
    )
