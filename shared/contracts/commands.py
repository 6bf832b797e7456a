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

    invoice_id: str = Field(description="id of the invoice (UUID)")
    version: int = Field(description="of the invoice; its result repeats it")
    preview: bool = Field(
        default=False, description="wanted only until a later version of this invoice is asked for"
    )
    document: DocumentSnapshot = Field(description="all that the PDF says")


class Mailbox(Wire):
    """A name and an e-mail address."""

    name: str = Field(default="", description="shown beside the address")
    email: str = Field(description="address")


class Recipient(Mailbox):
    """One recipient of an e-mail; each has a state of its own."""

    role: Literal["to", "cc", "bcc"] = Field(description="a bcc is in no header")


class Attachment(Wire):
    """A file of an e-mail, by reference."""

    name: str = Field(description="file name")
    content_type: str = Field(description="MIME type")
    document: DocumentRef = Field(description="its bytes, in the document store")


class Fact(Wire):
    """One figure of a summary, in words."""

    label: str = Field(description="such as Échéance")
    value: str = Field(description="as a person reads it")


class Summary(Wire):
    """What the HTML side of an e-mail shows above its text, in the e-mail's language, ready to be shown."""

    issuer: str = Field(description="who writes: the company's name")
    title: str = Field(description="what it is about, such as Facture 00004")
    facts: tuple[Fact, ...] = Field(default=(), description="the few figures that count, the main one last")
    footer: str | None = Field(default=None, description="under the text: how to reach the company")
    accent_colour: str | None = Field(default=None, description="such as #0b5394")


class SendEmail(Wire):
    """Send this e-mail, once. `message_id` is the same for every attempt, as are the bytes."""

    email_id: str = Field(
        description="id of the e-mail (UUID): it is sent once, however often it is asked for"
    )
    invoice_id: str = Field(description="id of the invoice (UUID)")
    message_id: str = Field(description="the Message-ID header, brackets included")
    date: dt.datetime = Field(
        description="the Date header: fixed, so that a second attempt has the same bytes"
    )
    sender: Mailbox = Field(description="the From header")
    reply_to: Mailbox | None = Field(default=None, description="the Reply-To header; absent: none")
    envelope_sender: str | None = Field(
        default=None, description="address that a later refusal is returned to; absent: the sender's"
    )
    recipients: tuple[Recipient, ...] = Field(min_length=1, description="each address once")
    meant_for: tuple[Recipient, ...] = Field(
        default=(),
        description="whom it would go to if this were no trial run: its first line and a header say so",
    )
    subject: str = Field(description="the Subject header")
    body: str = Field(description="plain text")
    language: Language = Field(description="of the text")
    attachments: tuple[Attachment, ...] = Field(default=(), description="in order")
    summary: Summary | None = Field(default=None, description="above the text on its HTML side")
    automatic: bool = Field(
        default=False, description="no person wrote it: it says so, and no machine answers it"
    )


class Posting(Wire):
    """One amount on one account; a debit is positive, a credit negative."""

    account: str = Field(description="number of the GL account")
    amount: Amount = Field(description="a debit is positive, a credit negative; in the invoice's currency")
    kind: Literal["receivable", "revenue", "tax"] = Field(description="what it stands for")
    tax: str | None = Field(default=None, description="code of the tax")
    name: Localized | None = Field(default=None, description="name of the tax")


class TransferInvoice(Wire):
    """Book this final invoice in the accounting software, once. Postings sum to zero."""

    invoice_id: str = Field(description="also the idempotency key")
    attempt: int = Field(
        ge=1, description="1, then one more each time a person asks again; its result repeats it"
    )
    connector: str = Field(description="which accounting software, as in the settings")
    kind: Literal["invoice", "credit_note"] = Field(description="what it is")
    number: str = Field(description="the final number")
    date: dt.date = Field(description="the invoice's date")
    due_date: dt.date | None = Field(default=None, description="none on a credit note")
    customer: Party = Field(description="who owes: the payer, its name at that time")
    currency: str = Field(description="ISO 4217 code of all amounts")
    exchange_rate: Rate | None = Field(
        default=None, description="company currency for one unit of `currency`"
    )
    postings: tuple[Posting, ...] = Field(description="the entry; sums to zero")
    total: Amount = Field(description="what the customer owes; negative on a credit note")
    credited_invoice: str | None = Field(default=None, description="number of the invoice that this credits")
