"""What invoices are made from, read at once as one JSON value."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from services.invoice_service.application.ports.invoicing import DraftingRead, Needs
from services.invoice_service.domain.errors import FieldError, Invalid, NotFound
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.snapshot import PrintMaterial
from services.invoice_service.domain.texts import Localized
from services.invoice_service.storage.drafting_rows import drafting_from, job_from
from services.invoice_service.storage.invoice_rows import other_use
from services.invoice_service.storage.unit_of_work import PLANNED_ONCE, Transaction

# A job `j`, whole, with what is billed of it.
JOB_JSON = """to_jsonb(j) || jsonb_build_object(
    'billed', job_billed(j.number),
    'payer', (select coalesce(c.bill_to, c.code) from customers c where c.code = j.customer),
    'extra_charges', coalesce((
        select jsonb_agg(to_jsonb(x) || jsonb_build_object('billed', charge_billed(x.job, x.id)) order by x.position)
        from job_extra_charges x where x.job = j.number), '[]'))"""

# What a pro forma is made from whoever it is for: keys and values of an object, each list whole.
OF_THE_SHOP = """'entities', (select jsonb_agg(jsonb_build_object('code', code, 'is_default', is_default))
                     from business_entities where active),
        'tax_codes', (select jsonb_agg(to_jsonb(t) || jsonb_build_object('taxes', coalesce((
                          select jsonb_agg(to_jsonb(x) order by tt.position)
                          from tax_code_taxes tt join taxes x on x.code = tt.tax
                          where tt.tax_code = t.code), '[]')) order by t.code)
                      from tax_codes t),
        'terms', (select jsonb_agg(to_jsonb(t)) from payment_terms t),
        'methods', (select jsonb_agg(to_jsonb(m)) from payment_methods m),
        'sales_reps', (select jsonb_agg(jsonb_build_object('code', code, 'name', name)) from sales_reps),
        'messages', (select jsonb_agg(text order by code) from form_messages
                     where active and 'invoice' = any("on")),"""

_DRAFTING = f"""
    with wanted as (
        select c.* from customers c
        where c.code = coalesce($1, (select customer from jobs where number = ($3::text[])[1]))
    ), payer as (
        select p.* from customers p where p.code = coalesce($2, (select coalesce(bill_to, code) from wanted))
    ), job as (
        select {JOB_JSON} as row from jobs j where j.number = any($3)
    )
    select jsonb_build_object(
        'settings', (select body from settings),
        'customer', (select to_jsonb(wanted) from wanted),
        'payer', (select to_jsonb(payer) from payer),
        {OF_THE_SHOP}
        'jobs', (select jsonb_agg(row) from job),
        'products', (select jsonb_agg(to_jsonb(p)) from products p where p.code = any($4)
                     or p.code in (select row ->> 'product' from job)
                     or p.code in (select x ->> 'product' from job, jsonb_array_elements(row -> 'extra_charges') x)),
        'accounts', (select jsonb_agg(to_jsonb(g)) from gl_accounts g where g.number = any($5)
                     or g.number = (select receivable_account from wanted)),
        'standing_in', (select jsonb_agg(to_jsonb(s)) from (
            select r.job, r.extra_charge, -sum(r.quantity) as quantity
            from invoice_lines r join invoices c on c.id = r.invoice_id
            where c.id = $6 and c.final_number is null and r.job is not null and r.release_quantity
            group by r.job, r.extra_charge having sum(r.quantity) is not null) s),
        'uses', (select jsonb_agg(jsonb_build_object('job', l.job, 'number', i.number, 'date', i.date,
                                                     'quantity', l.quantity, 'status', i.status) order by i.id)
                 from invoice_lines l join invoices i on i.id = l.invoice_id
                 where l.kind = 'job' and l.job = any($3)))"""

# What goes on paper besides an invoice, for the business entity in this parameter.
_MATERIAL = """jsonb_build_object(
    'issuer', (select to_jsonb(e) - '{is_default,active,placeholder,logo_document}'::text[]
                      || jsonb_build_object('logo', e.logo_document)
               from business_entities e where code = $ENTITY),
    'labels', (select jsonb_object_agg(key, jsonb_build_object('fr', fr, 'en', en)) from translations))"""
_PRINTED = f"{_DRAFTING} as drafting, {_MATERIAL.replace('$ENTITY', '$7')} as material"


class DraftingReads:
    """`DraftingRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def lock_jobs(self, numbers: Iterable[str]) -> None:
        """See `DraftingRepository.lock_jobs`."""
        await self._connection.execute(
            f"select {PLANNED_ONCE} from jobs where number = any($1) order by number for update",
            sorted(set(numbers)),
        )

    async def billed(self, numbers: Iterable[str]) -> dict[str, Decimal]:
        """See `DraftingRepository.billed`."""
        wanted = list(numbers)
        rows = await self._connection.fetch("select * from jobs_billed where job = any($1)", wanted)
        return dict.fromkeys(wanted, Decimal(0)) | {row["job"]: row["quantity"] for row in rows}

    async def drafting(self, *, customer: str | None, payer: str | None, needs: Needs) -> DraftingRead:
        """See `DraftingRepository.drafting`."""
        read = await self._connection.fetchval(_DRAFTING, *_values(customer, payer, needs))
        return _drafting(read, customer, needs)

    async def printed(
        self, *, customer: str, payer: str, needs: Needs, business_entity: str
    ) -> tuple[DraftingRead, PrintMaterial]:
        """See `DraftingRepository.printed`."""
        row = await self._connection.fetchrow(_PRINTED, *_values(customer, payer, needs), business_entity)
        if row is None:  # pragma: no cover - a select without a table always answers one row
            raise NotFound("business_entity", business_entity)
        return _drafting(row["drafting"], customer, needs), _material(row["material"])

    async def print_material(self, business_entity: str) -> PrintMaterial:
        """See `DraftingRepository.print_material`."""
        return _material(
            await self._connection.fetchval(f"select {_MATERIAL.replace('$ENTITY', '$1')}", business_entity)
        )

    async def job(self, number: str) -> Job:
        """See `DraftingRepository.job`."""
        row = await self._connection.fetchval(f"select {JOB_JSON} from jobs j where j.number = $1", number)
        if row is None:
            raise NotFound("job", number)
        return job_from(row)


def _values(customer: str | None, payer: str | None, needs: Needs) -> tuple[Any, ...]:
    return customer, payer, list(needs.jobs), list(needs.products), list(needs.accounts), needs.rebills


def _drafting(read: dict[str, Any], customer: str | None, needs: Needs) -> DraftingRead:
    for number in needs.jobs:
        if number not in {job["number"] for job in read["jobs"] or ()}:
            raise _unknown("job", number)
    if read["customer"] is None or read["payer"] is None:
        raise _unknown("customer", customer or "")
    uses: dict[str, Any] = {}
    for row in read["uses"] or ():
        uses[row["job"]] = (*uses.get(row["job"], ()), other_use(row))
    return DraftingRead(drafting_from(read), uses)


def _material(read: dict[str, Any]) -> PrintMaterial:
    labels = {key: Localized(**text) for key, text in (read["labels"] or {}).items()}
    return PrintMaterial(read["issuer"], labels)


def _unknown(field: str, code: str) -> Invalid:
    """The refusal of a body that names what is not there; an invoice's own jobs and customers always are."""
    return Invalid("invalid", errors=(FieldError(field, "unknown_reference", {"value": code}),))
