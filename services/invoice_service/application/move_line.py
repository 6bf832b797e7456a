"""Move a line of a pro forma up or down."""

import uuid

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of
from services.invoice_service.application.line_changes import keep, line_of, opened
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.domain.line_editing import shifted


async def move_line(
    uow: UnitOfWork, context: Context, ref: str, line_id: uuid.UUID, by: int, *, based_on: int | None
) -> Loaded:
    """The invoice, that line so many places further down (up when negative), at most to the end.

    Raises:
        NotFound: no such invoice or line.
        Conflict: frozen.
        StaleVersion: the version it was based on.
    """
    loaded = await opened(uow, context, ref, based_on)
    line_of(loaded.invoice, line_id)
    read = await drafting_of(uow, loaded.invoice)
    lines = shifted(loaded.invoice.lines, line_id, by)
    return await keep(uow, context, loaded, read, lines, action="lines.ordered")
