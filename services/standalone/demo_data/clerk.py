"""What the people of the invented shop do with invoices, by the use cases that the API calls too."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.invoice_service.application.close_transfer import mark_transferred
from services.invoice_service.application.compose_email import Address, draft_email
from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import CreateInvoice, create_invoice
from services.invoice_service.application.credit_invoice import CreditInvoice, credit_invoice
from services.invoice_service.application.duplicate_invoice import duplicate_invoice
from services.invoice_service.application.edit_invoice import edit_invoice
from services.invoice_service.application.edit_lines import AddLine, EditLine, add_line, edit_line
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.send_email import send_email
from services.invoice_service.application.write_email import EmailToSend
from services.invoice_service.domain.credit import CreditRequest
from services.standalone.demo_data.rows import Bill, Refund

Numbers = Mapping[str, str]
"""The pro forma number of each bill and credit, by its key; it finds the final too."""


async def draw_up(uow: UnitOfWork, context: Context, bill: Bill, numbers: Numbers) -> tuple[str, ...]:
    """Make the pro forma of a bill. Returns its number."""
    if bill.again is not None:
        made = await duplicate_invoice(uow, context, numbers[bill.again])
    else:
        job = bill.jobs[0] if bill.jobs else None
        made = await create_invoice(uow, context, CreateInvoice(job=job, customer=bill.customer))
    for number in bill.jobs[1:]:
        await add_line(uow, context, made.invoice.number, AddLine("job", job=number), based_on=None)
    await complete(uow, context, bill, made.invoice.number)
    return (made.invoice.number,)


async def complete(uow: UnitOfWork, context: Context, bill: Bill, number: str) -> None:
    """What a clerk adds to a pro forma: lines, what is typed over, a note, a hold."""
    for line in bill.lines:
        await add_line(uow, context, number, line, based_on=None)
    await _type(uow, context, number, bill.typed, over=bill.over)
    changes = {**bill.changes, **{name: value for name in ("note", "hold") if (value := getattr(bill, name))}}
    if changes:
        await edit_invoice(uow, context, number, changes, based_on=None)


async def _type(
    uow: UnitOfWork,
    context: Context,
    number: str,
    typed: Mapping[int, Mapping[str, Any]],
    *,
    over: bool = False,
) -> None:
    """Type over fields of lines, by their place."""
    lines = (await uow.invoices.load(number, context.actor.id)).invoice.lines if typed else ()
    for place, values in typed.items():
        line = lines[place].id
        await edit_line(
            uow, context, number, EditLine(line, values, allow_over_invoicing=over), based_on=None
        )


async def refund(uow: UnitOfWork, context: Context, row: Refund, numbers: Numbers) -> tuple[str, ...]:
    """Make a credit note pro forma. Returns its number, and that of the pro forma that bills again."""
    credited = (await uow.invoices.load(numbers[row.of], context.actor.id)).invoice
    requests = [
        *(
            CreditRequest(credited.lines[at].id, quantity=Decimal(text), release_quantity=row.releases)
            for at, text in row.quantities.items()
        ),
        *(CreditRequest(credited.lines[at].id, amount=Decimal(text)) for at, text in row.amounts.items()),
    ]
    made = await credit_invoice(
        uow,
        context,
        numbers[row.of],
        CreditInvoice(row.reason, requests or None, rebill=row.rebill is not None),
    )
    if made.rebill is None:
        return (made.credit.invoice.number,)
    await _type(uow, context, made.rebill, row.retyped)
    return made.credit.invoice.number, made.rebill


async def mail(uow: UnitOfWork, context: Context, number: str, cc: tuple[str, ...] = ()) -> None:
    """Send an invoice as the e-mail that is proposed for it."""
    draft = await draft_email(uow, context, number)
    await send_email(
        uow,
        context,
        number,
        EmailToSend(
            to=draft.to,
            cc=(*draft.cc, *map(Address, cc)),
            bcc=draft.bcc,
            subject=draft.subject,
            body=draft.body,
        ),
    )


async def enter_by_hand(uow: UnitOfWork, context: Context, number: str) -> None:
    """Close the transfer of an invoice that somebody entered into the old ledger."""
    invoice = (await uow.invoices.load(number, context.actor.id)).invoice
    await mark_transferred(uow, context, number, f"{invoice.number} saisie à la main dans les livres")
