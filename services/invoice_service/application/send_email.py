"""Send an invoice by e-mail, and send one again. What is accepted is told later, recipient by recipient."""

import dataclasses
import uuid
from typing import Any

from services.invoice_service.application.compose_email import compose
from services.invoice_service.application.context import Context
from services.invoice_service.application.finalize import axis_columns
from services.invoice_service.application.outgoing import Message, outgoing
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, StoredEmail, StoredRecipient, Trail
from services.invoice_service.application.request_document import refreshed, rendering
from services.invoice_service.application.trail import entry
from services.invoice_service.application.versions import check_version
from services.invoice_service.application.write_email import EmailToSend, written
from services.invoice_service.domain.axes import Axis, AxisReason, Document
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.next_step import Happened, Step, next_steps
from services.invoice_service.domain.settings import ShopSettings
from shared.contracts.commands import Attachment, Mailbox, Recipient, SendEmail, Summary
from shared.contracts.values import DocumentRef
from shared.identifiers import new_id


async def send_email(
    uow: UnitOfWork,
    context: Context,
    ref: str,
    command: EmailToSend,
    *,
    most_bytes: int | None = None,
    based_on: int | None = None,
) -> StoredEmail:
    """Prepare an e-mail with the invoice as it stands; it goes as soon as its PDF is there.

    Raises:
        NotFound: no such invoice.
        StaleVersion: a version was told, and it is not the current one.
        Invalid: as `written`.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    check_version(loaded.invoice, based_on)
    if command.with_pdf:
        loaded = await refreshed(uow, context, loaded)
    email = await written(uow, context, loaded, command, most_bytes=most_bytes)
    return await _prepare(uow, context, loaded, email, action="email.prepared")


async def resend_email(
    uow: UnitOfWork, context: Context, ref: str, email_id: uuid.UUID, *, based_on: int | None = None
) -> StoredEmail:
    """Send an e-mail of the history once more: the same text and document, as an e-mail of its own.

    Raises:
        NotFound: no such invoice, or it has no such e-mail.
        StaleVersion: a version was told, and it is not the current one.
        Conflict: no_document: its document was never made, and the invoice has become final since.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    check_version(loaded.invoice, based_on)
    earlier = await uow.emails.get(email_id, invoice_id)
    version, summary = earlier.version, earlier.summary
    if earlier.with_pdf and await uow.invoices.document(invoice_id, version) is None:
        # Nobody will make a document of an older version any more.
        if earlier.final is not loaded.invoice.status.final:
            raise Conflict("no_document", number=loaded.invoice.number)
        version, summary = (
            loaded.invoice.version,
            (await compose(uow, loaded)).summary.model_dump(mode="json"),
        )
    again_id = new_id()
    again = dataclasses.replace(
        earlier,
        id=again_id,
        version=version,
        summary=summary,
        state="prepared",
        reason=None,
        message_id=f"<{again_id}@{earlier.sender['email'].rpartition('@')[2]}>",
        recipients=tuple(
            StoredRecipient(recipient.role, recipient.name, recipient.email)
            for recipient in earlier.recipients
        ),
        possible_duplicate=False,
        requested=False,
        created_at=context.now,
        sent_at=None,
    )
    return await _prepare(uow, context, loaded, again, action="email.resent")


async def _prepare(
    uow: UnitOfWork, context: Context, loaded: Loaded, email: StoredEmail, *, action: str
) -> StoredEmail:
    settings = await uow.settings.get()
    current = email.version == loaded.invoice.version
    document = (
        loaded.around.document if current else await uow.invoices.document(email.invoice_id, email.version)
    )
    steps = next_steps(Happened.EMAIL_PREPARED, document_ready=document is not None or not email.with_pdf)
    columns: dict[str, Any] = {}
    messages: list[Message] = []
    if Step.SEND_WAITING_EMAILS in steps:
        messages.append(send_command(context, email, document, settings))
        email = dataclasses.replace(email, requested=True)
    if Step.RENDER in steps and not await _asked_for_good(uow, loaded):
        columns, message = await rendering(uow, context, loaded, preview=False)
        messages.append(message)
    if settings.outbound == "off":
        email = dataclasses.replace(email, reason={"code": "outbound_off", "message": ""})
    await uow.emails.add(email)
    reason = AxisReason("outbound_off") if settings.outbound == "off" else None
    if email.final is loaded.invoice.status.final:
        # An e-mail of the stage before, sent again, says nothing of the delivery of this one.
        columns |= {
            **axis_columns("delivery", Axis("pending", reason, context.now)),
            "delivery_email": email.id,
        }
    to = ", ".join(recipient.email for recipient in email.recipients if recipient.role == "to")
    trail = Trail([entry(context, action, loaded.invoice, [Change("to", None, to)])], messages)
    await uow.invoices.move(loaded.invoice.id, loaded.invoice.status, columns, trail)
    return email


async def _asked_for_good(uow: UnitOfWork, loaded: Loaded) -> bool:
    """Whether the document of this version is on its way, and comes whatever becomes of the invoice meanwhile.

    A preview might not (ADR 22), so the first e-mail that waits for it asks once more.
    """
    invoice, axes = loaded.invoice, loaded.around.axes
    if axes.rendering.state != "pending" or axes.rendering_version != invoice.version:
        return False
    return invoice.status.final or bool(await uow.emails.waiting(invoice.id, invoice.version))


def send_command(
    context: Context, email: StoredEmail, document: Document | None, settings: ShopSettings
) -> Message:
    """The command that sends an e-mail, to everybody or (a trial run) to the one address of the settings."""
    recipients = tuple(
        Recipient(role=recipient.role, name=recipient.name, email=recipient.email)
        for recipient in email.recipients
    )
    trial = settings.outbound not in ("on", "off")
    meant_for: tuple[Recipient, ...] = ()
    if trial:
        # As in every mail, nobody reads of those in blind copy.
        meant_for = tuple(recipient for recipient in recipients if recipient.role != "bcc")
        recipients = (Recipient(role="to", email=settings.outbound),)
    attachments = []
    if email.with_pdf and document is not None:
        attachments.append(_pdf(email, document))
    attachments += [Attachment.model_validate(attachment) for attachment in email.attachments]
    sender = Mailbox.model_validate(dict(email.sender))
    command = SendEmail(
        email_id=str(email.id),
        invoice_id=str(email.invoice_id),
        message_id=email.message_id,
        date=email.created_at,
        sender=sender,
        # Some mail servers put the address that they know us by into From: replies still reach who wrote.
        reply_to=sender if email.return_to else None,
        envelope_sender=email.return_to,
        recipients=recipients,
        meant_for=meant_for,
        subject=email.subject,
        body=email.body,
        language=email.language,
        attachments=tuple(attachments),
        summary=Summary.model_validate(dict(email.summary)) if email.summary else None,
        automatic=email.automatic,
    )
    return outgoing(
        context,
        "commands.email.send.v1",
        command,
        subject=str(email.id),
        invoice_id=email.invoice_id,
        lane="trial" if trial else "email",
    )


def _pdf(email: StoredEmail, document: Document) -> Attachment:
    return Attachment(
        name=email.pdf_name,
        content_type="application/pdf",
        document=DocumentRef(key=document.key, sha256=document.sha256, size=document.size),
    )
