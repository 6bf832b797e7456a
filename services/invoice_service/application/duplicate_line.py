"""Duplicate a line of a pro forma, behind itself."""

import uuid

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of
from services.invoice_service.application.line_changes import keep, line_of, opened
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.domain.drafting import check_job
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.line_editing import copied, inserted
from shared.identifiers import new_id


async def duplicate_line(
    uow: UnitOfWork, context: Context, ref: str, line_id: uuid.UUID, *, based_on: int | None
) -> tuple[Loaded, Line]:
    """Another line like this one, with what was typed on it; of a job or a charge it bills what remains.

    Raises:
        NotFound: no such invoice or line.
        Conflict: frozen, job_cancelled, other_payer, other_currency.
        StaleVersion: the version it was based on.
        Invalid: foreign_line, on a credit note.
    """
    loaded = await opened(uow, context, ref, based_on)
    invoice = loaded.invoice
    line = line_of(invoice, line_id)
    if invoice.kind == "credit_note":
        raise Invalid("invalid", errors=(FieldError("kind", "foreign_line"),))
    read = await drafting_of(uow, invoice)
    if line.job:
        check_job(read.drafting.jobs[line.job], read.drafting, force=True)
    copy = copied(line, new_id(), read.drafting, invoice)
    lines = inserted(invoice.lines, copy, line.id)
    after = await keep(uow, context, loaded, read, lines, action="line.duplicated")
    return after, line_of(after.invoice, copy.id)
