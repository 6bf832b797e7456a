"""Write an e-mail of an invoice: what a person sends, checked, as an e-mail of the history."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from services.invoice_service.application.compose_email import Address, compose
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, StoredEmail, StoredRecipient
from services.invoice_service.domain.attachments import mailed_size
from services.invoice_service.domain.errors import FieldError, Invalid
from shared.identifiers import new_id


@dataclass(frozen=True, slots=True)
class EmailToSend:
    """What a person sends; what they leave out is as proposed."""

    to: Sequence[Address]
    subject: str
    body: str
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    sender: Address | None = None
    attachments: Sequence[uuid.UUID] = ()
    with_pdf: bool = True


async def written(
    uow: UnitOfWork, context: Context, loaded: Loaded, command: EmailToSend, *, most_bytes: int | None
) -> StoredEmail:
    """The e-mail that a person sends with a loaded invoice as it stands; nothing is kept yet.

    Raises:
        Invalid: no recipient, no sender address or one of somebody else, unknown attachments, or so many that the
            mail would have more than `most_bytes`.
    """
    draft = await compose(uow, loaded)
    sender = command.sender or draft.sender
    attachments = await uow.emails.attachments(list(command.attachments))
    errors = []
    if not command.to:
        errors.append(FieldError("to", "no_recipient"))
    if sender is None:
        errors.append(FieldError("from", "required"))
    elif not await _may_send_as(uow, context, sender, draft.sender):
        errors.append(FieldError("from", "foreign_sender", {"email": sender.email}))
    sizes = [int(attachment["document"]["size"]) for attachment in attachments]
    if command.with_pdf and loaded.around.document is not None:
        sizes.append(loaded.around.document.size)
    if most_bytes is not None and mailed_size(sizes) > most_bytes:
        errors.append(FieldError("attachments", "email_too_large", {"limit": most_bytes // 2**20}))
    if errors or sender is None:
        raise Invalid("invalid", errors=tuple(errors))
    email_id = new_id()
    return StoredEmail(
        id=email_id,
        invoice_id=loaded.invoice.id,
        version=loaded.invoice.version,
        final=loaded.invoice.status.final,
        state="prepared",
        sender={"name": sender.name, "email": sender.email},
        return_to=_return_to(sender, draft.sender),
        subject=command.subject,
        body=command.body,
        language=loaded.invoice.language,
        with_pdf=command.with_pdf,
        pdf_name=draft.attachment_name,
        attachments=tuple(attachments),
        summary=draft.summary.model_dump(mode="json"),
        message_id=f"<{email_id}@{sender.email.rpartition('@')[2]}>",
        recipients=_recipients(command),
        created_at=context.now,
    )


def _return_to(sender: Address, issuer: Address | None) -> str | None:
    """Where a later refusal goes when that is not the sender: the company hears of it, whoever wrote."""
    if issuer is None or issuer.email.lower() == sender.email.lower():
        return None
    return issuer.email


async def _may_send_as(uow: UnitOfWork, context: Context, sender: Address, issuer: Address | None) -> bool:
    """Whether the caller may write from an address: the business entity's, or the caller's own."""
    if issuer is not None and sender.email.lower() == issuer.email.lower():
        return True
    if context.actor.kind != "user":
        return False
    try:
        user = await uow.users.get(uuid.UUID(context.actor.id))
    except ValueError:  # a gateway's person, whose address we do not know
        return False
    return user is not None and user.email.lower() == sender.email.lower()


def _recipients(command: EmailToSend) -> tuple[StoredRecipient, ...]:
    """Each address once: in To before Cc before Bcc."""
    seen: dict[str, StoredRecipient] = {}
    for address in command.to:
        seen.setdefault(address.email.lower(), StoredRecipient("to", address.name, address.email))
    for address in command.cc:
        seen.setdefault(address.email.lower(), StoredRecipient("cc", address.name, address.email))
    for address in command.bcc:
        seen.setdefault(address.email.lower(), StoredRecipient("bcc", address.name, address.email))
    return tuple(seen.values())
