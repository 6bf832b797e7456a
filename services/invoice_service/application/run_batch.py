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
from services.invoice_service.domain.axes import Axis, AxisReason, Document
from services.invoice_service.domain.batch import BatchReason, Became, finalizes, left_out, mailed, reason_of
from services.invoice_service.domain.delivery import delivery_of
from services.invoice_service.domain.errors import NotFound, Refusal

_SUCCEEDED = Became("succeeded")
_BEGUN = Became("begun")
_WAITING = Became("waiting")


async def do_next(uow: UnitOfWork, context: Context, item: BatchItem, *, most_bytes: int | None) -> Became:
    """Do what the batch wants with an invoice whose turn it is, or note why not; the others are not concerned.

    What is refused is undone whole: an invoice that can't be e-mailed is not made final by `finalize_and_email`.
    """
    try:
        async with uow.savepoint():
            return await _do(uow, context, item, most_bytes)
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
        became = Became("skipped", reason)
        await uow.batches.became(item, became, context.now)
        return became
    if item.action == "print":
        return await _printed(uow, context, item, await request_document(uow, context, ref))
    if finalizes(item.action):
        loaded = await finalize(uow, context, ref)
    if item.action == "finalize":
        await uow.batches.became(item, _SUCCEEDED, context.now)
        return _SUCCEEDED
    email = await _send(uow, context, loaded, most_bytes)
    await uow.batches.became(item, _BEGUN, context.now, email_id=email.id)
    return _BEGUN


async def _send(uow: UnitOfWork, context: Context, loaded: Loaded, most_bytes: int | None) -> StoredEmail:
    """The e-mail as it is proposed to a person."""
    draft = await compose(uow, loaded)
    command = EmailToSend(to=draft.to, cc=draft.cc, bcc=draft.bcc, subject=draft.subject, body=draft.body)
    return await send_email(uow, context, str(loaded.invoice.id), command, most_bytes=most_bytes)


async def _printed(uow: UnitOfWork, context: Context, item: BatchItem, loaded: Loaded) -> Became:
    version, rendering = loaded.invoice.version, loaded.around.axes.rendering
    if loaded.around.document is not None:
        return await _with_document(uow, context, item, version, loaded.around.document)
    became = _not_rendered(rendering) if rendering.state == "failed" else _BEGUN
    await uow.batches.became(item, became, context.now, version=version)
    return became


async def settle(uow: UnitOfWork, context: Context, item: BatchItem) -> Became:
    """Note what became of an invoice whose worker has answered."""
    try:
        if item.email_id is not None:
            became = await _mailed(uow, context, item, item.email_id)
        else:
            return await _rendered(uow, context, item)
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
    if loaded.invoice.version == item.version:
        if loaded.around.document is not None:
            return await _with_document(uow, context, item, item.version, loaded.around.document)
        rendering = loaded.around.axes.rendering
        if rendering.state == "failed":
            became = _not_rendered(rendering)
            await uow.batches.became(item, became, context.now)
            return became
    # It was edited meanwhile: what is printed is the invoice as it stands.
    await uow.batches.became(item, _WAITING, context.now)
    return _WAITING


async def _with_document(
    uow: UnitOfWork, context: Context, item: BatchItem, version: int, document: Document
) -> Became:
    await uow.batches.became(item, _SUCCEEDED, context.now, version=version, document=document)
    return _SUCCEEDED


def _gone(item: BatchItem) -> NotFound:
    """An invoice that was deleted since, by the name that its batch knows it by."""
    return NotFound("invoice", item.ref)


def _not_rendered(rendering: Axis) -> Became:
    said = rendering.reason.message if rendering.reason else ""
    return Became("failed", BatchReason("rendering_failed", said=said))
