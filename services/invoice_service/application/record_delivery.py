"""Take note of what the mailer answered: each recipient's state, then the e-mail's, then the delivery's."""

import dataclasses
import uuid
from collections.abc import Sequence

from services.invoice_service.application.alert import alert
from services.invoice_service.application.context import Context
from services.invoice_service.application.finalize import axis_columns
from services.invoice_service.application.outgoing import Message, event
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, StoredEmail, StoredRecipient, Trail
from services.invoice_service.application.trail import entry
from services.invoice_service.domain.axes import AxisReason
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.delivery import accepted, after_acceptance, delivery_of, email_state
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.texts import Localized
from shared.contracts import results

_UNANSWERED = {
    "refused": Localized("refusé", "refused"),
    "uncertain": Localized("incertain", "uncertain"),
    "prepared": Localized("non envoyé", "not sent"),
    "sending": Localized("non envoyé", "not sent"),
}
Ended = results.EmailSent | results.EmailFailed | results.EmailUncertain


async def record_email(
    uow: UnitOfWork, context: Context, loaded: Loaded, result: results.EmailRecipientUpdated | Ended
) -> None:
    """Apply a result to its e-mail and, when that is the latest of the current stage, to the delivery axis."""
    try:
        email = await uow.emails.get(uuid.UUID(result.email_id), loaded.invoice.id)
    except NotFound:
        return
    if isinstance(result, results.EmailRecipientUpdated):
        if email.state in ("prepared", "sending"):
            recipients = _with(email.recipients, (result.recipient,), ended=False)
            await uow.emails.save(
                dataclasses.replace(email, state="sending", reason=None, recipients=recipients)
            )
        return
    if email.state == "sent":
        return
    await _ended(uow, context, loaded, email, result)


async def _ended(
    uow: UnitOfWork, context: Context, loaded: Loaded, email: StoredEmail, result: Ended
) -> None:
    invoice = loaded.invoice
    recipients = _with(email.recipients, result.recipients, ended=True)
    reason = None if isinstance(result, results.EmailSent) else result.reason
    ended = dataclasses.replace(
        email,
        state=email_state(recipients),
        recipients=recipients,
        reason={"code": reason.code, "message": reason.message} if reason else None,
        possible_duplicate=email.possible_duplicate or result.possible_duplicate,
        sent_at=result.at if isinstance(result, results.EmailSent) else email.sent_at,
    )
    await uow.emails.save(ended)
    delivery = delivery_of(recipients, context.now)
    if reason is not None and delivery.state != "succeeded":
        delivery = dataclasses.replace(delivery, reason=AxisReason(reason.code, reason.message))
    taken = accepted(recipients)
    status = after_acceptance(invoice.status) if taken and not email.final else invoice.status
    moved = dataclasses.replace(invoice, status=status)
    columns = axis_columns("delivery", delivery) if loaded.around.latest_email == email.id else {}
    messages: list[Message] = [event(context, "emailed" if taken else "updated", moved, loaded.around)]
    changes = [Change("to", None, _whom(recipients)), Change("email", email.state, ended.state)]
    if status is not invoice.status:
        changes.append(Change("status", invoice.status.value, status.value))
    if ended.state != "sent":
        code = {"partly": "partly", "uncertain": "email_uncertain"}.get(ended.state, "email_failed")
        await alert(uow, context, invoice, code, _without(recipients))
    trail = Trail([entry(context, f"email.{ended.state}", moved, changes)], messages)
    await uow.invoices.move(invoice.id, status, columns, trail)


def _whom(recipients: Sequence[StoredRecipient]) -> str:
    """Who of *To* has got it, or (nobody) who should have."""
    to = [recipient for recipient in recipients if recipient.role == "to"]
    got = [recipient for recipient in to if recipient.state == "sent"]
    return ", ".join(recipient.email for recipient in got or to)


def _without(recipients: Sequence[StoredRecipient]) -> Localized:
    """Who has not got it for sure, and what was answered, one a line."""
    left = [recipient for recipient in recipients if recipient.state != "sent"]
    return Localized(
        fr="\n".join(f"{one.email} : {one.reply or _UNANSWERED[one.state].fr}" for one in left),
        en="\n".join(f"{one.email}: {one.reply or _UNANSWERED[one.state].en}" for one in left),
    )


def unsendable(email: StoredEmail, why: str) -> StoredEmail:
    """An e-mail whose document can't be made: nobody gets it."""
    return dataclasses.replace(
        email,
        state="refused",
        reason={"code": "rendering_failed", "message": why},
        recipients=tuple(dataclasses.replace(recipient, state="refused") for recipient in email.recipients),
    )


def _with(
    recipients: Sequence[StoredRecipient], told: Sequence[results.RecipientResult], *, ended: bool
) -> tuple[StoredRecipient, ...]:
    """The recipients with the states that were told; one that was not written to stays as it is.

    A trial run writes to one address in place of everybody: what became of that copy holds for all. It may be
    the address of one of them, which shows only in the end, when all that were written to are told.
    """
    by_email = {result.email.lower(): result for result in told}
    known = {recipient.email.lower() for recipient in recipients}
    stand_in = next((result for result in told if result.email.lower() not in known), None)
    if ended and len(told) == 1:
        stand_in = told[0]
    moved = []
    for recipient in recipients:
        result = by_email.get(recipient.email.lower(), stand_in)
        if result is None or (not ended and _is_older(result, recipient)):
            moved.append(recipient)
        else:
            revision = recipient.revision if result.revision is None else result.revision
            moved.append(
                dataclasses.replace(recipient, state=result.state, reply=result.reply, revision=revision)
            )
    return tuple(moved)


def _is_older(result: results.RecipientResult, recipient: StoredRecipient) -> bool:
    """Whether more is known of a recipient than this tells: results come in any order."""
    return result.revision is not None and result.revision < recipient.revision
