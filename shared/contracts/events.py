"""What the invoice service tells whoever listens. Exchange `events`."""

import datetime as dt
from typing import Literal

from pydantic import Field

from shared.contracts.values import Amount, Wire


class InvoiceEvent(Wire):
    """Something happened to an invoice; this is its state after that."""

    invoice_id: str = Field(description="id of the invoice (UUID)")
    number: str = Field(description="the final number once there is one, else the pro forma's")
    proforma_number: str = Field(description="the number it began with; the API finds it by that for ever")
    final_number: str | None = Field(description="null until it is final")
    kind: Literal["invoice", "credit_note"] = Field(description="what it is")
    status: Literal["proforma_draft", "proforma_sent", "final_ready", "final_sent", "deleted"] = Field(
        description="proforma_sent: an e-mail was accepted; final_sent: accounting has it"
    )
    version: int = Field(
        description="counts what reaches paper or totals: an axis that moved leaves it alone"
    )
    customer: str = Field(description="code of the customer it is sold to")
    date: dt.date = Field(description="the invoice's date")
    currency: str = Field(description="ISO 4217 code of the amounts")
    subtotal: Amount = Field(description="before taxes; negative on a credit note")
    total: Amount = Field(description="with taxes; negative on a credit note")
    jobs: tuple[str, ...] = Field(default=(), description="numbers of the jobs on it")
    credited_invoice: str | None = Field(
        default=None, description="on a credit note: number of the invoice that it credits"
    )


class InvoiceCreated(InvoiceEvent):
    """A pro forma was created."""


class InvoiceUpdated(InvoiceEvent):
    """A pro forma changed, or work on any invoice came to an end that no other event tells.

    That is: its PDF is there or can't be made, nobody in To got an e-mail, a transfer failed or is uncertain.
    """


class InvoiceEmailed(InvoiceEvent):
    """At least one recipient in To was accepted."""


class InvoiceFinalized(InvoiceEvent):
    """The invoice has its final number and will never change again."""


class InvoiceTransferred(InvoiceEvent):
    """The accounting software has it, or a person has seen to that by hand."""


class InvoiceCredited(InvoiceEvent):
    """A credit note of this invoice became final; the state is that of the invoice, not of the note."""


class InvoiceDeleted(InvoiceEvent):
    """A pro forma was deleted; its numbers will never be used again."""
