"""What the invoice service tells whoever listens. Exchange `events`."""

import datetime as dt
from typing import Literal

from shared.contracts.values import Amount, Wire


class InvoiceEvent(Wire):
    """Something happened to an invoice; this is its state after that."""

    invoice_id: str
    number: str
    proforma_number: str
    final_number: str | None
    kind: Literal["invoice", "credit_note"]
    status: Literal["proforma_draft", "proforma_sent", "final_ready", "final_sent", "deleted"]
    version: int
    customer: str
    date: dt.date
    currency: str
    subtotal: Amount
    total: Amount
    jobs: tuple[str, ...] = ()
    credited_invoice: str | None = None


class InvoiceCreated(InvoiceEvent):
    """A pro forma was created."""


class InvoiceUpdated(InvoiceEvent):
    """A pro forma changed, or an axis of any invoice moved."""


class InvoiceEmailed(InvoiceEvent):
    """At least one recipient in To was accepted."""


class InvoiceFinalized(InvoiceEvent):
    """The invoice has its final number and will never change again."""


class InvoiceTransferred(InvoiceEvent):
    """The accounting software has it."""


class InvoiceCredited(InvoiceEvent):
    """A credit note of this invoice became final."""


class InvoiceDeleted(InvoiceEvent):
    """A pro forma was deleted."""
