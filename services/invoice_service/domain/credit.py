"""Credit notes: what is left to credit, and credits that close to the cent.

A credit's amounts are what they are for everything credited by final credits plus this one, less what those
final credits already have; so when everything is credited, the credits equal the invoice, line by line, tax by tax.
Requests speak in positive quantities and amounts; what is stored is negative.
"""

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import Line, price_for
from services.invoice_service.domain.money import ZERO, product, to_cent
from services.invoice_service.domain.tax import AppliedTax, Totals


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """Credit of one line: a quantity, or an amount before taxes without quantity; both positive."""

    line: uuid.UUID
    quantity: Decimal | None = None
    amount: Decimal | None = None
    release_quantity: bool = True


@dataclass(frozen=True, slots=True)
class Credited:
    """What some credits have of one line: quantity, amounts without quantity, and their totals; as positive shares.

    `amount` and `total` have the sign of the credited line's total.
    """

    quantity: Decimal = Decimal(0)
    amount: Decimal = ZERO
    total: Decimal = ZERO


def credited_by_line(credits_: Iterable[Invoice]) -> dict[uuid.UUID, Credited]:
    """What these credit notes have, by credited line."""
    have: dict[uuid.UUID, Credited] = {}
    for credit in credits_:
        for line in credit.lines:
            if line.credited_line is None:
                continue
            was = have.get(line.credited_line, Credited())
            total = -(line.total or ZERO)
            have[line.credited_line] = Credited(
                was.quantity - (line.quantity or Decimal(0)),
                was.amount + (ZERO if line.quantity is not None else total),
                was.total + total,
            )
    return have


def _share(line: Line, quantity: Decimal, amount: Decimal) -> Decimal:
    """The total of `quantity` of a line, plus amounts credited without quantity."""
    if quantity and line.quantity is not None and quantity == line.quantity:
        return (line.total or ZERO) + amount
    priced = price_for(
        quantity,
        unit_price=line.unit_price,
        total_price=line.total_price,
        ordered_quantity=line.ordered_quantity or line.quantity,
    )
    return (priced or ZERO) + amount


def remaining_requests(original: Invoice, existing: Iterable[Invoice]) -> tuple[CreditRequest, ...]:
    """A credit of all that remains: the remaining quantity of each line, or its remaining amount."""
    have = credited_by_line(existing)
    requests = []
    for line in original.lines:
        if line.total is None or line.quantity is None:
            continue
        was = have.get(line.id, Credited())
        left_quantity = line.quantity - was.quantity
        left_amount = abs(line.total) - abs(_share(line, was.quantity, was.amount))
        if left_quantity > 0 and was.amount == 0:
            requests.append(CreditRequest(line.id, quantity=left_quantity))
        elif left_amount > 0:
            requests.append(CreditRequest(line.id, amount=left_amount))
    return tuple(requests)


def check_caps(
    original: Invoice, existing: Iterable[Invoice], lines: Sequence[Line]
) -> tuple[FieldError, ...]:
    """Those of a credit's lines that, with the credits that exist (drafts reserve), exceed the invoice."""
    have, wanted = credited_by_line(existing), wanted_by_line(lines)
    exceeded = set()
    for line in original.lines:
        if line.id not in wanted:
            continue
        was = have.get(line.id, Credited())
        quantity = was.quantity + wanted[line.id].quantity
        total = _share(line, quantity, was.amount + wanted[line.id].amount)
        if quantity > (line.quantity or Decimal(0)) or abs(total) > abs(line.total or ZERO):
            exceeded.add(line.id)
    return tuple(
        FieldError(f"lines[{index}]", "over_credit")
        for index, line in enumerate(lines)
        if line.credited_line in exceeded
    )


def credit_line(line_id: uuid.UUID, line: Line, request: CreditRequest) -> Line:
    """The credit's line for a request, its total still to be computed."""
    sign = -1 if (line.total or ZERO) < 0 else 1
    by_amount = request.amount is not None
    return dataclasses.replace(
        line,
        id=line_id,
        quantity=None if by_amount else -(request.quantity or Decimal(0)),
        unit_price=None if by_amount else line.unit_price,
        total_price=None if by_amount else line.total_price,
        ordered_quantity=line.ordered_quantity,
        credited_line=line.id,
        release_quantity=request.release_quantity and not by_amount,
        total=to_cent(-sign * request.amount) if request.amount is not None else None,
        manual=(),
    )


def wanted_by_line(lines: Iterable[Line]) -> dict[uuid.UUID, Credited]:
    """What a credit's lines ask for, by credited line."""
    wanted: dict[uuid.UUID, Credited] = {}
    for line in lines:
        if line.credited_line is None:
            continue
        was = wanted.get(line.credited_line, Credited())
        wanted[line.credited_line] = Credited(
            was.quantity - (line.quantity or Decimal(0)),
            was.amount + (-(line.total or ZERO) if line.quantity is None else ZERO),
        )
    return wanted


def credit_totalled(credit: Invoice, original: Invoice, final_credits: Iterable[Invoice]) -> Invoice:
    """The credit with its line totals, taxes and totals, given what final credits already have.

    Raises:
        Invalid: over_credit, when a line is not one of the credited invoice's.
    """
    final_credits = tuple(final_credits)
    have = credited_by_line(final_credits)
    originals = {line.id: line for line in original.lines}
    lines = []
    bases: dict[str, Decimal] = {}
    for line in credit.lines:
        if line.credited_line is None or line.credited_line not in originals:
            raise Invalid("invalid", errors=(FieldError("lines", "foreign_line"),))
        source = originals[line.credited_line]
        was = have.get(source.id, Credited())
        by_quantity = line.quantity is not None
        quantity = was.quantity - (line.quantity or Decimal(0))
        amount = was.amount + (ZERO if by_quantity else -(line.total or ZERO))
        total = -(_share(source, quantity, amount) - was.total)
        # Two lines of one credit may credit the same line: the second one comes on top of the first.
        have[source.id] = Credited(quantity, amount, was.total - total)
        lines.append(dataclasses.replace(line, total=total, taxes=source.taxes, tax_code=source.tax_code))
    for source in original.lines:
        for code in source.taxes:
            bases[code] = bases.get(code, ZERO) + have.get(source.id, Credited()).total
    taxes = _credit_taxes(original, final_credits, bases)
    subtotal = sum((line.total for line in lines if line.total is not None), ZERO)
    total = subtotal + sum((tax.amount for tax in taxes), ZERO)
    return dataclasses.replace(credit, lines=tuple(lines), totals=Totals(subtotal, taxes, total))


def _credit_taxes(
    original: Invoice, final_credits: tuple[Invoice, ...], bases: Mapping[str, Decimal]
) -> tuple[AppliedTax, ...]:
    taxes = []
    for tax in original.totals.taxes:
        earlier = [
            other for credit in final_credits for other in credit.totals.taxes if other.code == tax.code
        ]
        base = -(bases.get(tax.code, ZERO) + sum((other.base for other in earlier), ZERO))
        amount = -(
            to_cent(product(bases.get(tax.code, ZERO), tax.rate)) + sum((o.amount for o in earlier), ZERO)
        )
        taxes.append(dataclasses.replace(tax, base=base, amount=amount))
    return tuple(taxes)


def fully_credited(original: Invoice, existing: Iterable[Invoice]) -> bool:
    """Whether nothing is left to credit, drafts counted."""
    return not remaining_requests(original, existing)
