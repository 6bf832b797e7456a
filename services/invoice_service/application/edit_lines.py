"""Add, edit, remove and reorder the lines of a pro forma. Lines share their invoice's version."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of, line_needs
from services.invoice_service.application.line_changes import keep, line_of, opened
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import DraftingRead, Loaded
from services.invoice_service.application.settle_credit import edited_credit_line
from services.invoice_service.domain.drafting import check_job
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import EXTRA_CHARGE, GL, JOB, PRODUCT, Line
from services.invoice_service.domain.line_defaults import defaults, filled, new_line
from services.invoice_service.domain.line_editing import inserted, remaining_for, typed_over
from shared.identifiers import new_id


@dataclass(frozen=True, slots=True)
class AddLine:
    """A line to add: its kind, its source by kind, what was typed, and behind which line it goes."""

    kind: str
    job: str | None = None
    extra_charge: str | None = None
    product: str | None = None
    gl_account: str | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    after: uuid.UUID | None = None
    force: bool = False
    allow_over_invoicing: bool = False


@dataclass(frozen=True, slots=True)
class EditLine:
    """What is typed over in a line (null clears a field back to its default); when it is `moved`, behind what."""

    line: uuid.UUID
    typed: Mapping[str, Any]
    moved: bool = False
    after: uuid.UUID | None = None
    allow_over_invoicing: bool = False


async def add_line(
    uow: UnitOfWork, context: Context, ref: str, command: AddLine, *, based_on: int | None
) -> tuple[Loaded, Line]:
    """Add a line from a job, a product, an account, an extra charge, or a text.

    Raises:
        NotFound: no such invoice.
        Conflict: frozen, over_invoicing, job_cancelled, job_not_launched, job_fully_billed, other_payer.
        StaleVersion: the version it was based on.
        Invalid: unknown references, price_twice, or a line foreign to a credited invoice.
    """
    loaded = await opened(uow, context, ref, based_on, *((command.job,) if command.job else ()))
    invoice = loaded.invoice
    read, line, lines = await added(uow, invoice, command)
    after = await keep(
        uow,
        context,
        loaded,
        read,
        lines,
        action="line.added",
        allow_over_invoicing=command.allow_over_invoicing,
    )
    return after, line_of(after.invoice, line.id)


async def added(
    uow: UnitOfWork, invoice: Invoice, command: AddLine
) -> tuple[DraftingRead, Line, tuple[Line, ...]]:
    """The new line and all lines with it, nothing written; and what they were made from. Raises as `add_line`."""
    if invoice.kind == "credit_note":
        raise Invalid("invalid", errors=(FieldError("kind", "foreign_line"),))
    needs = line_needs(
        invoice,
        job=command.job,
        product=command.product or command.typed.get("product"),
        account=command.gl_account or command.typed.get("gl_account"),
    )
    read = await drafting_of(uow, invoice, needs)
    line = _new_line(command, read, invoice)
    return read, line, inserted(invoice.lines, line, command.after)


async def edit_line(
    uow: UnitOfWork, context: Context, ref: str, command: EditLine, *, based_on: int | None
) -> tuple[Loaded, Line]:
    """Type over fields of a line, or move it. Raises as `add_line`."""
    loaded = await opened(uow, context, ref, based_on)
    read, lines = await edited(uow, loaded.invoice, command)
    after = await keep(
        uow,
        context,
        loaded,
        read,
        lines,
        action="line.edited",
        allow_over_invoicing=command.allow_over_invoicing,
    )
    return after, line_of(after.invoice, command.line)


async def edited(
    uow: UnitOfWork, invoice: Invoice, command: EditLine
) -> tuple[DraftingRead, tuple[Line, ...]]:
    """The lines with this one edited, nothing written; and what they were made from. Raises as `edit_line`."""
    line, typed = line_of(invoice, command.line), command.typed
    needs = line_needs(invoice, product=typed.get("product"), account=typed.get("gl_account"))
    read = await drafting_of(uow, invoice, needs)
    if invoice.kind == "credit_note":
        changed = edited_credit_line(line, typed)
    else:
        remaining = remaining_for(line, read.drafting, invoice)
        changed = typed_over(line, typed, read.drafting, invoice.language, remaining=remaining)
    if command.moved:
        others = tuple(other for other in invoice.lines if other.id != line.id)
        return read, inserted(others, changed, command.after)
    return read, tuple(changed if other.id == line.id else other for other in invoice.lines)


async def remove_line(
    uow: UnitOfWork, context: Context, ref: str, line_id: uuid.UUID, *, based_on: int | None
) -> Loaded:
    """Remove a line. Raises NotFound, frozen, StaleVersion."""
    loaded = await opened(uow, context, ref, based_on)
    line_of(loaded.invoice, line_id)
    read = await drafting_of(uow, loaded.invoice)
    lines = tuple(line for line in loaded.invoice.lines if line.id != line_id)
    return await keep(uow, context, loaded, read, lines, action="line.removed")


async def order_lines(
    uow: UnitOfWork, context: Context, ref: str, order: Sequence[uuid.UUID], *, based_on: int | None
) -> Loaded:
    """Put the lines in this order, which names each of them once.

    Raises:
        Invalid: it does not.
        NotFound, Conflict, StaleVersion: as the other edits.
    """
    loaded = await opened(uow, context, ref, based_on)
    by_id = {line.id: line for line in loaded.invoice.lines}
    if sorted(order) != sorted(by_id):
        raise Invalid("invalid", errors=(FieldError("lines", "invalid"),))
    read = await drafting_of(uow, loaded.invoice)
    return await keep(
        uow, context, loaded, read, tuple(by_id[line_id] for line_id in order), action="lines.ordered"
    )


def _new_line(command: AddLine, read: DraftingRead, invoice: Invoice) -> Line:
    drafting = read.drafting
    errors = []
    if command.kind == PRODUCT and command.product not in drafting.products:
        errors.append(FieldError("product", "unknown_reference", {"value": command.product}))
    if command.kind == GL and command.gl_account not in drafting.accounts:
        errors.append(FieldError("gl_account", "unknown_reference", {"value": command.gl_account}))
    if command.job:
        job = drafting.jobs[command.job]
        by_itself = command.kind == JOB and not command.force and "quantity" not in command.typed
        check_job(job, drafting, force=not by_itself)
    job_number, charge = command.job, None
    if command.kind == EXTRA_CHARGE and command.extra_charge:
        job_number, charge = _charged(
            command.extra_charge, (command.job,) if command.job else invoice.jobs, read
        )
        if charge is None:
            errors.append(FieldError("extra_charge", "unknown_reference", {"value": command.extra_charge}))
    if errors:
        raise Invalid("invalid", errors=tuple(errors))
    blank = new_line(
        new_id(),
        command.kind,
        job=job_number,
        extra_charge=charge,
        product=command.product if command.kind == PRODUCT else None,
        gl_account=command.gl_account if command.kind == GL else None,
    )
    remaining = remaining_for(blank, drafting, invoice)
    line = filled(blank, defaults(blank, drafting, invoice.language, remaining=remaining))
    return typed_over(line, command.typed, drafting, invoice.language, remaining=remaining)


def _charged(named: str, jobs: Sequence[str], read: DraftingRead) -> tuple[str | None, str | None]:
    """The job and the id of the extra charge that a person names, by id or code; (None, None): no job has it."""
    found = ((number, read.drafting.jobs[number].charge(named)) for number in jobs)
    return next(((number, charge.id) for number, charge in found if charge is not None), (None, None))
