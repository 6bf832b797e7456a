"""What the workers answer. Exchange `results`. A result says what happened; it never asks for a next step."""

import datetime as dt
from typing import Literal

from pydantic import Field

from shared.contracts.values import Amount, DocumentRef, Reason, Wire

RecipientState = Literal["prepared", "sending", "sent", "refused", "uncertain"]


class DocumentRendered(Wire):
    """The PDF of this version is in the store."""

    invoice_id: str
    version: int
    document: DocumentRef


class DocumentRenderFailed(Wire):
    """The PDF can't be made; trying the same again would not help."""

    invoice_id: str
    version: int
    reason: Reason


class RecipientResult(Wire):
    """Where one recipient of an e-mail stands; `reply` is the server's last word."""

    email: str
    role: Literal["to", "cc", "bcc"]
    state: RecipientState
    reply: str | None = None
    revision: int | None = Field(
        default=None,
        ge=0,
        description="counts the changes of this recipient: results may come in any order, an older one is ignored",
    )


class EmailRecipientUpdated(Wire):
    """One recipient's state changed."""

    email_id: str
    invoice_id: str
    recipient: RecipientResult


class _EmailOutcome(Wire):
    email_id: str
    invoice_id: str
    recipients: tuple[RecipientResult, ...]
    possible_duplicate: bool = False
    at: dt.datetime


class EmailSent(_EmailOutcome):
    """At least one recipient was accepted by the server; none is still under way."""


class EmailFailed(_EmailOutcome):
    """Every recipient was refused, or it could not be sent at all."""

    reason: Reason


class EmailUncertain(_EmailOutcome):
    """No answer came after DATA began: it may or may not have been taken."""

    reason: Reason


class InvoiceTransferred(Wire):
    """The accounting software has the invoice, under its own id; `total` is what it echoed."""

    invoice_id: str
    attempt: int
    connector: str
    external_id: str
    total: Amount
    at: dt.datetime


class InvoiceTransferFailed(Wire):
    """The accounting software refused the invoice for good, or there is no connector."""

    invoice_id: str
    attempt: int
    connector: str
    reason: Reason
    at: dt.datetime


class InvoiceTransferUncertain(Wire):
    """It is not known whether the accounting software has the invoice, and it can't be asked."""

    invoice_id: str
    attempt: int
    connector: str
    reason: Reason
    at: dt.datetime
