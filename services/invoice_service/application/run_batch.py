"""Do a batch, one invoice in each transaction: its turn, and what the worker's answer makes of it.

The use case of the single invoice and what became of it are one commit: whatever is killed, an invoice is done once.
"""

import uuid

from services.invoice_service.application.compose_email import compose
from services.invoice_service.application.context import Context
from services.invoice_service.application.finalize import finalize
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.batches import BatchItem
from services.invoice_service.application.ports.invoicing import Loaded, StoredEmail
from services.invoice_service.application.request_document import request_document
from services.invoice_service.application.send_email import send_email
from services.invoice_service.application.write_email import EmailToSend
from services.invoice_service.domain.axes import Axis, AxisReason
from services.invoice_service.domain.batch import BatchReason, Became, finalizes, left_out, mailed, reason_of
from services.invoice_service.domain.delivery import delivery_of
from services.invoice_service.domain.errors import NotFound, Refusal

_SUCCEEDED = Became("succeeded")
_WAITING = Became("waiting")


async def do_next(uow: UnitOfWork, context: Context, item: BatchItem, *, most_bytes: int | None) -> Became:
    """Do what the batch wants with an invoice whose turn it is, or note why not; the others are not concerned.

    What is refused is undone whole: an invoice that can't be e-mailed is not made final by `finalize_and_email`.
    """
    try:
        async with uow.savepoint():
            became = await _do(uow, context, item, most_bytes)
    except Refusal as refusal:
        became = Became("skipped", reason_of(refusal))
    await uow.batches.became(item, became, context.now)
    return became


async def _do(uow: UnitOfWork, context: Context, item: BatchItem, most_bytes: int | None) -> Became:
    try:
        ref = str(await uow.invoices.lock(str(item.invoice_id)))
    except NotFound:
        raise _gone(item) from None
    loaded = await uow.invoices.load(ref, context.actor.id)
    outbound = (await uow.settings.get()).outbound
    reason = left_out(item.action, loaded.invoice, loaded.around, outbound=outbound)
    if reason is not None:
        return Became("skipped", reason)
    if item.action == "print":
        printed = await request_document(uow, context, ref)
        begun = Became("begun", version=printed.invoice.version)
        return _printed(printed) or begun
    if finalizes(item.action):
        loaded = await finalize(uow, context, ref)
    if item.action == "finalize":
        return _SUCCEEDED
    email = await _send(uow, context, loaded, most_bytes)
    return Became("begun", email_id=email.id)


async def _send(uow: UnitOfWork, context: Context, loaded: Loaded, most_bytes: int | None) -> StoredEmail:
    """The e-mail as it is proposed to a person."""
    draft = await compose(uow, loaded)
    command = EmailToSend(to=draft.to, cc=draft.cc, bcc=draft.bcc, subject=draft.subject, body=draft.body)
    return await send_email(uow, context, str(loaded.invoice.id), command, most_bytes=most_bytes)


async def settle(uow: UnitOfWork, context: Context, item: BatchItem) -> Became:
    """Note what became of an invoice whose worker has answered."""
    try:
        if item.email_id is not None:
            became = await _mailed(uow, context, item, item.email_id)
        else:
            became = await _rendered(uow, context, item)
    except NotFound:
        became = Became("failed", reason_of(_gone(item)))
    await uow.batches.became(item, became, context.now)
    return became


async def _mailed(uow: UnitOfWork, context: Context, item: BatchItem, email_id: uuid.UUID) -> Became:
    email = await uow.emails.get(email_id, item.invoice_id)
    delivery = delivery_of(email.recipients, context.now)
    if email.reason is not None and delivery.state != "succeeded":
        delivery = Axis(
            delivery.state, AxisReason(email.reason["code"], email.reason["message"]), delivery.at
        )
    return mailed(delivery)


async def _rendered(uow: UnitOfWork, context: Context, item: BatchItem) -> Became:
    loaded = await uow.invoices.load(str(item.invoice_id), context.actor.id)
    # One that was edited meanwhile waits again: what is printed is the invoice as it stands.
    same = loaded.invoice.version == item.version
    return (_printed(loaded) if same else None) or _WAITING


def _printed(loaded: Loaded) -> Became | None:
    """What the rendering of this version came to; None while it has come to nothing."""
    version, around = loaded.invoice.version, loaded.around
    if around.document is not None:
        return Became("succeeded", version=version, document=around.document)
    rendering = around.axes.rendering
    return _not_rendered(rendering) if rendering.state == "failed" else None


def _gone(item: BatchItem) -> NotFound:
    """An invoice that was deleted since, by the name that its batch knows it by."""
    return NotFound("invoice", item.ref)


def _not_rendered(rendering: Axis) -> Became:
    said = rendering.reason.message if rendering.reason else ""
    return Became("failed", BatchReason("rendering_failed", said=said))
