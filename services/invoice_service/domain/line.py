"""A line of an invoice, its price and its total."""

import dataclasses
import uuid
from dataclasses import dataclass
from decimal import Decimal

from services.invoice_service.domain.money import ZERO, product, ratio, to_cent, to_unit_price

JOB = "job"
PRODUCT = "product"
GL = "gl"
EXTRA_CHARGE = "extra_charge"
TEXT = "text"
KINDS = (JOB, PRODUCT, GL, EXTRA_CHARGE, TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line. Its price is by unit (`unit_price`) or for the ordered quantity (`total_price`), never both.

    `manual` names the fields that a person typed; `taxes` the taxes charged on it; `total` is stored, computed
    by `totalled` only. On a credit note quantities and totals are negative and `credited_line` says of what.
    """

    id: uuid.UUID
    kind: str
    description: str
    job: str | None = None
    extra_charge: str | None = None
    product: str | None = None
    gl_account: str | None = None
    po_number: str | None = None
    ordered_quantity: Decimal | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    total_price: Decimal | None = None
    tax_code: str | None = None
    manual: tuple[str, ...] = ()
    taxes: tuple[str, ...] = ()
    credited_line: uuid.UUID | None = None
    release_quantity: bool = True
    total: Decimal | None = None

    @property
    def priced(self) -> bool:
        """Whether it has a total."""
        return self.total is not None


def price_for(
    quantity: Decimal | None,
    *,
    unit_price: Decimal | None,
    total_price: Decimal | None,
    ordered_quantity: Decimal | None,
) -> Decimal | None:
    """The total of a quantity at a price, to the cent; None while price or quantity is missing.

    A total price is for the ordered quantity: what is billed of it is its share. Without an ordered quantity
    it is for whatever is billed, and nothing when nothing is.
    """
    if quantity is None:
        return None
    if total_price is not None:
        if not ordered_quantity:
            return to_cent(total_price) if quantity else ZERO
        return to_cent(ratio(product(total_price, quantity), ordered_quantity))
    if unit_price is not None:
        return to_cent(product(unit_price, quantity))
    return None


def totalled(line: Line) -> Line:
    """The line with its total computed from its own price and quantity."""
    total = price_for(
        line.quantity,
        unit_price=line.unit_price,
        total_price=line.total_price,
        ordered_quantity=line.ordered_quantity,
    )
    return dataclasses.replace(line, total=total)


def shown_unit_price(line: Line) -> Decimal | None:
    """The unit price for display: the line's own, or its total price over the ordered quantity (six decimals)."""
    if line.total_price is not None and line.ordered_quantity:
        return to_unit_price(ratio(line.total_price, line.ordered_quantity))
    if line.total_price is not None:
        return to_unit_price(line.total_price)
    return line.unit_price
