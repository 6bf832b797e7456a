"""What the invoice service says: commands to the workers and events, as rows of the outbox.

One row per message, written in the transaction of the change that it tells; the relay publishes it.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Literal

from services.invoice_service.application.context import Context
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, Surroundings
from services.invoice_service.domain.postings import postings
from shared.contracts import commands, events
from shared.contracts.envelope import Envelope
from shared.contracts.values import DocumentSnapshot, Localized, Party, Wire
from shared.identifiers import new_id

SOURCE = "urn:factures:invoice_service"
Lane = Literal["normal", "email", "trial", "transfer"]
Message = Mapping[str, Any]


def new_token() -> str:
    """What stands for a number that is not taken yet: random, so that no text of a person can hold it."""
    return f"number-{uuid.uuid4().hex}"


def outgoing(
    context: Context,
    type_: str,
    data: Wire,
    *,
    subject: str,
    invoice_id: uuid.UUID | None,
    lane: Lane = "normal",
) -> Message:
    """A message as a row of the outbox."""
    message_id = new_id()
    envelope = Envelope(
        id=str(message_id),
        source=SOURCE,
        type=type_,
        subject=subject,
        time=context.now,
        data=data.model_dump(mode="json"),
        correlationid=context.correlation_id,
        causationid=context.causation_id,
        traceparent=context.traceparent,
    )
    return {
        "id": message_id,
        "type": type_,
        "invoice_id": invoice_id,
        "lane": lane,
        "body": envelope.encode().decode(),
    }


def _outdating(message: Message, version: int) -> Message:
    """The same message, with which unsent previews of its invoice that are of a version below this one go."""
    return {**message, "previews_below": version}


def event(
    context: Context,
    name: str,
    invoice: Invoice,
    around: Surroundings,
    *,
    status: str | None = None,
) -> Message:
    """`invoice.<name>`: what happened to an invoice, and its state after that."""
    data = events.InvoiceEvent(
        invoice_id=str(invoice.id),
        number=invoice.number,
        proforma_number=invoice.proforma_number,
        final_number=invoice.final_number,
        kind=invoice.kind,
        status=status or invoice.status.value,
        version=invoice.version,
        customer=invoice.customer,
        date=invoice.date,
        currency=invoice.currency,
        subtotal=invoice.totals.subtotal,
        total=invoice.totals.total,
        jobs=invoice.jobs,
        credited_invoice=around.credited.number if around.credited else None,
    )
    type_ = f"events.invoice.{name}.v1"
    told = outgoing(context, type_, data, subject=invoice.number, invoice_id=invoice.id)
    # Of one that is deleted nobody wants to see anything any more.
    return _outdating(told, invoice.version + (1 if status == "deleted" else 0))


def render_command(
    context: Context, invoice: Invoice, snapshot: Mapping[str, Any], *, preview: bool
) -> Message:
    """Ask for the PDF of a snapshot; one of a batch takes the batches' queue.

    `preview`: it is wanted only while the invoice stays as it is, so a later version may take its place (ADR 22).
    """
    preview = preview and not invoice.status.final and not context.in_bulk
    command = commands.RenderDocument(
        invoice_id=str(invoice.id),
        version=invoice.version,
        preview=preview,
        document=DocumentSnapshot.model_validate(snapshot),
    )
    type_ = "commands.document.render.bulk.v1" if context.in_bulk else "commands.document.render.v1"
    asked = outgoing(context, type_, command, subject=invoice.number, invoice_id=invoice.id)
    if preview:
        return _outdating({**asked, "preview_of": invoice.version}, invoice.version)
    return _outdating(asked, invoice.version + 1)


def transfer_command(
    context: Context, invoice: Invoice, drafting: Drafting, *, attempt: int, credited: LinkedInvoice | None
) -> Message:
    """Ask for the transfer of a final invoice to the accounting software."""
    command = commands.TransferInvoice(
        invoice_id=str(invoice.id),
        attempt=attempt,
        connector=drafting.settings.connector,
        kind=invoice.kind,
        number=invoice.number,
        date=invoice.date,
        due_date=None if invoice.kind == "credit_note" else invoice.due_date,
        customer=Party(code=invoice.payer, name=invoice.bill_to.name),
        currency=invoice.currency,
        exchange_rate=invoice.exchange_rate,
        postings=tuple(
            commands.Posting(
                account=posting.account,
                amount=posting.amount,
                kind=posting.kind,
                tax=posting.tax,
                name=Localized(**posting.name.as_dict()) if posting.name else None,
            )
            for posting in postings(invoice, drafting)
        ),
        total=invoice.totals.total,
        credited_invoice=credited.number if credited else None,
    )
    return outgoing(
        context,
        "commands.accounting.transfer.v1",
        command,
        subject=invoice.number,
        invoice_id=invoice.id,
        lane="transfer",
    )
