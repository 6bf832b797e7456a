"""What there is: customers, jobs, invoices and their lines, series, settings. Written from the specification alone."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tests.integration.invoice_service.machine.model.figures import ZERO, Number, price

Json = dict[str, Any]
Fields = frozenset[tuple[str, str]]

DRAFT, SENT, READY, DONE = "proforma_draft", "proforma_sent", "final_ready", "final_sent"


class Refused(Exception):
    """The status of a refusal, and the codes it may have (whatever is looked at first); or its errors by field."""

    def __init__(self, status: int, *codes: str, errors: Fields | None = None) -> None:
        super().__init__(f"{status} {codes} {sorted(errors or ())}")
        self.status = status
        self.codes = frozenset(codes)
        self.errors = errors


@dataclass(frozen=True)
class Tax:
    """One tax of a document."""

    rate: Number
    base: Number
    amount: Number


@dataclass(kw_only=True)
class Charge:
    """An extra charge of a job."""

    id: str
    code: str | None
    description: str
    quantity: Number
    unit_price: Number | None
    product: str | None
    gl_account: str | None


@dataclass(kw_only=True)
class Job:
    """A job as it was declared; `newest` is the time of the newest message applied."""

    number: str
    customer: str
    title: str
    ordered_quantity: Number
    status: str
    description: str | None = None
    produced_quantity: Number | None = None
    unit_price: Number | None = None
    total_price: Number | None = None
    currency: str | None = None
    po_number: str | None = None
    product: str | None = None
    gl_account: str | None = None
    ship_to: str | None = None
    charges: list[Charge] = field(default_factory=list)
    newest: dt.datetime | None = None
    drafted: str | None = None
    declined: bool = False


@dataclass(kw_only=True)
class Line:
    """A line. On a credit note quantities and totals are negative, and `credits` is the key of the credited line."""

    key: int
    kind: str
    id: str = ""
    job: str | None = None
    charge: str | None = None
    product: str | None = None
    gl_account: str | None = None
    po_number: str | None = None
    description: str = ""
    ordered_quantity: Number | None = None
    quantity: Number | None = None
    unit_price: Number | None = None
    total_price: Number | None = None
    tax_code: str | None = None
    manual: set[str] = field(default_factory=set)
    credits: int | None = None
    release: bool = True
    total: Number | None = None

    def price(self) -> None:
        """Set its total from its own price and quantity."""
        self.total = price(
            self.quantity,
            unit_price=self.unit_price,
            total_price=self.total_price,
            ordered=self.ordered_quantity,
        )


@dataclass(kw_only=True)
class Axis:
    """Where rendering, delivery or transfer stands, and the code of why."""

    state: str = "none"
    reason: str | None = None


@dataclass(kw_only=True)
class Invoice:
    """An invoice or credit note; `ref` is its pro forma number, which always finds it.

    `removed`: what was removed of its lines, by id, each with the place that it had.
    """

    ref: str
    customer: str
    payer: str
    business_entity: str
    date: dt.date
    currency: str
    language: str
    id: str = ""
    kind: str = "invoice"
    status: str = DRAFT
    version: int = 1
    final_number: str | None = None
    due_date: dt.date | None = None
    sold_to: Json = field(default_factory=dict)
    bill_to: Json = field(default_factory=dict)
    ship: Json | None = None
    ship_to: str | None = None
    contact: Json | None = None
    tax_code: str | None = None
    payment_term: str | None = None
    payment_method: str | None = None
    sales_rep: str | None = None
    receivable: str | None = None
    exchange_rate: Number | None = None
    message: str | None = None
    note: str | None = None
    hold: str | None = None
    favourites: set[str] = field(default_factory=set)
    manual: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    removed: dict[str, tuple[int, Line]] = field(default_factory=dict)
    subtotal: Number = ZERO
    taxes: dict[str, Tax] = field(default_factory=dict)
    total: Number = ZERO
    credited: str | None = None
    reason: str | None = None
    rebills: str | None = None
    rendering: Axis = field(default_factory=Axis)
    rendered_version: int | None = None
    asked: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)
    delivery: Axis = field(default_factory=Axis)
    latest_email: int | None = None
    transfer: Axis = field(default_factory=Axis)
    attempt: int = 0
    connector: str | None = None
    external_id: str | None = None
    by_hand: bool = False

    @property
    def final(self) -> bool:
        """Whether it has its number."""
        return self.status in (READY, DONE)

    @property
    def number(self) -> str:
        """The final number once there is one."""
        return self.final_number or self.ref

    @property
    def jobs(self) -> list[str]:
        """Its jobs, in the order of its lines."""
        return list(dict.fromkeys(line.job for line in self.lines if line.job is not None))

    def line(self, key: int) -> Line:
        """The line of this key."""
        return next(line for line in self.lines if line.key == key)


@dataclass(kw_only=True)
class Email:
    """An e-mail: the version that it carries, and where it stands."""

    key: int
    ref: str
    version: int
    final: bool
    to: list[str]
    id: str = ""
    state: str = "prepared"
    requested: bool = False


@dataclass(kw_only=True)
class Series:
    """A number series, and what an administrator skipped of it."""

    prefix: str
    padding: int
    next_value: int = 1
    used: bool = False
    first: int | None = None
    skipped: set[int] = field(default_factory=set)

    def take(self) -> str:
        """The next number, formatted."""
        value, self.next_value, self.used = self.next_value, self.next_value + 1, True
        self.first = value if self.first is None else self.first
        return f"{self.prefix}{value:0{self.padding}d}"


@dataclass(frozen=True)
class Entry:
    """An entry of the trail: of what, its action, and changes that the state itself does not show."""

    kind: str
    subject: str
    action: str
    more: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(kw_only=True)
class World:
    """Everything. An operation changes it, and says which entries the trail gets; a refused one is thrown away."""

    now: dt.datetime
    settings: Json
    customers: dict[str, Json]
    jobs: dict[str, Job]
    products: dict[str, Json]
    series: dict[tuple[str, str], Series]
    invoices: dict[str, Invoice] = field(default_factory=dict)
    emails: list[Email] = field(default_factory=list)
    received: dict[str, tuple[Json, bool]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    last_key: int = 0

    def key(self) -> int:
        """A key that nothing has yet."""
        self.last_key += 1
        return self.last_key

    @property
    def today(self) -> dt.date:
        """The shop's date."""
        return self.now.astimezone(ZoneInfo(self.settings["timezone"])).date()

    def tell(self, invoice: Invoice, action: str, *more: tuple[str, Any, Any]) -> None:
        """An entry of the trail of an invoice."""
        self.entries.append(Entry("invoice", invoice.ref, action, more))

    def credits_of(self, invoice: Invoice) -> list[Invoice]:
        """Its credit notes, oldest first."""
        return [other for other in self.invoices.values() if other.credited == invoice.ref]

    def rebill_of(self, credit: Invoice) -> Invoice | None:
        """The pro forma that bills again what this credit has."""
        return next((other for other in self.invoices.values() if other.rebills == credit.ref), None)

    def billed(self, job: str, charge: str | None = None, *, without: Invoice | None = None) -> Number:
        """Σ of the lines of a job (or charge) on invoices, less what final credits released.

        What a rebill has counts only beyond what its credit, still a draft, will release.
        """
        total = ZERO
        for invoice in self.invoices.values():
            if invoice is without:
                continue
            if invoice.kind == "invoice":
                total += self.billed_on(invoice, job, charge)
            elif invoice.final:
                total -= released(invoice, job, charge)
        return total

    def billed_on(self, invoice: Invoice, job: str, charge: str | None) -> Number:
        """What an invoice bills of a job."""
        own = sum((line.quantity or ZERO for line in _of(invoice, job, charge)), ZERO)
        return max(ZERO, own - self.free_for(invoice, job, charge))

    def free_for(self, invoice: Invoice, job: str, charge: str | None) -> Number:
        """What a rebill may bill without being counted twice."""
        credit = self.invoices.get(invoice.rebills or "")
        return released(credit, job, charge) if credit and not credit.final else ZERO

    def remaining(self, job: str, charge: str | None = None) -> Number:
        """What is left to bill of a job or charge."""
        return max(ZERO, self.wanted(job, charge) - self.billed(job, charge))

    def wanted(self, job: str, charge: str | None = None) -> Number:
        """What was ordered of it."""
        known = self.jobs[job]
        return known.ordered_quantity if charge is None else self.charge(job, charge).quantity

    def charge(self, job: str, charge: str) -> Charge:
        """A charge of a job."""
        return next(one for one in self.jobs[job].charges if one.id == charge)

    def payer_of(self, customer: str) -> str:
        """Whom a customer has billed."""
        return str(self.customers[customer]["bill_to"] or customer)

    def billable(self, customer: str) -> bool:
        """Whether it may be invoiced."""
        return bool(self.customers[customer]["active"]) and not self.customers[customer]["prospect"]


def _of(invoice: Invoice, job: str, charge: str | None) -> list[Line]:
    kind = "job" if charge is None else "extra_charge"
    return [line for line in invoice.lines if (line.kind, line.job, line.charge) == (kind, job, charge)]


def released(credit: Invoice, job: str, charge: str | None) -> Number:
    """The quantity of a job that a credit gives back."""
    return sum((-(line.quantity or ZERO) for line in _of(credit, job, charge) if line.release), ZERO)
