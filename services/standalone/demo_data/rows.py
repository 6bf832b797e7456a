"""What the tables of the demonstration hold. Days are counted back from the first start: 0 is that day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.invoice_service.application.edit_lines import AddLine


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job: launched, done and perhaps closed on these days. `how` it is reported done: a PUT or a message.

    `status` is where it ends; `closed` is when it gets there from `production_complete`.
    """

    number: str
    customer: str
    title: str
    quantity: str
    unit: str | None = None
    total: str | None = None
    account: str
    launched: int
    done: int | None = None
    closed: int | None = None
    status: str
    produced: str | None = None
    po: str | None = None
    charges: tuple[tuple[str, str], ...] = ()
    ship_to: str | None = None
    currency: str | None = None
    by_message: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice from its making to where it ends. Days of what follows count from `day` on.

    It is made from `jobs` (several may stand on it), empty for a `customer`, as a duplicate of `again`, or by
    itself when its job is reported done (`by_itself`). `by_hand`: its transfer is closed by hand.
    """

    key: str
    day: int
    jobs: tuple[str, ...] = ()
    customer: str | None = None
    again: str | None = None
    by_itself: bool = False
    lines: tuple[AddLine, ...] = ()
    typed: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    over: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    hold: str | None = None
    favourite: bool = False
    proforma_mailed: int | None = None
    final: int | None = 1
    mailed: bool = True
    cc: tuple[str, ...] = ()
    by_hand: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A credit note of the bill `of`: of everything, or of (line, quantity or amount) one by one.

    Unless it `releases` them, quantities stay billed: what came back spoiled is not billed again.

    `rebill` is the key of the pro forma that bills again: what becomes of the credit, becomes of it.
    `retyped` is what is put right on it, by line.
    """

    key: str
    day: int
    of: str
    reason: str
    quantities: Mapping[int, str] = field(default_factory=dict)
    amounts: Mapping[int, str] = field(default_factory=dict)
    releases: bool = True
    rebill: str | None = None
    retyped: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    proforma_mailed: int | None = None
    final: int | None = 1
    by_hand: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A pro forma that a clerk deletes."""

    day: int
    of: str


def product(code: str, quantity: str, **typed: Any) -> AddLine:  # noqa: ANN401 - fields of a line
    """A line of a standard product."""
    return AddLine("product", product=code, typed={"quantity": Decimal(quantity), **typed})


def gl(account: str, description: str, price: str, quantity: str = "1") -> AddLine:
    """A line on an account, at a unit price."""
    typed = {"description": description, "unit_price": Decimal(price), "quantity": Decimal(quantity)}
    return AddLine("gl", gl_account=account, typed=typed)


def text(description: str) -> AddLine:
    """A line that only says something."""
    return AddLine("text", typed={"description": description})


def business_day(today: dt.date, days_ago: int) -> dt.date:
    """That many days before today; a weekend's work is done on the Friday before. Today is today.

    Never goes against the order of `days_ago`, so what comes in order stays in order.
    """
    day = today - dt.timedelta(days=days_ago)
    if days_ago == 0:
        return day
    return day - dt.timedelta(days=max(0, day.weekday() - 4))
