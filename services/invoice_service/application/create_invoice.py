"""Create a pro forma: from a job, or empty for a customer."""

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

from services.invoice_service.application.context import Context
from services.invoice_service.application.outgoing import event, new_token
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import DraftingRead, Loaded, Needs, Trail
from services.invoice_service.application.trail import entry, invoice_changes
from services.invoice_service.domain.drafting import check_customer, check_job, seen_now
from services.invoice_service.domain.editing import new_proforma, with_lines
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, Surroundings
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.line import JOB, Line, totalled
from services.invoice_service.domain.line_defaults import job_lines
from shared.identifiers import new_id


@dataclass(frozen=True, slots=True)
class CreateInvoice:
    """What to create from: a job (forced even when fully billed) or a customer.

    `quantity` is what to bill of the job; None: what remains.
    """

    job: str | None = None
    customer: str | None = None
    force: bool = False
    quantity: Decimal | None = None


async def create_invoice(uow: UnitOfWork, context: Context, command: CreateInvoice) -> Loaded:
    """Create a pro forma with its number.

    Raises:
        Invalid: unknown_reference: no such job or customer.
        Conflict: customer_not_billable, job_not_launched, job_cancelled, job_fully_billed.
    """
    jobs = (command.job,) if command.job else ()
    if jobs:
        await uow.drafting.lock_jobs(jobs)
    read = await uow.drafting.drafting(customer=command.customer, payer=None, needs=Needs(jobs=jobs))
    check_customer(read.drafting.customer)
    check_customer(read.drafting.payer)
    job = read.drafting.jobs[command.job] if command.job else None
    if job is not None:
        check_job(job, read.drafting, force=command.force or bool(command.quantity))
    invoice = new_proforma(new_id(), new_token(), read.drafting, job=job, now=context.now)
    if job is not None:
        lines = billed_lines(job, read, invoice, force=command.force or bool(command.quantity))
        if command.quantity is not None:
            lines = tuple(
                totalled(dataclasses.replace(line, quantity=command.quantity)) if line.kind == JOB else line
                for line in lines
            )
        invoice = with_lines(invoice, lines, read.drafting)
    return await keep_new(uow, context, invoice, read)


def billed_lines(job: Job, read: DraftingRead, invoice: Invoice, *, force: bool) -> tuple[Line, ...]:
    """The lines that bill a job: nothing for the job itself once it is billed, unless that is forced."""
    ids = [new_id() for _ in range(len(job.extra_charges) + 1)]
    lines = job_lines(job, read.drafting, invoice.language, ids)
    return tuple(lines if force or job.remaining else lines[1:])


async def keep_new(
    uow: UnitOfWork,
    context: Context,
    invoice: Invoice,
    read: DraftingRead,
    *,
    credited: LinkedInvoice | None = None,
) -> Loaded:
    """Write a new pro forma, whose number is a token until then; `credited` is what it credits."""
    token = invoice.proforma_number
    uses = {job: read.uses.get(job, ()) for job in invoice.jobs}
    billed = {job: read.drafting.jobs[job].billed + invoice.billed(job) for job in invoice.jobs}
    around = seen_now(Surroundings(credited=credited, other_uses=uses), invoice, read.drafting, billed)
    trail = Trail(
        [entry(context, "invoice.created", invoice, invoice_changes(None, invoice))],
        [event(context, "created", invoice, around)],
    )
    number = await uow.invoices.create(invoice, token, trail)
    return Loaded(dataclasses.replace(invoice, proforma_number=number), around)
