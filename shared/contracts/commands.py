"""What the invoice service asks of its workers. Exchange `commands`.

A command carries everything its worker needs: workers never read the invoice service's tables.
"""

import datetime as dt
from typing import Literal

from pydantic import Field

from shared.contracts.values import (
    Amount,
    DocumentRef,
    DocumentSnapshot,
    Language,
    Localized,
    Party,
    Rate,
    Wire,
)


class RenderDocument(Wire):
    """Make the PDF of this snapshot and keep it in the store."""

    invoice_id: str
    version: int
    document: DocumentSnapshot


class Mailbox(Wire):
    """A name and an e-mail address."""

    name: str = ""
    email: str


class Recipient(Mailbox):
    """One recipient of an e-mail; each has a state of its own."""

    role: Literal["to", "cc", "bcc"]


class Attachment(Wire):
    """A file of an e-mail, by reference."""

    name: str
    content_type: str
    document: DocumentRef


class SendEmail(Wire):
    """Send this e-mail, once. `message_id` is the same for every attempt, as are the bytes."""

    email_id: str
    invoice_id: str
    message_id: str
    date: dt.datetime = Field(
        description="the Date header: fixed, so that a second attempt has the same bytes"
    )
    sender: Mailbox
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    subject: str
    body: str = Field(description="plain text")
    language: Language
    attachments: tuple[Attachment, ...] = ()


class Posting(Wire):
    """One amount on one account; a debit is positive, a credit negative."""

    account: str
    amount: Amount
    kind: Literal["receivable", "revenue", "tax"]
    tax: str | None = None
    name: Localized | None = None


class TransferInvoice(Wire):
    """Book this final invoice in the accounting software, once. Postings sum to zero."""

    invoice_id: str = Field(description="also the idempotency key")
    attempt: int = Field(ge=1)
    connector: str
    kind: Literal["invoice", "credit_note"]
    number: str
    date: dt.date
    due_date: dt.date | None = None
    customer: Party
    currency: str
    exchange_rate: Rate | None = Field(
        default=None, description="company currency for one unit of `currency`"
    )
    postings: tuple[Posting, ...]
    total: Amount
    credited_invoice: str | None = Field(default=None, description="number of the invoice that this credits")
