"""What is answered of invoices, their lines and their trail: the shapes, for the OpenAPI document."""

import datetime as dt
import uuid
from typing import Any, Literal

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

    code: str = Field(description="of the customer")
    name: str
    attention: str | None = Field(description="the billing contact's name")
    address: PartyAddressShown | None


class BillingContactShown(Shown):
    """Whom the invoice is addressed to."""

    id: str = Field(description="contact id of the customer who pays")
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
    position: int = Field(description="from 0")
    job: str | None
    extra_charge: str | None
    other_invoices: list[OtherInvoiceShown] = Field(description="of the same job")
    po_number: str | None
    description: str
    ordered_quantity: Quantity | None
    quantity: Quantity | None = Field(description="billed by this line; negative on a credit note")
    unit_price: UnitPrice | None
    total_price: Amount | None = Field(description="for the ordered quantity, before taxes")
    product: str | None
    gl_account: str | None
    tax_code: str | None
    total: Amount | None = Field(description="of the quantity, before taxes; null without a price")
    manual: list[str] = Field(description="fields that a person typed over; null brings their defaults back")
    release_quantity: bool | None = Field(description="of a credit: the quantity can be billed again")
    credited_line: uuid.UUID | None


class TaxShown(Shown):
    """One tax of the document."""

    code: str
    name: LocalizedShown
    rate: Rate
    base: Amount
    amount: Amount


class AxisShown(Shown):
    """Where an axis stands: nothing is succeeded before the other side accepted it."""

    state: AxisState
    reason: Reason | None
    at: dt.datetime | None = Field(description="of the last change")


class DocumentShown(Shown):
    """The rendered document."""

    sha256: str = Field(description="hex", pattern="^[0-9a-f]{64}$")
    size: int = Field(description="bytes")


class RenderingShown(AxisShown):
    """The rendering of the current version."""

    document: DocumentShown | None


class TransferShown(AxisShown):
    """The transfer to accounting."""

    connector: str | None = Field(description="the accounting software")
    external_id: str | None = Field(description="of the entry, in the accounting software")
    manual: bool = Field(description="closed by hand")


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
    number: str = Field(description="the final number, or the pro forma's while there is none")
    proforma_number: str = Field(description="still finds it once it is final")
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
    exchange_rate: Rate | None = Field(description="company currency for one unit of the invoice's")
    language: Language
    business_entity: str
    message: str | None = Field(description="at the bottom of the form")
    note: str | None = Field(description="never printed")
    hold: HoldShown | None
    favourite: bool = Field(description="the caller's own mark")
    manual: list[str] = Field(description="fields that a person typed over; null brings their defaults back")
    lines: list[LineShown]
    subtotal: Amount = Field(description="before taxes; negative on a credit note")
    taxes: list[TaxShown]
    total: Amount = Field(description="taxes included")
    jobs: list[str]
    credited_invoice: str | None = Field(description="of a credit note: the number of what it credits")
    credit_reason: str | None
    credit_notes: list[str]
    rendering: RenderingShown
    delivery: AxisShown
    transfer: TransferShown
    available_actions: dict[str, ActionShown] = Field(description="by the action's name, for this caller")
    warnings: list[WarningShown]
    version: int = Field(description="counts what reaches paper or totals; in ETag and If-Match as v7")
    created_at: dt.datetime
    updated_at: dt.datetime
    finalized_at: dt.datetime | None


class CreditShown(InvoiceShown):
    """A credit note that was just made."""

    rebill: str | None = Field(description="number of the pro forma that bills again")


class RenderingStateShown(Shown):
    """How far the rendering of a document is."""

    state: AxisState


class RenderingAskedShown(Shown):
    """The document is asked for and not there yet."""

    rendering: RenderingStateShown


class ActorShown(Shown):
    """Who did it."""

    kind: Literal["user", "key", "message", "system"]
    id: str
    name: str


class ChangeShown(Shown):
    """One field, before and after."""

    field: str
    before: Any = Field(description="any JSON")
    after: Any = Field(description="any JSON")


class AuditShown(Shown):
    """One entry of the trail."""

    at: dt.datetime
    actor: ActorShown
    action: str
    changes: list[ChangeShown]


class NotificationShown(Shown):
    """What went wrong while nobody looked."""

    id: uuid.UUID
    at: dt.datetime
    code: str
    invoice: str | None = Field(description="its number")
    message: LocalizedShown
    read_at: dt.datetime | None = Field(description="by the caller")
