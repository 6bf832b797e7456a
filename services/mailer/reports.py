"""What the mailer reports back, as envelopes. Pure: the same record gives the same messages, ids included.

So a report that is repeated after a crash is the same message again, and has no further effect.
"""

import uuid

from services.mailer.progress import Email, Outcome, Recipient
from shared.contracts.commands import SendEmail
from shared.contracts.envelope import Envelope, caused_by
from shared.contracts.results import (
    EmailFailed,
    EmailRecipientUpdated,
    EmailSent,
    EmailUncertain,
    RecipientResult,
)
from shared.contracts.values import Reason, Wire

SOURCE = "urn:factures:mailer"

_NAMESPACE = uuid.UUID("6f3c1c0e-55a7-5d0b-9a58-3f0a6b0f6f11")
_RECIPIENT_UPDATED = "results.email.recipient_updated.v1"
_OUTCOMES = {
    "sent": "results.email.sent.v1",
    "failed": "results.email.failed.v1",
    "uncertain": "results.email.uncertain.v1",
}
_NO_REASON = Reason(code="unknown", message="no reason was recorded")


def changes(parent: Envelope, command: SendEmail, before: Email | None, after: Email) -> list[Envelope]:
    """One message for each recipient that has changed since `before` (None: since ever)."""
    known = {one.position: one.revision for one in before.recipients} if before else {}
    return [
        _recipient_updated(parent, command, one)
        for one in after.recipients
        if one.revision > known.get(one.position, 0)
    ]


def outcome(parent: Envelope, command: SendEmail, email: Email) -> list[Envelope]:
    """The closing message, once there is one."""
    if email.outcome is None:
        return []
    recipients = tuple(_result(command, one) for one in email.recipients)
    type_ = _OUTCOMES[email.outcome.kind]
    data = _closing(command, email.outcome, recipients)
    # What is forgotten says less than it did: that is another message, or it would contradict the first.
    name = f"{command.email_id}/{email.outcome.kind}{'/forgotten' if email.forgotten else ''}"
    return [_answer(parent, type_, name, data)]


def _closing(command: SendEmail, end: Outcome, recipients: tuple[RecipientResult, ...]) -> Wire:
    if end.kind == "sent":
        return EmailSent(
            email_id=command.email_id,
            invoice_id=command.invoice_id,
            recipients=recipients,
            possible_duplicate=end.possible_duplicate,
            at=end.at,
        )
    closing = EmailFailed if end.kind == "failed" else EmailUncertain
    return closing(
        email_id=command.email_id,
        invoice_id=command.invoice_id,
        recipients=recipients,
        possible_duplicate=end.possible_duplicate,
        at=end.at,
        reason=end.reason or _NO_REASON,
    )


def _recipient_updated(parent: Envelope, command: SendEmail, one: Recipient) -> Envelope:
    result = _result(command, one)
    data = EmailRecipientUpdated(email_id=command.email_id, invoice_id=command.invoice_id, recipient=result)
    # The content is part of the identity: one id never stands for two things, even if a revision is lost.
    name = f"{command.email_id}/{one.position}/{one.revision}/{result.model_dump_json()}"
    return _answer(parent, _RECIPIENT_UPDATED, name, data)


def _result(command: SendEmail, one: Recipient) -> RecipientResult:
    asked = command.recipients[one.position]
    return RecipientResult(
        email=asked.email, role=asked.role, state=one.state, reply=one.reply, revision=one.revision
    )


def _answer(parent: Envelope, type_: str, name: str, data: Wire) -> Envelope:
    message_id = str(uuid.uuid5(_NAMESPACE, f"{type_}/{name}"))
    return caused_by(parent, message_id=message_id, source=SOURCE, type_=type_, data=data)
