"""What a person types into a line, over its defaults, and back."""

import dataclasses
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import EXTRA_CHARGE, GL, JOB, TEXT, Line, totalled
from services.invoice_service.domain.line_defaults import EDITABLE, charge_of, defaults
from services.invoice_service.domain.texts import Language

_PRICES = {"unit_price", "total_price"}


def typed_over(
    line: Line,
    typed: Mapping[str, Any],
    drafting: Drafting,
    language: Language,
    *,
    remaining: Decimal | None,
) -> Line:
    """The line after a person typed these fields; null brings a field's default back.

    A price is by unit or by total: typing one takes the other away. `remaining` is as `remaining_for` says.

    Raises:
        Invalid: price_twice, fields that only a credit has, or unknown references (all of them are told).
    """
    _check(typed, drafting)
    values = {field: typed[field] for field in EDITABLE if field in typed}
    manual = {field for field in line.manual if field not in values}
    manual |= {field for field, value in values.items() if value is not None}
    for one, other in (("unit_price", "total_price"), ("total_price", "unit_price")):
        if values.get(one) is not None:
            values[other] = None
            manual.discard(other)
    cleared = {field for field in typed if typed[field] is None}
    if cleared & _PRICES and not manual & _PRICES:
        # Whichever of the two the source has: typing the other one had taken it away.
        cleared |= _PRICES
    source = dataclasses.replace(
        line,
        product=values.get("product", line.product),
        gl_account=values.get("gl_account", line.gl_account),
    )
    followers = _followers(line.kind, typed) - manual
    sourced = defaults(
        source,
        drafting,
        language,
        remaining=remaining,
    )
    priced_by_hand = _PRICES & manual
    for field in cleared | followers:
        if field in _PRICES and priced_by_hand:
            continue
        if field in cleared or sourced[field] not in (None, ""):
            values[field] = sourced[field]
    edited = dataclasses.replace(line, **values, manual=tuple(sorted(manual)))
    if edited.kind == TEXT and edited.quantity is None and _priced(edited):
        # Of a fee or a rebate people type the amount, and mean one.
        edited = dataclasses.replace(edited, quantity=Decimal(1))
    return totalled(edited)


def _followers(kind: str, typed: Mapping[str, Any]) -> set[str]:
    """The fields that follow what was typed: a product brings all its own, an account what it is called."""
    if "product" in typed:
        return set(EDITABLE)
    return {"description"} if kind == GL and "gl_account" in typed else set()


def _priced(line: Line) -> bool:
    return line.unit_price is not None or line.total_price is not None


def _check(typed: Mapping[str, Any], drafting: Drafting) -> None:
    errors = [
        FieldError(field, "unknown_reference", {"value": typed[field]})
        for field, known in (
            ("product", drafting.products),
            ("gl_account", drafting.accounts),
            ("tax_code", drafting.tax_codes),
        )
        if typed.get(field) is not None and typed[field] not in known
    ]
    errors += [FieldError(field, "unknown_field") for field in typed if field not in EDITABLE]
    if typed.get("unit_price") is not None and typed.get("total_price") is not None:
        errors.append(FieldError("total_price", "price_twice"))
    if errors:
        raise Invalid("invalid", errors=tuple(errors))


def remaining_for(line: Line, drafting: Drafting, invoice: Invoice | None = None) -> Decimal | None:
    """The quantity left to bill of a line's job or charge, this line not counted.

    `invoice` is the one that it stands on, or is to stand on: what it bills again in place of a draft credit is
    free for it (`Drafting.standing_in`).
    """
    if line.job is None or line.kind not in (JOB, EXTRA_CHARGE):
        return None
    job = drafting.jobs[line.job]
    if line.kind == JOB:
        wanted, billed = job.ordered_quantity, job.billed
        own = invoice.billed(line.job) if invoice else Decimal(0)
    else:
        charge = charge_of(job, line.extra_charge or "")
        wanted, billed = charge.quantity, charge.billed
        own = invoice.billed_charge(line.job, charge.id) if invoice else Decimal(0)
    free = drafting.standing_in.get((line.job, line.extra_charge), Decimal(0))
    elsewhere = billed - max(Decimal(0), own - free)
    held = invoice.line(line.id) if invoice else None
    other_lines = own - ((held.quantity if held else None) or Decimal(0))
    return max(Decimal(0), wanted - elsewhere + free - other_lines)


def inserted(lines: tuple[Line, ...], line: Line, after: object) -> tuple[Line, ...]:
    """The lines with one more, behind the line of id `after`, or last.

    Raises:
        Invalid: unknown_reference, when no line has that id.
    """
    if after is None:
        return (*lines, line)
    for index, other in enumerate(lines):
        if other.id == after:
            return (*lines[: index + 1], line, *lines[index + 1 :])
    raise Invalid("invalid", errors=(FieldError("after", "unknown_reference", {"value": str(after)}),))


def copied(line: Line, line_id: uuid.UUID, drafting: Drafting, invoice: Invoice) -> Line:
    """The line once more, under another id; of a job or a charge it bills what remains (0 if nothing)."""
    copy = dataclasses.replace(line, id=line_id)
    if line.job is None or line.kind not in (JOB, EXTRA_CHARGE):
        return copy
    manual = tuple(field for field in line.manual if field != "quantity")
    left = remaining_for(copy, drafting, invoice)
    return totalled(dataclasses.replace(copy, quantity=left, manual=manual))


def put_back(lines: tuple[Line, ...], line: Line, position: int, drafting: Drafting) -> tuple[Line, ...]:
    """The lines with one that was removed, at the place that it had, or last when there are fewer by now.

    Raises:
        Invalid: unknown_reference, when what it names was deleted since (all of it is told).
    """
    named = {field: getattr(line, field) for field in ("product", "gl_account", "tax_code")}
    _check(named, drafting)
    charges = drafting.jobs[line.job].extra_charges if line.job else ()
    if line.extra_charge and line.extra_charge not in {charge.id for charge in charges}:
        error = FieldError("extra_charge", "unknown_reference", {"value": line.extra_charge})
        raise Invalid("invalid", errors=(error,))
    return (*lines[:position], line, *lines[position:])


def shifted(lines: tuple[Line, ...], line_id: uuid.UUID, by: int) -> tuple[Line, ...]:
    """The lines, one of them so many places further down (up when negative), at most to the end."""
    index = next(index for index, line in enumerate(lines) if line.id == line_id)
    others = lines[:index] + lines[index + 1 :]
    place = min(max(0, index + by), len(others))
    return (*others[:place], lines[index], *others[place:])
