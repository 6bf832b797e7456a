"""Take note of what the workers answered. A result is applied once, whatever is delivered again, in any order."""

import dataclasses

import structlog

from services.invoice_service.application.alert import alert
from services.invoice_service.application.context import Context
from services.invoice_service.application.finalize import axis_columns
from services.invoice_service.application.outgoing import Message, event
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, Trail
from services.invoice_service.application.record_delivery import record_email, unsendable
from services.invoice_service.application.send_email import send_command
from services.invoice_service.application.trail import entry
from services.invoice_service.domain import reasons
from services.invoice_service.domain.axes import Axis, AxisReason, AxisState, Document
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.invoice import Status
from services.invoice_service.domain.next_step import Happened, Step, next_steps
from services.invoice_service.domain.texts import Localized
from shared.contracts import results
from shared.contracts.values import Wire

log = structlog.get_logger(__name__)


async def record_result(uow: UnitOfWork, context: Context, result: Wire) -> None:
    """Apply one result to its invoice. An invoice that was deleted meanwhile has nothing to note."""
    invoice_id = getattr(result, "invoice_id", None)
    if invoice_id is None:
        raise TypeError(f"{type(result).__name__} is not a result")
    try:
        loaded = await uow.invoices.load(str(await uow.invoices.lock(invoice_id)), context.actor.id)
    except NotFound:
        log.info("result of an invoice that is gone", invoice_id=invoice_id, result=type(result).__name__)
        if isinstance(result, results.DocumentRendered):
            await uow.documents.discard(result.document.key, context.now)
        return
    match result:
        case results.DocumentRendered():
            await _document_rendered(uow, context, loaded, result)
        case results.DocumentRenderFailed():
            await _render_failed(uow, context, loaded, result)
        case (
            results.EmailRecipientUpdated()
            | results.EmailSent()
            | results.EmailFailed()
            | results.EmailUncertain()
        ):
            await record_email(uow, context, loaded, result)
        case results.InvoiceTransferred():
            await _transferred(uow, context, loaded, result)
        case results.InvoiceTransferFailed() | results.InvoiceTransferUncertain():
            await _transfer_not_done(uow, context, loaded, result)
        case _:
            raise TypeError(f"{type(result).__name__} is not a result")


async def _document_rendered(
    uow: UnitOfWork, context: Context, loaded: Loaded, result: results.DocumentRendered
) -> None:
    invoice = loaded.invoice
    document = Document(result.document.key, result.document.sha256, result.document.size)
    messages: list[Message] = []
    if Step.SEND_WAITING_EMAILS in next_steps(Happened.DOCUMENT_RENDERED):
        settings = await uow.settings.get()
        for email in await uow.emails.waiting(invoice.id, result.version):
            messages.append(send_command(context, email, document, settings))
            await uow.emails.save(dataclasses.replace(email, requested=True))
    current = result.version == invoice.version
    columns = axis_columns("rendering", Axis("succeeded", None, context.now)) if current else {}
    if current and loaded.around.axes.rendering.state != "succeeded":
        messages.append(event(context, "updated", invoice, loaded.around))
    await uow.invoices.move(
        invoice.id,
        invoice.status,
        columns,
        Trail(messages=messages),
        document={
            "invoice_id": invoice.id,
            "version": result.version,
            "final": current and invoice.status.final,
            "key": document.key,
            "sha256": document.sha256,
            "size": document.size,
            "rendered_at": context.now,
        },
    )


async def _render_failed(
    uow: UnitOfWork, context: Context, loaded: Loaded, result: results.DocumentRenderFailed
) -> None:
    invoice = loaded.invoice
    current = result.version == invoice.version and loaded.around.document is None
    columns, changes = {}, []
    if current:
        reason = AxisReason(result.reason.code, result.reason.message)
        columns = axis_columns("rendering", Axis("failed", reason, context.now))
        changes.append(Change("rendering", loaded.around.axes.rendering.state, "failed"))
    # Of an older version too: what waits for a document that never comes must not wait for ever.
    for email in await uow.emails.waiting(invoice.id, result.version):
        await uow.emails.save(unsendable(email, result.reason.message))
        changes.append(Change("email", email.state, "refused"))
        if loaded.around.latest_email == email.id:
            columns |= axis_columns("delivery", Axis("failed", AxisReason("rendering_failed"), context.now))
    if not changes:
        return
    told = event(context, "updated", invoice, loaded.around)
    await alert(
        uow, context, invoice, "rendering_failed", reasons.told(result.reason.code, result.reason.message)
    )
    trail = Trail([entry(context, "render.failed", invoice, changes)], [told])
    await uow.invoices.move(invoice.id, invoice.status, columns, trail)


async def _transferred(
    uow: UnitOfWork, context: Context, loaded: Loaded, result: results.InvoiceTransferred
) -> None:
    invoice, transfer = loaded.invoice, loaded.around.axes.transfer
    if transfer.state == "succeeded":
        if loaded.around.axes.transfer_manual:
            await _late(uow, context, loaded, f"{result.connector}: {result.external_id}")
        return
    if result.total != invoice.totals.total:
        message = f"{result.external_id}: {result.total} ≠ {invoice.totals.total}"
        await _transfer_ends(
            uow, context, loaded, Axis("failed", AxisReason("total_differs", message), context.now)
        )
        return
    sent = dataclasses.replace(invoice, status=Status.FINAL_SENT)
    changes = [
        Change("transfer", transfer.state, "succeeded"),
        Change("transfer.external_id", None, result.external_id),
        Change("status", invoice.status.value, sent.status.value),
    ]
    await uow.invoices.move(
        sent.id,
        sent.status,
        {
            **axis_columns("transfer", Axis("succeeded", None, context.now)),
            "transfer_connector": result.connector,
            "transfer_external_id": result.external_id,
        },
        Trail(
            [entry(context, "invoice.transferred", sent, changes)],
            [event(context, "transferred", sent, loaded.around)],
        ),
    )


async def _transfer_not_done(
    uow: UnitOfWork,
    context: Context,
    loaded: Loaded,
    result: results.InvoiceTransferFailed | results.InvoiceTransferUncertain,
) -> None:
    if loaded.around.axes.transfer.state == "succeeded":
        await _late(uow, context, loaded, f"{result.connector}: {result.reason.code}")
        return
    if result.attempt < loaded.around.axes.transfer_attempt:
        return
    state: AxisState = "failed" if isinstance(result, results.InvoiceTransferFailed) else "uncertain"
    reason = AxisReason(result.reason.code, result.reason.message)
    await _transfer_ends(uow, context, loaded, Axis(state, reason, context.now))


async def _transfer_ends(uow: UnitOfWork, context: Context, loaded: Loaded, axis: Axis) -> None:
    invoice = loaded.invoice
    change = Change("transfer", loaded.around.axes.transfer.state, axis.state)
    reason = reasons.told(axis.reason.code, axis.reason.message) if axis.reason else Localized("", "")
    await alert(uow, context, invoice, "transfer_failed", reason)
    trail = Trail(
        [entry(context, f"transfer.{axis.state}", invoice, [change])],
        [event(context, "updated", invoice, loaded.around)],
    )
    await uow.invoices.move(invoice.id, invoice.status, axis_columns("transfer", axis), trail)


async def _late(uow: UnitOfWork, context: Context, loaded: Loaded, what: str) -> None:
    """A result after the transfer was closed: history and a person's eyes, nothing else."""
    await alert(uow, context, loaded.invoice, "late_transfer_result", Localized(what, what))
    told = entry(context, "transfer.late_result", loaded.invoice, [Change("result", None, what)])
    trail = Trail([told])
    await uow.invoices.move(loaded.invoice.id, loaded.invoice.status, {}, trail)
