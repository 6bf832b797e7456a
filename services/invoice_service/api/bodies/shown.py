"""What is answered of invoices, lines, e-mails and parked messages: the shapes, for the OpenAPI document."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import Field

from services.invoice_service.api.bodies.fields import LocalizedShown, Shown
from shared.contracts.values import Amount, Language, Quantity, Rate, Reason, UnitPrice

Status = Literal["proforma_draft", "proforma_sent", "final_ready", "final_sent"]
AxisState = Literal["none", "pending", "succeeded", "failed", "uncertain"]


class PartyAddressShown(Shown):
    """An address as copied into an invoice."""

    name: str | None
    line1: str
    line2: str | None
    city: str
    province: str | None
    postal_code: str | None
    country: str


class PartyShown(Shown):
    """A party as copied into an invoice."""

    code: str
    name: str
    attention: str | None
    address: PartyAddressShown | None


class BillingContactShown(Shown):
    """Whom the invoice is addressed to."""

    id: str
    name: str
    salutation: str | None
    email: str | None


class OtherInvoiceShown(Shown):
    """Another invoice on which the job stands."""

    number: str
    date: dt.date
    quantity: Quantity
    status: Status


class LineShown(Shown):
    """A line."""

    id: uuid.UUID
    kind: Literal["job", "product", "gl", "extra_charge", "text"]
    position: int
    job: str | None
    extra_charge: str | None
    other_invoices: list[OtherInvoiceShown]
    po_number: str | None
    description: str
    ordered_quantity: Quantity | None
    quantity: Quantity | None
    unit_price: UnitPrice | None
    total_price: Amount | None
    product: str | None
    gl_account: str | None
    tax_code: str | None
    total: Amount | None
    manual: list[str]
    release_quantity: bool | None
    credited_line: uuid.UUID | None


class TaxShown(Shown):
    """One tax of the document."""

    code: str
    name: LocalizedShown
    rate: Rate
    base: Amount
    amount: Amount


class AxisShown(Shown):
    """Where an axis stands."""

    state: AxisState
    reason: Reason | None
    at: dt.datetime | None


class DocumentShown(Shown):
    """The rendered document."""

    sha256: str
    size: int


class RenderingShown(AxisShown):
    """The rendering of the current version."""

    document: DocumentShown | None


class TransferShown(AxisShown):
    """The transfer to accounting."""

    connector: str | None
    external_id: str | None
    manual: bool


class CodedShown(Shown):
    """A reason, in both languages."""

    code: str
    message: LocalizedShown


class ActionShown(Shown):
    """Whether an action is open, and why not."""

    enabled: bool
    reason: CodedShown | None


class WarningShown(CodedShown):
    """What is odd, by field."""

    field: str


class HoldShown(Shown):
    """Why it waits."""

    reason: str


class InvoiceShown(Shown):
    """An invoice, whole."""

    id: uuid.UUID
    number: str
    proforma_number: str
    final_number: str | None
    kind: Literal["invoice", "credit_note"]
    status: Status
    date: dt.date
    due_date: dt.date | None
    customer: str
    sold_to: PartyShown
    bill_to: PartyShown
    ship_to: PartyShown | None
    billing_contact: BillingContactShown | None
    tax_code: str | None
    payment_term: str | None
    payment_method: str | None
    sales_rep: str | None
    currency: str
    exchange_rate: Rate | None
    language: Language
    business_entity: str
    message: str | None
    note: str | None
    hold: HoldShown | None
    favourite: bool
    manual: list[str]
    lines: list[LineShown]
    subtotal: Amount
    taxes: list[TaxShown]
    total: Amount
    jobs: list[str]
    credited_invoice: str | None
    credit_reason: str | None
    credit_notes: list[str]
    rendering: RenderingShown
    delivery: AxisShown
    transfer: TransferShown
    available_actions: dict[str, ActionShown]
    warnings: list[WarningShown]
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    finalized_at: dt.datetime | None


class RecipientShown(Shown):
    """One recipient, and where it stands."""

    role: Literal["to", "cc", "bcc"]
    name: str
    email: str
    state: Literal["prepared", "sending", "sent", "refused", "uncertain"]
    reply: str | None


class EmailAttachmentShown(Shown):
    """A file of an e-mail."""

    name: str
    content_type: str


class CreditShown(InvoiceShown):
    """A credit note that was just made, and the number of the pro forma that bills again."""

    rebill: str | None


class MailboxShown(Shown):
    """A name and an e-mail address."""

    name: str
    email: str


class EmailShown(Shown):
    """An e-mail of the history."""

    id: uuid.UUID
    state: Literal["prepared", "sending", "sent", "partly", "refused", "uncertain"]
    reason: Reason | None
    sender: Annotated[MailboxShown, Field(serialization_alias="from")]
    recipients: list[RecipientShown]
    subject: str
    body: str
    pdf: bool
    attachments: list[EmailAttachmentShown]
    message_id: str
    possible_duplicate: bool
    created_at: dt.datetime
    sent_at: dt.datetime | None


class EmailDraftShown(Shown):
    """An e-mail as it is proposed: what POST of it takes, and the name of the PDF."""

    sender: Annotated[MailboxShown | None, Field(serialization_alias="from")]
    to: list[MailboxShown]
    cc: list[MailboxShown]
    bcc: list[MailboxShown]
    subject: str
    body: str
    attachments: list[uuid.UUID]
    pdf: bool
    attachment_name: str


class AttachmentShown(Shown):
    """A file that was uploaded."""

    id: uuid.UUID
    name: str
    content_type: str
    size: int


class ActorShown(Shown):
    """Who did it."""

    kind: Literal["user", "key", "message", "system"]
    id: str
    name: str


class ChangeShown(Shown):
    """One field, before and after."""

    field: str
    before: Any
    after: Any


class AuditShown(Shown):
    """One entry of the trail."""

    at: dt.datetime
    actor: ActorShown
    action: str
    changes: list[ChangeShown]


class NotificationShown(Shown):
    """What went wrong while nobody looked; `invoice` is its number."""

    id: uuid.UUID
    at: dt.datetime
    code: str
    invoice: str | None
    message: LocalizedShown
    read_at: dt.datetime | None


class MessageShown(Shown):
    """What a parked message says of itself, as far as it could be read."""

    source: str | None
    id: str | None
    type: str | None
    subject: str | None
    time: dt.datetime | None


class ParkedShown(Shown):
    """A message that waits for a person."""

    id: uuid.UUID
    kind: Literal["unknown_reference", "quarantined", "dead"]
    reason: Reason
    message: MessageShown
    body: str
    queue: str
    attempts: int
    received_at: dt.datetime
