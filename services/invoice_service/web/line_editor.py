"""The editor of the lines of an invoice, as its template shows it: each field with what it says and what was typed."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.domain.errors import Refusal
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import (
    EXTRA_CHARGE,
    GL,
    JOB,
    PRODUCT,
    TEXT,
    Line,
    price_for,
    shown_unit_price,
)
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.tax import Totals, shares
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.formats import number
from services.invoice_service.web.forms import WAS, Form
from services.invoice_service.web.line_pickers import Choice

KINDS = (JOB, PRODUCT, GL, EXTRA_CHARGE, TEXT)
"""In the order of the menu."""
# A line in its editor: where the cursor begins, by kind, when the line is new.
_FIRST = {
    JOB: "quantity",
    EXTRA_CHARGE: "quantity",
    PRODUCT: "quantity",
    GL: "description",
    TEXT: "description",
}
_WITH_PRODUCT = (JOB, PRODUCT, EXTRA_CHARGE)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the name that the form sends, what the line says, what to show in it (perhaps typed and refused)."""

    name: str
    was: str
    value: str
    manual: bool = False
    fault: str = ""

    @property
    def differs(self) -> bool:
        """Whether something is typed in it that the line does not say."""
        return self.value != self.was


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """What the page shows besides the invoice: a line to edit, or what a new one can be made from.

    `line` is None while none is chosen; one that is not there yet has no place in `invoice`. `gone`: it was removed
    while somebody edited it. `stale`: the invoice has changed, and `fields` say both versions.
    """

    loaded: Loaded
    line: Line | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    totals: Totals
    add: str = ""
    sought: str = ""
    choices: tuple[Choice, ...] = ()
    removed: Line | None = None
    refusal: Refusal | None = None
    faults: tuple[str, ...] = ()
    stale: bool = False
    gone: bool = False
    focus: str = ""
    prices: Mapping[str, str] = field(default_factory=dict)

    @property
    def invoice(self) -> Invoice:
        """The invoice whose lines they are, as it is saved."""
        return self.loaded.invoice

    @property
    def is_new(self) -> bool:
        """Whether the line is not saved yet."""
        return self.line is not None and self.invoice.line(self.line.id) is None

    @property
    def credit(self) -> bool:
        """Whether it is a line of a credit note."""
        return self.invoice.kind == "credit_note"

    @property
    def with_product(self) -> bool:
        """Whether its line can have a product."""
        return self.line is not None and self.line.kind in _WITH_PRODUCT

    @property
    def line_taxes(self) -> tuple[tuple[Any, Decimal], ...]:
        """Each tax of the line and its share of it: informative, the invoice's is computed on the sum."""
        return shares(self.line.total, self.line.taxes, self.totals) if self.line else ()


def blank(kind: str) -> Line:
    """A line of a kind that nobody has saved yet."""
    return Line(id=uuid.UUID(int=0), kind=kind, description="")


def first_field(line: Line) -> str:
    """Where the cursor begins in a new line."""
    return _FIRST[line.kind]


def fields_of(
    line: Line,
    language: Language,
    *,
    credit: bool = False,
    form: Form | None = None,
    faults: Mapping[str, str],
) -> dict[str, Field]:
    """The fields of a line; what a person typed into a form stands in them, until it is saved.

    What was only shown in that form does not: somebody else may have changed it since.
    """
    said = _of_credit(line, language) if credit else _texts(line, language)
    typed = _typed(form, said) if form else {}
    return {
        name: Field(
            name,
            was,
            typed.get(name, was),
            manual=bool({name, *_MANUAL.get(name, ())} & set(line.manual)),
            fault=next((faults[one] for one in (name, *_MANUAL.get(name, ())) if one in faults), ""),
        )
        for name, was in said.items()
    }


def _typed(form: Form, names: Iterable[str]) -> dict[str, str]:
    typed = form.changed(*names)
    if _PRICE & typed.keys():
        typed |= {name: form.text(name) for name in _PRICE}
    for name in _BOXES & set(names):
        if form.text(name) != form.text(f"{WAS}{name}"):
            typed[name] = form.text(name)
    return {name: text.replace("\r\n", "\n") for name, text in typed.items()}


_PRICE = {"price", "price_by"}
# What a browser does not send when it is not checked.
_BOXES = {"release_quantity"}
_MANUAL = {"price": ("unit_price", "total_price")}


def _texts(line: Line, language: Language) -> dict[str, str]:
    by_total = line.total_price is not None
    return {
        "description": line.description,
        "po_number": line.po_number or "",
        "product": line.product or "",
        "gl_account": line.gl_account or "",
        "tax_code": line.tax_code or "",
        "ordered_quantity": _number(line.ordered_quantity, language),
        "quantity": _number(line.quantity, language),
        "price": _number(line.total_price if by_total else line.unit_price, language, places=2),
        "price_by": "total" if by_total else "unit",
    }


def _of_credit(line: Line, language: Language) -> dict[str, str]:
    by_amount = line.quantity is None
    return {
        "description": line.description,
        "quantity": _number(None if line.quantity is None else -line.quantity, language),
        "amount": _number(
            abs(line.total) if by_amount and line.total is not None else None, language, places=2
        ),
        "release_quantity": "1" if line.release_quantity else "",
    }


def prices_of(line: Line, language: Language) -> dict[str, str]:
    """The price of a line by unit, and for the ordered quantity: what its field shows when it is meant so."""
    unit, whole = shown_unit_price(line), line.total_price
    if whole is None:
        quantity = line.ordered_quantity or line.quantity
        whole = price_for(quantity, unit_price=line.unit_price, total_price=None, ordered_quantity=None)
    return {"unit": _number(unit, language, places=2), "total": _number(whole, language, places=2)}


def _number(value: Decimal | None, language: Language, *, places: int = 0) -> str:
    return "" if value is None else number(plain(value, places=places), language)
