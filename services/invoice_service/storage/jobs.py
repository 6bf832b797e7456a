"""Production jobs: their row, their extra charges, and what invoices bill of them."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.records import BillingOfJob, JobChoice, JobView
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.storage.drafting import JOB_JSON
from services.invoice_service.storage.drafting_rows import job_from
from services.invoice_service.storage.lists import Expression, Listing, fetch_first, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

# Columns of a PUT or a message; `auto_draft_remaining` is not among them.
FIELDS = (
    "number",
    "customer",
    "title",
    "description",
    "ordered_quantity",
    "produced_quantity",
    "unit_price",
    "total_price",
    "currency",
    "po_number",
    "product",
    "gl_account",
    "ship_to",
    "status",
    "completed_at",
    "message_time",
)

# Before taxes: what remains of the job (without a price of its own, its product's) and of its charges. What has no
# price yet counts nothing, nor does what was cancelled.
AMOUNT_WAITING = """case when j.status = 'cancelled' then 0.00 else j.charges_waiting + coalesce(
    case when j.total_price is not null then price_of_part(j.total_price, j.remaining_quantity, j.ordered_quantity)
         else round(j.remaining_quantity
                    * coalesce(j.unit_price, (select unit_price from products where code = j.product)), 2) end,
    0) end"""

# One row holds a job, whole: a page of jobs is one statement.
VIEW = f"""{JOB_JSON} as job, {AMOUNT_WAITING} as amount_waiting,
    (select jsonb_agg(jsonb_build_object('number', number, 'date', date, 'quantity', quantity::text,
                                         'status', status) order by date, number)
     from (select i.number, i.date, i.status, sum(coalesce(l.quantity, 0)) as quantity
           from invoice_lines l join invoices i on i.id = l.invoice_id
           where l.kind = 'job' and l.job = j.number
           group by i.number, i.date, i.status) billing) as invoices"""

BILLABLE = """(
    j.to_bill and j.status not in ('pending_launch', 'cancelled')
    and exists (select from customers c where c.code = j.customer and c.active and not c.prospect))"""
SEARCHED = "j.number || ' ' || j.title || ' ' || coalesce(j.po_number, '')"

LISTING = Listing(
    columns=VIEW,
    source="jobs j",
    key=Expression("j.number"),
    sorts={
        "number": Expression("j.number"),
        "title": Expression("sort_key(j.title)"),
        "customer": Expression("j.customer"),
        "status": Expression("j.status"),
        # What is not completed comes after all that is.
        "completed_at": Expression("coalesce(j.completed_at, 'infinity')", "timestamptz"),
        "created_at": Expression("j.created_at", "timestamptz"),
        "updated_at": Expression("j.updated_at", "timestamptz"),
    },
    default_sort=(SortKey("number"),),
    conditions={
        "customer": "j.customer = any({}::text[])",
        "status": "j.status = any({}::text[])",
    },
    flags={"billable": BILLABLE},
    search=SEARCHED,
    # As a set of codes: both halves find their rows by an index.
    search_also="j.customer in (select code from customers where sort_key(code || ' ' || name) like {})",
)
# The name of a job's customer is looked up for the rows that are shown alone.
_CHOICES = replace(
    LISTING,
    columns="""j.number, j.title, j.customer,
        trim_scale(j.remaining_quantity) as remaining, trim_scale(j.ordered_quantity) as ordered,
        (select c.name from customers c where c.code = j.customer) as customer_name""",
)


class PostgresJobs:
    """See the port `JobRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, number: str, *, lock: bool = False) -> Job | None:
        """See the port. The lock is a statement of its own: the sums after it see what others committed."""
        if lock and not await self._connection.fetchval(
            "select true from jobs where number = $1 for update", number
        ):
            return None
        row = await self._connection.fetchval(f"select {JOB_JSON} from jobs j where number = $1", number)
        return job_from(row) if row else None

    async def view(self, number: str) -> JobView | None:
        """See the port."""
        row = await self._connection.fetchrow(f"select {VIEW} from jobs j where number = $1", number)
        return job_view(row) if row else None

    async def page(self, query: ListQuery) -> Page[JobView]:
        """See the port."""
        return await fetch_page(self._connection, LISTING, query, job_view)

    async def choices(self, query: ListQuery) -> tuple[JobChoice, ...]:
        """See the port."""
        return await fetch_first(self._connection, _CHOICES, query, lambda row: JobChoice(**row))

    async def insert(self, job: Job, at: dt.datetime) -> bool:
        """See the port."""
        places = ", ".join(f"${number}" for number in range(2, len(FIELDS) + 2))
        inserted = await self._connection.fetchval(
            f"insert into jobs (created_at, updated_at, {', '.join(FIELDS)})"
            f" values ($1, $1, {places}) on conflict do nothing returning true",
            at,
            *_values(job),
        )
        if inserted:
            await self._put_charges(job)
        return bool(inserted)

    async def update(self, job: Job, at: dt.datetime) -> None:
        """See the port."""
        assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(FIELDS, start=2))
        await self._connection.execute(
            f"update jobs set updated_at = $1, {assignments} where number = $2",
            at,
            *_values(job),
        )
        kept = [charge.id for charge in job.extra_charges]
        try:
            await self._connection.execute(
                "delete from job_extra_charges where job = $1 and id <> all($2::text[])", job.number, kept
            )
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("in_use", ref=job.number) from None
        await self._put_charges(job)

    async def note_auto_draft(self, number: str, remaining: Decimal, invoice_id: uuid.UUID) -> None:
        """See the port."""
        await self._connection.execute(
            "update jobs set auto_draft_remaining = $2, auto_draft_invoice = $3 where number = $1",
            number,
            remaining,
            invoice_id,
        )

    async def put_extra_charge(self, number: str, charge: ExtraCharge) -> None:
        """See the port."""
        position = await self._connection.fetchval(
            "select coalesce((select position from job_extra_charges where job = $1 and id = $2),"
            " (select max(position) + 1 from job_extra_charges where job = $1), 1)",
            number,
            charge.id,
        )
        await self._put_charge(number, charge, position)

    async def delete_extra_charge(self, number: str, charge_id: str) -> None:
        """See the port."""
        try:
            await self._connection.execute(
                "delete from job_extra_charges where job = $1 and id = $2", number, charge_id
            )
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("in_use", ref=charge_id) from None

    async def _put_charges(self, job: Job) -> None:
        for position, charge in enumerate(job.extra_charges, start=1):
            await self._put_charge(job.number, charge, position)

    async def _put_charge(self, number: str, charge: ExtraCharge, position: int) -> None:
        await self._connection.execute(
            "insert into job_extra_charges"
            " (job, id, position, code, description, quantity, unit_price, product, gl_account)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            " on conflict (job, id) do update set position = excluded.position, code = excluded.code,"
            " description = excluded.description, quantity = excluded.quantity,"
            " unit_price = excluded.unit_price, product = excluded.product, gl_account = excluded.gl_account",
            number,
            charge.id,
            position,
            charge.code,
            charge.description,
            charge.quantity,
            charge.unit_price,
            charge.product,
            charge.gl_account,
        )


def _values(job: Job) -> list[Any]:
    return [getattr(job, name) for name in FIELDS]


def job_view(row: asyncpg.Record) -> JobView:
    """The job in a row of `VIEW`."""
    return JobView(
        job_from(row["job"]),
        tuple(
            BillingOfJob(
                one["number"],
                dt.date.fromisoformat(one["date"]),
                Decimal(one["quantity"]),
                one["status"],
            )
            for one in row["invoices"] or ()
        ),
        row["amount_waiting"],
    )
