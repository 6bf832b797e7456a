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
    return _remaining(original, credited_by_line(existing))


def fully_credited(original: Invoice, have: Mapping[uuid.UUID, Credited]) -> bool:
    """Whether nothing is left to credit; `have` is what all credits have by line, drafts counted."""
    return not _remaining(original, have)


def _remaining(original: Invoice, have: Mapping[uuid.UUID, Credited]) -> tuple[CreditRequest, ...]:
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
    """What of a credit exceeds the invoice, together with credits that exist (drafts reserve): lines, else the total.

    The total is a cap of its own when a line is a rebate: without it, the other lines come to more than was owed.
    """
    have, wanted = credited_by_line(existing), wanted_by_line(lines)
    exceeded = set()
    shares: dict[uuid.UUID, Decimal] = {}
    for line in original.lines:
        was, more = have.get(line.id, Credited()), wanted.get(line.id, Credited())
        quantity = was.quantity + more.quantity
        shares[line.id] = _share(line, quantity, was.amount + more.amount)
        if line.id in wanted and (
            quantity > (line.quantity or Decimal(0)) or abs(shares[line.id]) > abs(line.total or ZERO)
        ):
            exceeded.add(line.id)
    if not exceeded and _with_taxes(original, shares) > original.totals.total:
        return (FieldError("total", "over_credit"),)
    return tuple(
        FieldError(f"lines[{index}]", "over_credit")
        for index, line in enumerate(lines)
        if line.credited_line in exceeded
    )


def _with_taxes(original: Invoice, shares: Mapping[uuid.UUID, Decimal]) -> Decimal:
    """What these shares of an invoice's lines come to, the taxes that it charged on them included."""
    bases = _bases(original, shares)
    taxes = (to_cent(product(bases[tax.code], tax.rate)) for tax in original.totals.taxes)
    return sum(shares.values(), ZERO) + sum(taxes, ZERO)


def _bases(original: Invoice, shares: Mapping[uuid.UUID, Decimal]) -> dict[str, Decimal]:
    """The sums that the taxes of an invoice apply to, of these shares of its lines."""
    bases = dict.fromkeys((tax.code for tax in original.totals.taxes), ZERO)
    for line in original.lines:
        for code in line.taxes:
            bases[code] = bases.get(code, ZERO) + shares.get(line.id, ZERO)
    return bases


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
    bases = _bases(original, {line_id: credited.total for line_id, credited in have.items()})
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
        base = -(bases[tax.code] + sum((other.base for other in earlier), ZERO))
        amount = -(to_cent(product(bases[tax.code], tax.rate)) + sum((o.amount for o in earlier), ZERO))
        taxes.append(dataclasses.replace(tax, base=base, amount=amount))
    return tuple(taxes)
