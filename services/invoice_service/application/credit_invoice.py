"""Credit a transferred invoice: a credit note pro forma, and perhaps a new pro forma of the same."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import keep_new
from services.invoice_service.application.edit_invoice import drafting_of
from services.invoice_service.application.outgoing import new_token
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import DraftingRead, Loaded
from services.invoice_service.application.versions import check_version
from services.invoice_service.domain.actions import credit_obstacle
from services.invoice_service.domain.credit import (
    CreditRequest,
    check_caps,
    credit_line,
    credit_totalled,
    remaining_requests,
    wanted_by_line,
)
from services.invoice_service.domain.editing import new_proforma, with_lines
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, Status
from services.invoice_service.domain.line import Line, totalled
from services.invoice_service.domain.quantities import check_quantities
from shared.identifiers import new_id


@dataclass(frozen=True, slots=True)
class CreditInvoice:
    """What to credit and why; no lines means all that remains; `rebill` asks for a new pro forma too."""

    reason: str
    lines: Sequence[CreditRequest] | None = None
    rebill: bool = False


@dataclass(frozen=True, slots=True)
class CreditMade:
    """The credit note pro forma, and the number of the pro forma that bills again."""

    credit: Loaded
    rebill: str | None


async def credit_invoice(
    uow: UnitOfWork, context: Context, ref: str, command: CreditInvoice, *, based_on: int | None = None
) -> CreditMade:
    """Make a credit note pro forma, which reserves what it credits.

    Raises:
        NotFound: no such invoice.
        Conflict: not_creditable (not transferred, a credit note, nothing left); over_invoicing, when what is
            billed again is not released.
        StaleVersion: a version was told, and it is not the current one.
        Invalid: over_credit, or a line that is not the invoice's.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    original = loaded.invoice
    check_version(original, based_on)
    existing = await uow.invoices.credits_of(original.id)
    requests = tuple(command.lines) if command.lines is not None else remaining_requests(original, existing)
    if credit_obstacle(original, loaded.around) is not None or not requests:
        raise Conflict("not_creditable", number=original.number)
    await uow.drafting.lock_jobs(original.jobs)
    read = await drafting_of(uow, original)
    credit = _credit_note(original, requests, read, context, command.reason)
    errors = check_caps(original, existing, credit.lines)
    if errors:
        raise Invalid("over_credit", errors=errors)
    credit = credit_totalled(credit, original, [other for other in existing if other.status.final])
    link = LinkedInvoice(original.id, original.number, original.date, original.status)
    made = await keep_new(uow, context, credit, read, credited=link)
    rebill = None
    if command.rebill:
        rebill = (await _rebill(uow, context, original, made.invoice, read)).invoice.number
        # Its jobs stand on one more invoice now.
        made = await uow.invoices.load(str(made.invoice.id), context.actor.id)
        check_quantities(
            read.drafting.jobs,
            await uow.drafting.billed(original.jobs),
            tolerance_percent=read.drafting.settings.overrun_tolerance_percent,
            actor=context.actor,
            allow_over_invoicing=False,
        )
    return CreditMade(made, rebill)


def _credit_note(
    original: Invoice, requests: tuple[CreditRequest, ...], read: DraftingRead, context: Context, reason: str
) -> Invoice:
    lines = []
    for index, request in enumerate(requests):
        source = original.line(request.line)
        if source is None:
            raise Invalid("invalid", errors=(FieldError(f"lines[{index}].line", "foreign_line"),))
        lines.append(credit_line(new_id(), source, request))
    today = read.drafting.settings.today(context.now)
    return dataclasses.replace(
        original,
        id=new_id(),
        kind="credit_note",
        status=Status.PROFORMA_DRAFT,
        version=1,
        proforma_number=new_token(),
        final_number=None,
        date=today,
        due_date=None,
        note=None,
        hold=None,
        manual=(),
        lines=tuple(lines),
        credited_invoice=original.id,
        credit_reason=reason,
        rebills=None,
        created_at=context.now,
        updated_at=context.now,
        finalized_at=None,
    )


async def _rebill(
    uow: UnitOfWork, context: Context, original: Invoice, credit: Invoice, read: DraftingRead
) -> Loaded:
    """A pro forma of what is credited now; what was credited before, for good, is not billed again."""
    fresh = new_proforma(new_id(), new_token(), read.drafting, job=None, now=context.now)
    credited = wanted_by_line(credit.lines)
    lines: list[Line] = []
    for line in original.lines:
        if line.total is None:
            lines.append(dataclasses.replace(line, id=new_id()))
        elif line.id in credited:
            # Of an amount without a quantity nobody knows yet how it is billed anew: 0, to fill in.
            quantity = credited[line.id].quantity
            lines.append(totalled(dataclasses.replace(line, id=new_id(), quantity=quantity, taxes=())))
    copied = {
        field: getattr(original, field)
        for field in (
            "sold_to",
            "bill_to",
            "ship_to",
            "ship_to_address",
            "billing_contact",
            "tax_code",
            "payment_term",
            "payment_method",
            "sales_rep",
            "language",
            "message",
            "business_entity",
            "customer",
            "payer",
            "currency",
            "exchange_rate",
            "receivable_account",
        )
    }
    typed = tuple(field for field in original.manual if field in copied)
    rebill = dataclasses.replace(fresh, **copied, manual=typed, rebills=credit.id)
    rebill = with_lines(rebill, tuple(lines), read.drafting)
    return await keep_new(uow, context, rebill, read)
