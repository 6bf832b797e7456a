"""Duplicate any invoice: a new pro forma with the same lines, job lines with what remains."""

import dataclasses
from decimal import Decimal

from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import keep_new
from services.invoice_service.application.edit_invoice import line_needs
from services.invoice_service.application.outgoing import new_token
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.application.versions import check_version
from services.invoice_service.domain.drafting import Drafting, check_customer
from services.invoice_service.domain.editing import new_proforma, patched, typed_values, with_lines
from services.invoice_service.domain.line import EXTRA_CHARGE, JOB, Line, totalled
from services.invoice_service.domain.line_defaults import in_language
from services.invoice_service.domain.line_editing import remaining_for
from shared.identifiers import new_id


async def duplicate_invoice(
    uow: UnitOfWork, context: Context, ref: str, *, based_on: int | None = None
) -> Loaded:
    """A new pro forma like an invoice, with what was typed on it, dated today.

    Raises:
        NotFound: no such invoice.
        Conflict: customer_not_billable.
        StaleVersion: a version was told, and it is not the current one.
    """
    source = (await uow.invoices.load(ref, context.actor.id)).invoice
    check_version(source, based_on)
    await uow.drafting.lock_jobs(source.jobs)
    # What bills again in place of a draft credit does so once: its duplicate stands in for nothing.
    needs = dataclasses.replace(line_needs(source), rebills=None)
    read = await uow.drafting.drafting(customer=source.customer, payer=None, needs=needs)
    check_customer(read.drafting.customer)
    check_customer(read.drafting.payer)
    job = read.drafting.jobs[source.jobs[0]] if source.jobs else None
    fresh = new_proforma(new_id(), new_token(), read.drafting, job=job, now=context.now)
    typed = typed_values(source, read.drafting)
    fresh = patched(fresh, typed, read.drafting, now=context.now, job=job)
    given: dict[tuple[str | None, str | None], Decimal] = {}
    lines = tuple(_again(line, read.drafting, given) for line in source.lines)
    if fresh.language != source.language:
        lines = in_language(lines, read.drafting, fresh.language)
    return await keep_new(uow, context, with_lines(fresh, lines, read.drafting), read)


def _again(line: Line, drafting: Drafting, given: dict[tuple[str | None, str | None], Decimal]) -> Line:
    """A line once more; of a job or a charge, what remains after the lines before it (`given`)."""
    copy = dataclasses.replace(line, id=new_id(), credited_line=None, release_quantity=True, taxes=())
    if line.kind not in (JOB, EXTRA_CHARGE):
        quantity = abs(line.quantity) if line.quantity is not None else None
        return totalled(dataclasses.replace(copy, quantity=quantity))
    key = (line.job, line.extra_charge)
    left = remaining_for(dataclasses.replace(copy, quantity=None), drafting) or Decimal(0)
    quantity = max(Decimal(0), left - given.get(key, Decimal(0)))
    given[key] = given.get(key, Decimal(0)) + quantity
    return totalled(dataclasses.replace(copy, quantity=quantity))
