"""Put a line that was removed back where it was."""

import uuid

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of, line_needs
from services.invoice_service.application.line_changes import keep, line_of, opened
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.domain.drafting import check_job
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.line_editing import put_back


async def restore_line(
    uow: UnitOfWork,
    context: Context,
    ref: str,
    line_id: uuid.UUID,
    *,
    based_on: int | None,
    allow_over_invoicing: bool = False,
) -> tuple[Loaded, Line]:
    """The same line again, as it was when it was removed; one that stands there already is answered as it is.

    Raises:
        NotFound: no such invoice, or no such line was removed from it.
        Conflict: frozen, job_cancelled, other_payer, other_currency, over_invoicing (others may have billed since).
        StaleVersion: the version it was based on.
        Invalid: unknown_reference: what it names was deleted since; over_credit.
    """
    removed = await uow.invoices.removed(line_id)
    job = removed.line.job if removed else None
    loaded = await opened(uow, context, ref, based_on, *((job,) if job else ()))
    invoice = loaded.invoice
    standing = invoice.line(line_id)
    if standing is not None:
        return loaded, standing
    if removed is None or removed.invoice_id != invoice.id:
        raise NotFound("line", str(line_id))
    line = removed.line
    read = await drafting_of(
        uow, invoice, line_needs(invoice, job=job, product=line.product, account=line.gl_account)
    )
    if job and invoice.kind == "invoice":
        check_job(read.drafting.jobs[job], read.drafting, force=True)
    lines = put_back(invoice.lines, line, removed.position, read.drafting)
    after = await keep(
        uow,
        context,
        loaded,
        read,
        lines,
        action="line.restored",
        allow_over_invoicing=allow_over_invoicing,
    )
    return after, line_of(after.invoice, line_id)
