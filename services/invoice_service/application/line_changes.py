"""What every change of the lines of a pro forma goes through: it is opened under its locks, settled, and kept."""

import dataclasses
import uuid

from services.invoice_service.application.context import Context
from services.invoice_service.application.outgoing import event
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import DraftingRead, Loaded, Trail
from services.invoice_service.application.settle_credit import settle_credit
from services.invoice_service.application.trail import entry, invoice_changes
from services.invoice_service.application.versions import check_editable, check_version
from services.invoice_service.domain.drafting import seen_now
from services.invoice_service.domain.editing import revised, with_lines
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.quantities import check_quantities


async def opened(uow: UnitOfWork, context: Context, ref: str, based_on: int | None, *jobs: str) -> Loaded:
    """The pro forma under its lock, and under theirs the jobs that it bills, and these.

    Raises:
        NotFound: no such invoice.
        Conflict: frozen.
        StaleVersion: the version it was based on.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    check_editable(loaded.invoice)
    check_version(loaded.invoice, based_on)
    await uow.drafting.lock_jobs((*loaded.invoice.jobs, *jobs))
    return loaded


def line_of(invoice: Invoice, line_id: uuid.UUID) -> Line:
    """The line of this id. Raises NotFound."""
    line = invoice.line(line_id)
    if line is None:
        raise NotFound("line", str(line_id))
    return line


async def settled_with(
    uow: UnitOfWork, before: Invoice, lines: tuple[Line, ...], read: DraftingRead
) -> Invoice:
    """The invoice with these lines and its totals, nothing written. Raises Invalid."""
    if before.kind == "credit_note":
        return await settle_credit(uow, dataclasses.replace(before, lines=lines))
    return with_lines(before, lines, read.drafting)


async def keep(
    uow: UnitOfWork,
    context: Context,
    loaded: Loaded,
    read: DraftingRead,
    lines: tuple[Line, ...],
    *,
    action: str,
    allow_over_invoicing: bool = False,
) -> Loaded:
    """Write the invoice with these lines, its trail and its event. Without a difference nothing is written.

    Raises:
        Conflict: over_invoicing.
        Forbidden: over_invoicing was asked for by somebody who may not.
        Invalid: what the totals refuse.
    """
    before = loaded.invoice
    edited = await settled_with(uow, before, lines, read)
    if edited == before:
        return loaded
    after = revised(before, edited, context.now)
    trail = Trail(
        [entry(context, action, after, invoice_changes(before, after))],
        [event(context, "updated", after, loaded.around)],
    )
    await uow.invoices.update(before, after, trail)
    # A credit counts too: less of it leaves less room for what bills it again.
    billed = await uow.drafting.billed((*before.jobs, *after.jobs))
    check_quantities(
        read.drafting.jobs,
        billed,
        tolerance_percent=read.drafting.settings.overrun_tolerance_percent,
        actor=context.actor,
        allow_over_invoicing=allow_over_invoicing,
    )
    uses = {
        job: tuple(use for use in read.uses.get(job, ()) if use.number != before.number) for job in after.jobs
    }
    around = dataclasses.replace(loaded.around, other_uses=uses)
    return Loaded(after, seen_now(around, after, read.drafting, billed))
