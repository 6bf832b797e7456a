"""Credit notes: what is left to credit, and credits that close to the cent (domain.md: Money, Credit)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.integration.invoice_service.machine.model import drafts, totals
from tests.integration.invoice_service.machine.model.figures import ZERO, Number, half_up, number, price
from tests.integration.invoice_service.machine.model.lines import billed_of, check_quantities, opened
from tests.integration.invoice_service.machine.model.world import DONE, Invoice, Line, Refused, Tax, World


@dataclass
class Had:
    """What some credits have of a line: a quantity, amounts without quantity, and their stored totals."""

    quantity: Number = ZERO
    amount: Number = ZERO
    total: Number = ZERO


def had(credits_: Iterable[Invoice]) -> dict[int, Had]:
    """What these credits have, by credited line; positive shares of it."""
    by_line: dict[int, Had] = {}
    for credit in credits_:
        for line in credit.lines:
            add_share(by_line.setdefault(line.credits or 0, Had()), line)
            by_line[line.credits or 0].total -= line.total or 0
    return by_line


def add_share(share: Had, line: Line) -> None:
    """Count a credit's line into what is credited."""
    if line.quantity is None:
        share.amount -= line.total or 0
    else:
        share.quantity -= line.quantity


def worth(line: Line, share: Had) -> Number:
    """What a share of a line is worth: the whole of it exactly its total."""
    if share.quantity and share.quantity == line.quantity:
        return (line.total or ZERO) + share.amount
    priced = price(
        share.quantity,
        unit_price=line.unit_price,
        total_price=line.total_price,
        ordered=line.ordered_quantity or line.quantity,
    )
    return (priced or ZERO) + share.amount


def left(world: World, original: Invoice) -> list[tuple[Line, dict[str, Number]]]:
    """What is left to credit, drafts counted: of each line a quantity, or an amount once one was credited."""
    have = had(world.credits_of(original))
    requests: list[tuple[Line, dict[str, Number]]] = []
    for line in original.lines:
        if line.total is None or line.quantity is None:
            continue
        share = have.get(line.key, Had())
        amount = abs(line.total) - abs(worth(line, share))
        if share.quantity < line.quantity and share.amount == 0:
            requests.append((line, {"quantity": line.quantity - share.quantity}))
        elif amount > 0:
            requests.append((line, {"amount": amount}))
    return requests


def totals_of(original: Invoice, have: Mapping[int, Had]) -> dict[str, Number]:
    """The taxes of what is credited, by code."""
    amounts = {}
    for code, tax in original.taxes.items():
        taxed = [line for line in original.lines if code in totals.taxes_of(original, line)]
        base = sum((have[line.key].total for line in taxed if line.key in have), ZERO)
        amounts[code] = half_up(base * tax.rate)
    return amounts


def settle(world: World, credit: Invoice, *, for_good: bool = False) -> None:
    """Caps against all credits (for good: against the final ones alone, too), then totals on top of these."""
    original = world.invoices[credit.credited or ""]
    others = [other for other in world.credits_of(original) if other.ref != credit.ref]
    finals = [other for other in others if other.final]
    _check_caps(original, [*others, credit], credit)
    if for_good:
        _check_caps(original, [*finals, credit], credit)
    have = had(finals)
    for line in credit.lines:
        source = original.line(line.credits or 0)
        share = have.setdefault(source.key, Had())
        add_share(share, line)
        line.total = share.total - worth(source, share)
        share.total -= line.total
    credit.subtotal = sum((line.total for line in credit.lines if line.total is not None), ZERO)
    all_taxes = totals_of(original, have)
    credit.taxes = {}
    for code, tax in original.taxes.items():
        earlier = [other.taxes[code] for other in finals]
        taxed = [line for line in original.lines if code in totals.taxes_of(original, line)]
        base = sum((have[line.key].total for line in taxed if line.key in have), ZERO)
        credit.taxes[code] = Tax(
            tax.rate,
            -base - sum((one.base for one in earlier), ZERO),
            -all_taxes[code] - sum((one.amount for one in earlier), ZERO),
        )
    credit.total = credit.subtotal + sum((tax.amount for tax in credit.taxes.values()), ZERO)


def _check_caps(original: Invoice, credits_: list[Invoice], credit: Invoice) -> None:
    """Quantity and amount of each line, then the total: with a rebate on the invoice, the others come to more."""
    exceeded = _lines_over(original, credits_)
    errors = {
        (f"lines[{place}]", "over_credit")
        for place, line in enumerate(credit.lines)
        if line.credits in exceeded
    }
    if not errors and _credited(original, credits_) > original.total:
        errors = {("total", "over_credit")}
    if errors:
        raise Refused(422, "over_credit", errors=frozenset(errors))


def _lines_over(original: Invoice, credits_: list[Invoice]) -> set[int]:
    over = set()
    for key, share in had(credits_).items():
        line = original.line(key)
        if share.quantity > (line.quantity or ZERO) or abs(worth(line, share)) > abs(line.total or ZERO):
            over.add(key)
    return over


def _credited(original: Invoice, credits_: list[Invoice]) -> Number:
    """What some credits come to in the end, taxes included."""
    have = had(credits_)
    for key, share in have.items():
        share.total = worth(original.line(key), share)
    subtotal = sum((share.total for share in have.values()), ZERO)
    return subtotal + sum(totals_of(original, have).values(), ZERO)


def create(
    world: World,
    ref: str,
    reason: str,
    requests: Sequence[tuple[int, Mapping[str, Any]]] | None = None,
    *,
    rebill: bool = False,
) -> tuple[str, str | None]:
    """POST of a credit: its pro forma number, and that of what bills again."""
    original = world.invoices[ref]
    wanted = (
        [(original.line(key), dict(asked)) for key, asked in requests]
        if requests is not None
        else [(line, dict(asked)) for line, asked in left(world, original)]
    )
    if original.kind == "credit_note" or original.status != DONE or not left(world, original) or not wanted:
        raise Refused(409, "not_creditable")
    before = billed_of(world, original.jobs)
    credit = _blank(world, original, reason)
    credit.lines = [_line(world, line, asked) for line, asked in wanted]
    settle(world, credit)
    drafts.keep(world, credit)
    if not rebill:
        return credit.ref, None
    again = _rebill(world, original, credit)
    check_quantities(world, before, role="admin", by_name=False)
    return credit.ref, again


def _blank(world: World, original: Invoice, reason: str) -> Invoice:
    credit = Invoice(
        **{field: getattr(original, field) for field in drafts.COPIED},
        ref="",
        kind="credit_note",
        date=world.today,
        credited=original.ref,
        reason=reason,
    )
    credit.sold_to, credit.bill_to = dict(original.sold_to), dict(original.bill_to)
    return credit


def _line(world: World, source: Line, asked: Mapping[str, Any]) -> Line:
    line = drafts.copied(world, source)
    line.credits, line.manual, line.total = source.key, set(), None
    line.release = bool(asked.get("release_quantity", True))
    if "amount" in asked:
        _by_amount(line, source, number_of(asked["amount"]))
    else:
        line.quantity = -number_of(asked["quantity"])
    return line


def _by_amount(line: Line, source: Line, amount: Number) -> None:
    """An amount before taxes, without quantity: nothing to release."""
    line.quantity = line.unit_price = line.total_price = None
    line.release = False
    line.total = amount if (source.total or 0) < 0 else -amount


def number_of(value: str | Number) -> Number:
    """A number of a body, or one that is a number already."""
    return value if isinstance(value, Number) else number(value) or ZERO


def _rebill(world: World, original: Invoice, credit: Invoice) -> str:
    """A pro forma of what is credited now, that waits until the credit is final."""
    invoice = drafts.blank(world, original.customer)
    for field in drafts.COPIED:
        value = getattr(original, field)
        setattr(invoice, field, dict(value) if isinstance(value, dict) else value)
    invoice.rebills, invoice.date = credit.ref, world.today
    invoice.manual = original.manual - {"date"}
    credited = had([credit])
    for line in original.lines:
        if line.total is None:
            invoice.lines.append(drafts.copied(world, line))
        elif line.key in credited:
            copy = drafts.copied(world, line)
            copy.quantity = credited[line.key].quantity
            copy.price()
            invoice.lines.append(copy)
    totals.settle(invoice)
    return drafts.keep(world, invoice)


def edit_line(world: World, ref: str, key: int, typed: Mapping[str, Any]) -> None:
    """PATCH of a credit's line: a quantity or an amount, both positive, its text, whether it releases."""
    credit = opened(world, ref)
    line = credit.line(key)
    allowed = {"description", "quantity", "amount", "release_quantity"}
    fixed = {(field, "credit_fixed") for field in typed if field not in allowed}
    if "quantity" in typed and line.quantity is None:
        fixed.add(("quantity", "credit_fixed"))
    if fixed:
        raise Refused(422, "invalid", errors=frozenset(fixed))
    before = billed_of(world, credit.jobs)
    line.description = typed.get("description", line.description)
    line.release = typed.get("release_quantity", line.release)
    if "quantity" in typed:
        line.quantity = -number_of(typed["quantity"])
    if "amount" in typed:
        _by_amount(
            line, world.invoices[credit.credited or ""].line(line.credits or 0), number_of(typed["amount"])
        )
    settle(world, credit)
    # Less of a credit leaves less room for what bills it again.
    check_quantities(world, before, role="admin", by_name=False)
    world.tell(credit, "line.edited")


def remove_line(world: World, ref: str, key: int) -> None:
    """DELETE of a credit's line."""
    credit = opened(world, ref)
    before = billed_of(world, credit.jobs)
    credit.lines.remove(credit.line(key))
    settle(world, credit)
    check_quantities(world, before, role="admin", by_name=False)
    world.tell(credit, "line.removed")
