"""What a change of a line would make of it and of its invoice, nothing written: live totals while a person types."""

from dataclasses import dataclass

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_lines import AddLine, EditLine, added, edited
from services.invoice_service.application.line_changes import line_of, settled_with
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import DraftingRead
from services.invoice_service.application.versions import check_editable
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.quantities import billed_with, check_quantities


@dataclass(frozen=True, slots=True)
class LinePreview:
    """The invoice and the line as they would be; `refusal`: why saving it would be refused without a word more."""

    invoice: Invoice
    line: Line
    refusal: Conflict | None = None


async def preview_line(
    uow: UnitOfWork, context: Context, ref: str, command: AddLine | EditLine
) -> LinePreview:
    """Compute a change as `add_line` or `edit_line` would, with the same functions, on the invoice as it is now.

    Raises:
        NotFound: no such invoice or line.
        Conflict: frozen, or what keeps a line from being added.
        Invalid: unknown references, price_twice, amount_too_large, over_credit.
    """
    before = (await uow.invoices.load(ref, context.actor.id)).invoice
    check_editable(before)
    if isinstance(command, AddLine):
        read, line, lines = await added(uow, before, command)
        line_id = line.id
    else:
        read, lines = await edited(uow, before, command)
        line_id = command.line
    after = await settled_with(uow, before, lines, read)
    return LinePreview(after, line_of(after, line_id), _refusal(context, before, after, read))


def _refusal(context: Context, before: Invoice, after: Invoice, read: DraftingRead) -> Conflict | None:
    """Why saving is refused to whoever does not ask for over-invoicing by name."""
    if after.kind == "credit_note":
        return None
    try:
        check_quantities(
            read.drafting.jobs,
            billed_with(read.drafting, before, after),
            tolerance_percent=read.drafting.settings.overrun_tolerance_percent,
            actor=context.actor,
            allow_over_invoicing=False,
        )
    except Conflict as over:
        return over
    return None
