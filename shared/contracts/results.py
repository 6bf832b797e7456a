"""What the workers answer. Exchange `results`. A result says what happened; it never asks for a next step."""

import datetime as dt
from typing import Literal

from pydantic import Field

from shared.contracts.values import Amount, DocumentRef, Reason, Wire

RecipientState = Literal["prepared", "sending", "sent", "refused", "uncertain"]


class DocumentRendered(Wire):
    """The PDF of this version is in the store."""

    invoice_id: str = Field(description="id of the invoice (UUID)")
    version: int = Field(description="the version that was asked for")
    document: DocumentRef = Field(description="the PDF")


class DocumentRenderFailed(Wire):
    """The PDF can't be made; trying the same again would not help."""

    invoice_id: str = Field(description="id of the invoice (UUID)")
    version: int = Field(description="the version that was asked for")
    reason: Reason = Field(description="why")


class RecipientResult(Wire):
    """Where one recipient of an e-mail stands; `reply` is the server's last word."""

    email: str = Field(description="address, as in the command")
    role: Literal["to", "cc", "bcc"] = Field(description="as in the command")
    state: RecipientState = Field(
        description="uncertain: the server did not answer after the mail began, it may have it"
    )
    reply: str | None = Field(default=None, description="the mail server's last word on this recipient")
    revision: int | None = Field(
        default=None,
        ge=0,
        description="counts the changes of this recipient: results may come in any order, an older one is ignored",
    )


class EmailRecipientUpdated(Wire):
    """One recipient's state changed."""

    email_id: str = Field(description="id of the e-mail (UUID)")
    invoice_id: str = Field(description="id of the invoice (UUID)")
    recipient: RecipientResult = Field(description="the one that changed")


class _EmailOutcome(Wire):
    email_id: str = Field(description="id of the e-mail (UUID)")
    invoice_id: str = Field(description="id of the invoice (UUID)")
    recipients: tuple[RecipientResult, ...] = Field(description="all of them, as they end")
    possible_duplicate: bool = Field(
        default=False, description="it was sent again after no answer: somebody may have it twice"
    )
    at: dt.datetime = Field(description="when it ended (UTC)")


class EmailSent(_EmailOutcome):
    """At least one recipient was accepted by the server; none is still under way."""


class EmailFailed(_EmailOutcome):
    """Every recipient was refused, or it could not be sent at all."""

    reason: Reason = Field(description="why")


class EmailUncertain(_EmailOutcome):
    """No answer came after DATA began: it may or may not have been taken."""

    reason: Reason = Field(description="why")


class InvoiceTransferred(Wire):
    """The accounting software has the invoice, under its own id; `total` is what it echoed."""

    invoice_id: str = Field(description="id of the invoice (UUID)")
    attempt: int = Field(description="the attempt that was asked for")
    connector: str = Field(description="which accounting software")
    external_id: str = Field(description="its id there")
    total: Amount = Field(description="the total that the other side has; compared with ours to the cent")
    at: dt.datetime = Field(description="when that was settled (UTC)")


class InvoiceTransferFailed(Wire):
    """The accounting software refused the invoice for good, or there is no connector."""

    invoice_id: str = Field(description="id of the invoice (UUID)")
    attempt: int = Field(description="the attempt that was asked for")
    connector: str = Field(description="which accounting software")
    reason: Reason = Field(description="why")
    at: dt.datetime = Field(description="when that was settled (UTC)")


class InvoiceTransferUncertain(Wire):
    """It is not known whether the accounting software has the invoice, and it can't be asked."""

    invoice_id: str = Field(description="id of the invoice (UUID)")
    attempt: int = Field(description="the attempt that was asked for")
    connector: str = Field(description="which accounting software")
    reason: Reason = Field(description="why")
    at: dt.datetime = Field(description="when that was settled (UTC)")
