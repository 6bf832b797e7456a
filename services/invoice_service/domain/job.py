"""Production jobs, as far as billing cares: what was ordered, at what price, and what remains to bill."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

NOT_LAUNCHED = "pending_launch"
CANCELLED = "cancelled"
COMPLETED = ("production_complete", "shipped", "invoiced", "completed")


@dataclass(frozen=True, slots=True)
class ExtraCharge:
    """A fee added to a job in production. `billed`: the quantity on invoices so far."""

    id: str
    description: str
    quantity: Decimal
    unit_price: Decimal | None = None
    code: str | None = None
    product: str | None = None
    gl_account: str | None = None
    billed: Decimal = Decimal(0)

    @property
    def remaining(self) -> Decimal:
        """The quantity that no invoice bills yet."""
        return max(Decimal(0), self.quantity - self.billed)


@dataclass(frozen=True, slots=True)
class JobState:
    """What is true of a job now, whatever an invoice copied of it once. `billed`: on all invoices, that one too."""

    ordered_quantity: Decimal
    billed: Decimal
    status: str
    payer: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `billed`: Σ of its lines on invoices, drafts included, less what final credits released.

    `payer` is whom its customer has billed: itself, or another entity.
    """

    number: str
    customer: str
    title: str
    ordered_quantity: Decimal
    status: str
    description: str | None = None
    produced_quantity: Decimal | None = None
    unit_price: Decimal | None = None
    total_price: Decimal | None = None
    currency: str | None = None
    po_number: str | None = None
    product: str | None = None
    gl_account: str | None = None
    ship_to: str | None = None
    completed_at: dt.datetime | None = None
    message_time: dt.datetime | None = None
    auto_draft_remaining: Decimal | None = None
    auto_draft_declined: bool = False
    payer: str | None = None
    billed: Decimal = Decimal(0)
    extra_charges: tuple[ExtraCharge, ...] = field(default=())

    @property
    def remaining(self) -> Decimal:
        """The ordered quantity that is not billed yet, never negative."""
        return max(Decimal(0), self.ordered_quantity - self.billed)

    def charge(self, named: str) -> ExtraCharge | None:
        """The extra charge of this id, else the first of this code, rather one that is not billed yet."""
        of_code = [charge for charge in self.extra_charges if charge.code == named]
        by_itself = [charge for charge in self.extra_charges if charge.id == named]
        unbilled = [charge for charge in of_code if charge.remaining]
        return next(iter((*by_itself, *unbilled, *of_code)), None)

    @property
    def complete(self) -> bool:
        """Whether production is done."""
        return self.status in COMPLETED

    def state(self, billed: Decimal) -> JobState:
        """How it stands once this much of it is billed."""
        return JobState(self.ordered_quantity, billed, self.status, self.payer)
