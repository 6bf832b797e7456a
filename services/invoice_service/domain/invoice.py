"""The invoice: pro forma while it is edited, final and frozen once it has its number."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from services.invoice_service.domain.axes import Axes, Document
from services.invoice_service.domain.job import JobState
from services.invoice_service.domain.line import EXTRA_CHARGE, JOB, Line
from services.invoice_service.domain.parties import Party
from services.invoice_service.domain.tax import Tax, TaxableLine, TaxCode, Totals, compute_totals
from services.invoice_service.domain.texts import Language

Kind = Literal["invoice", "credit_note"]


class Status(StrEnum):
    """The life of an invoice, in order."""

    PROFORMA_DRAFT = "proforma_draft"
    PROFORMA_SENT = "proforma_sent"
    FINAL_READY = "final_ready"
    FINAL_SENT = "final_sent"

    @property
    def final(self) -> bool:
        """Whether the number is given and the content frozen."""
        return self in (Status.FINAL_READY, Status.FINAL_SENT)


OPEN_STATUSES = (Status.PROFORMA_DRAFT, Status.PROFORMA_SENT, Status.FINAL_READY)


@dataclass(frozen=True, slots=True)
class BillingContact:
    """The contact that an invoice is addressed to, as copied into it."""

    id: str
    name: str
    salutation: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What the document says, and the little besides it that people keep on it (note, hold)."""

    id: uuid.UUID
    kind: Kind
    status: Status
    version: int
    business_entity: str
    proforma_number: str
    final_number: str | None = None
    date: dt.date
    due_date: dt.date | None = None
    customer: str
    payer: str
    sold_to: Party
    bill_to: Party
    ship_to: Party | None = None
    ship_to_address: str | None = None
    billing_contact: BillingContact | None = None
    tax_code: str | None = None
    payment_term: str | None = None
    payment_method: str | None = None
    sales_rep: str | None = None
    receivable_account: str | None = None
    currency: str
    exchange_rate: Decimal | None = None
    language: Language
    message: str | None = None
    note: str | None = None
    hold: str | None = None
    manual: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    totals: Totals
    credited_invoice: uuid.UUID | None = None
    credit_reason: str | None = None
    rebills: uuid.UUID | None = None
    created_at: dt.datetime
    updated_at: dt.datetime
    finalized_at: dt.datetime | None = None

    @property
    def number(self) -> str:
        """The final number once there is one, else the pro forma's."""
        return self.final_number or self.proforma_number

    @property
    def jobs(self) -> tuple[str, ...]:
        """The jobs that its lines bill, each once, in their order."""
        return tuple(dict.fromkeys(line.job for line in self.lines if line.job is not None))

    def line(self, line_id: uuid.UUID) -> Line | None:
        """The line of this id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def billed(self, job: str) -> Decimal:
        """The quantity of a job that this invoice's job lines bill."""
        return sum(
            (line.quantity for line in self.lines if line.kind == JOB and line.job == job and line.quantity),
            Decimal(0),
        )

    def billed_charge(self, job: str, charge: str) -> Decimal:
        """The quantity of an extra charge that its lines bill."""
        return sum(
            (
                line.quantity
                for line in self.lines
                if line.kind == EXTRA_CHARGE
                and (line.job, line.extra_charge) == (job, charge)
                and line.quantity
            ),
            Decimal(0),
        )


@dataclass(frozen=True, slots=True)
class OtherUse:
    """Another invoice on which a job stands: the « ! » and its list."""

    number: str
    date: dt.date
    quantity: Decimal
    status: Status


@dataclass(frozen=True, slots=True)
class LinkedInvoice:
    """An invoice that another one refers to."""

    id: uuid.UUID
    number: str
    date: dt.date
    status: Status


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around an invoice and is not its content: axes, links, what is under way.

    `jobs` are those it bills, as they are now; `contacts` the ids of its payer's active ones (None: not looked up).
    """

    axes: Axes = dataclasses.field(default_factory=Axes)
    document: Document | None = None
    credited: LinkedInvoice | None = None
    credit_notes: tuple[LinkedInvoice, ...] = ()
    rebilled_credit: LinkedInvoice | None = None
    rebilled_by: LinkedInvoice | None = None
    other_uses: Mapping[str, tuple[OtherUse, ...]] = dataclasses.field(default_factory=dict)
    jobs: Mapping[str, JobState] = dataclasses.field(default_factory=dict)
    contacts: frozenset[str] | None = None
    email_under_way: bool = False
    latest_email: uuid.UUID | None = None
    fully_credited: bool = False
    favourite: bool = False
    tax_code_province: str | None = None
    connected: bool = False
    connector_paused: bool = False

    def of(self, invoice: Invoice, tax_codes: Mapping[str, TaxCode]) -> "Surroundings":
        """What stands around the invoice once it is as it is now: a document of another version is not its own."""
        same = self.axes.rendering_version == invoice.version
        code = tax_codes.get(invoice.tax_code or "")
        return dataclasses.replace(
            self,
            axes=self.axes.of_version(invoice.version),
            document=self.document if same else None,
            tax_code_province=code.province if code else None,
        )


def taxed(line: Line, invoice_tax_code: str | None, tax_codes: Mapping[str, TaxCode]) -> Line:
    """The line with the taxes that its own tax code, else the invoice's, charges on it."""
    code = tax_codes.get(line.tax_code or invoice_tax_code or "")
    return dataclasses.replace(line, taxes=tuple(tax.code for tax in code.taxes) if code else ())


def all_taxes(tax_codes: Iterable[TaxCode]) -> dict[str, Tax]:
    """Every tax of some tax codes, by its own code."""
    return {tax.code: tax for code in tax_codes for tax in code.taxes}


def retotalled(invoice: Invoice, tax_codes: Mapping[str, TaxCode]) -> Invoice:
    """The invoice with the taxes of its lines and its totals computed anew (not for credit notes)."""
    lines = tuple(taxed(line, invoice.tax_code, tax_codes) for line in invoice.lines)
    totals = compute_totals(
        (TaxableLine(line.total, line.taxes) for line in lines), all_taxes(tax_codes.values()), invoice.date
    )
    return dataclasses.replace(invoice, lines=lines, totals=totals)
