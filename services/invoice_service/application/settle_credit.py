"""Compute a draft credit anew: its amounts given the final credits, its caps given all credits."""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.credit import check_caps, credit_totalled
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.money import to_cent

_EDITABLE_ON_CREDIT = {"description", "quantity", "amount", "release_quantity"}


async def settle_credit(uow: UnitOfWork, credit: Invoice, *, for_good: bool = False) -> Invoice:
    """The credit with its totals, under the lock on the credited invoice that its own lock has taken.

    `for_good`: it becomes final. Then it must hold without the other drafts, too: one that credits a rebate makes
    room for more, and can still be taken back.

    Raises:
        Invalid: over_credit, foreign_line.
    """
    if credit.credited_invoice is None:
        raise Invalid("invalid", errors=(FieldError("credited_invoice", "required"),))
    original = (await uow.invoices.load(str(credit.credited_invoice), "")).invoice
    others = [other for other in await uow.invoices.credits_of(original.id) if other.id != credit.id]
    finals = [other for other in others if other.status.final]
    errors = check_caps(original, others, credit.lines)
    if for_good and not errors:
        errors = check_caps(original, finals, credit.lines)
    if errors:
        raise Invalid("over_credit", errors=errors)
    return credit_totalled(credit, original, finals)


def edited_credit_line(line: Line, typed: Mapping[str, Any]) -> Line:
    """A credit's line after a person typed a quantity or an amount, both positive, or its text.

    Raises:
        Invalid: another field, which follows the credited invoice.
    """
    fixed = tuple(FieldError(field, "credit_fixed") for field in typed if field not in _EDITABLE_ON_CREDIT)
    if fixed:
        raise Invalid("invalid", errors=fixed)
    changed = line
    if typed.get("description") is not None:
        changed = dataclasses.replace(changed, description=typed["description"])
    if typed.get("release_quantity") is not None:
        changed = dataclasses.replace(changed, release_quantity=typed["release_quantity"])
    if typed.get("quantity") is not None:
        if line.quantity is None:
            raise Invalid("invalid", errors=(FieldError("quantity", "credit_fixed"),))
        changed = dataclasses.replace(changed, quantity=-Decimal(typed["quantity"]))
    if typed.get("amount") is not None:
        sign = -1 if line.total is not None and line.total > 0 else 1
        changed = dataclasses.replace(
            changed,
            quantity=None,
            unit_price=None,
            total_price=None,
            release_quantity=False,
            total=to_cent(-sign * Decimal(typed["amount"])),
        )
    return changed
