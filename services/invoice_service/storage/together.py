"""Several messages in one transaction: one statement locks, one reads what they may need, one writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import asyncpg

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.together import Expected
from services.invoice_service.application.ports.transactions import TransactionConflict
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.plain_data import plain_data
from services.invoice_service.storage.drafting import JOB_JSON, OF_THE_SHOP
from services.invoice_service.storage.foreseen import Attempt, Written
from services.invoice_service.storage.invoice_rows import invoice_row, line_row, tax_rows
from services.invoice_service.storage.jobs import FIELDS
from services.invoice_service.storage.read_ahead import ReadAhead
from services.invoice_service.storage.unit_of_work import PLANNED_ONCE, Transaction
from shared.postgres.pool import to_json

_LOCK = f"""
    with locked as (select number from jobs where number = any($1) order by number for update)
    select {PLANNED_ONCE}, count(*) from locked"""

_READ = f"""
    with job as materialized (
        select {JOB_JSON} as row from jobs j where j.number = any($3)
    ), wanted as (
        select c.* from customers c where c.code = any($4)
    ), fee as (
        select x.* from extra_charges x where x.code = any($7)
    )
    select jsonb_build_object(
        'known', (select jsonb_agg(jsonb_build_array(i.source, i.message_id))
                  from unnest($1::text[], $2::text[]) u (source, message_id) join inbox i using (source, message_id)),
        'settings', (select body from settings),
        'customers', (select jsonb_agg(to_jsonb(c)) from customers c
                      where c.code in (select code from wanted union select bill_to from wanted)),
        {OF_THE_SHOP}
        'jobs', (select jsonb_agg(row) from job),
        'products', (select jsonb_agg(to_jsonb(p)) from products p where p.code = any($5)
                     or p.code in (select product from fee)
                     or p.code in (select row ->> 'product' from job)
                     or p.code in (select x ->> 'product' from job, jsonb_array_elements(row -> 'extra_charges') x)),
        'accounts', (select jsonb_agg(number) from gl_accounts where number = any($6)),
        'charge_codes', (select jsonb_agg(to_jsonb(fee)) from fee),
        'uses', (select jsonb_agg(jsonb_build_object('job', l.job, 'number', i.number, 'date', i.date,
                                                     'quantity', l.quantity, 'status', i.status) order by i.id)
                 from invoice_lines l join invoices i on i.id = l.invoice_id
                 where l.kind = 'job' and l.job = any($3)))"""


class Foreseeing:
    """`TogetherPort` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def foresee(self, expected: Expected) -> "Gathered":
        """See the port. The lock is a statement of its own: the sums after it see what others committed."""
        connection = self._transaction.connection
        await connection.execute(_LOCK, list(expected.jobs))
        read: dict[str, Any] = await connection.fetchval(
            _READ,
            [source for source, _ in expected.identities],
            [message_id for _, message_id in expected.identities],
            list(expected.jobs),
            list(expected.customers),
            list(expected.products),
            list(expected.accounts),
            list(expected.extra_charges),
        )
        return Gathered(self._transaction, ReadAhead(read, frozenset(expected.jobs)))


class Gathered:
    """See the port `Foreseen`."""

    def __init__(self, transaction: Transaction, ahead: ReadAhead) -> None:
        self._transaction = transaction
        self._ahead = ahead
        self._written = Written()

    @contextmanager
    def attempt(self) -> Iterator[UnitOfWork]:
        """See the port."""
        attempt = Attempt(self._ahead, self._written)
        # Of the ports only those that a message about a job asks for; another is not foreseen.
        yield cast("UnitOfWork", attempt)
        self._written = attempt.written

    async def write(self) -> None:
        """See the port."""
        try:
            self._transaction.xact = await self._write()
        except asyncpg.UniqueViolationError as error:
            raise TransactionConflict(str(error)) from error

    async def _write(self) -> str:
        written = self._written
        added = [job for number, job in written.jobs.items() if number not in self._ahead.jobs]
        changed = [job for number, job in written.jobs.items() if number in self._ahead.jobs]
        noted = written.auto_drafts
        xact: str = await self._transaction.connection.fetchval(
            "select receive_together($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)::text",
            [
                dict(zip(("source", "message_id", "fingerprint", "type"), claim, strict=True))
                for claim in written.claims
            ],
            [_job_row(job, written) | noted.get(job.number, {}) for job in added],
            [_job_row(job, written) for job in changed],
            [
                {**plain_data(charge), "job": job.number, "position": position}
                for job in (*added, *changed)
                for position, charge in enumerate(job.extra_charges, start=1)
            ],
            [{"number": number, **note} for number, note in noted.items() if number in self._ahead.jobs],
            written.audit,
            [new.token for new in written.invoices],
            [new.invoice.business_entity for new in written.invoices],
            [new.invoice.id for new in written.invoices],
            [to_json(invoice_row(new.invoice)) for new in written.invoices],
            [
                to_json({"audit": list(new.trail.audit), "messages": list(new.trail.messages)})
                for new in written.invoices
            ],
            [
                line_row(line, new.invoice.id, position)
                for new in written.invoices
                for position, line in enumerate(new.invoice.lines)
            ],
            [row for new in written.invoices for row in tax_rows(new.invoice)],
        )
        return xact


def _job_row(job: Job, written: Written) -> dict[str, Any]:
    at = written.at[job.number]
    return {name: getattr(job, name) for name in FIELDS} | {"created_at": at, "updated_at": at}
