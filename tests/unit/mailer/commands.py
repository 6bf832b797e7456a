"""Commands to send, for tests."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Literal

from shared.contracts.commands import Attachment, Mailbox, Recipient, SendEmail
from shared.contracts.envelope import Envelope

NOW = dt.datetime(2025, 7, 18, 14, 3, 11, tzinfo=dt.UTC)


def recipient(email: str, role: Literal["to", "cc", "bcc"] = "to", name: str = "") -> Recipient:
    return Recipient(email=email, role=role, name=name)


def send_email(
    *recipients: Recipient,
    subject: str = "Facture 00004",
    body: str = "Bonjour,\n\nVoici votre facture.",
    sender: Mailbox | None = None,
    attachments: Sequence[Attachment] = (),
    email_id: str | None = None,
    message_id: str | None = None,
) -> SendEmail:
    identity = email_id or str(uuid.uuid4())
    return SendEmail(
        email_id=identity,
        invoice_id="0198f0a0-0000-7000-8000-000000000001",
        message_id=message_id or f"<{identity}@imprimerie.example>",
        date=NOW,
        sender=sender or Mailbox(name="Imprimerie Untel", email="factures@imprimerie.example"),
        recipients=recipients or (recipient("a@client.example", name="Émile Côté"),),
        subject=subject,
        body=body,
        language="fr",
        attachments=tuple(attachments),
    )


def enveloped(command: SendEmail) -> Envelope:
    return Envelope(
        id=f"command-{command.email_id}",
        source="urn:factures:invoice",
        type="commands.email.send.v1",
        subject=command.invoice_id,
        time=NOW,
        data=command.model_dump(mode="json"),
    )
