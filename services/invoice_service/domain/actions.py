"""What can be done with an invoice now, and for what cannot, why."""

from dataclasses import dataclass
from typing import Any

from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.invoice import Invoice, Status, Surroundings

NAMES = (
    "finalize",
    "preview",
    "email",
    "print",
    "credit",
    "delete",
    "duplicate",
    "retry_render",
    "retry_transfer",
    "mark_transferred",
)

_NEEDS = {
    "finalize": Role.ACCOUNTANT,
    "email": Role.BILLER,
    "credit": Role.ACCOUNTANT,
    "delete": Role.BILLER,
    "duplicate": Role.BILLER,
    "retry_render": Role.BILLER,
    "retry_transfer": Role.ACCOUNTANT,
    "mark_transferred": Role.ACCOUNTANT,
}


@dataclass(frozen=True, slots=True)
class Action:
    """Whether an action is open, and the code of why not."""

    enabled: bool
    code: str | None = None
    data: dict[str, Any] | None = None


def available_actions(invoice: Invoice, around: Surroundings, actor: Actor) -> dict[str, Action]:
    """Every action, open or with its reason: the state's first, the role's else."""
    actions = {}
    for name in NAMES:
        code = _obstacle(name, invoice, around)
        if code is None and name in _NEEDS and not actor.at_least(_NEEDS[name]):
            code = "accountant_needed" if _NEEDS[name] is Role.ACCOUNTANT else "biller_needed"
        data: dict[str, Any] = {"number": invoice.number}
        if code == "on_hold":
            data["reason"] = invoice.hold
        actions[name] = Action(code is None, code, data if code else None)
    return actions


def _obstacle(name: str, invoice: Invoice, around: Surroundings) -> str | None:
    match name:
        case "finalize":
            if invoice.status.final:
                return "already_final"
            if around.rebilled_credit is not None and not around.rebilled_credit.status.final:
                return "credit_not_final"
            return "on_hold" if invoice.hold is not None else None
        case "credit":
            return credit_obstacle(invoice, around)
        case "delete":
            return delete_obstacle(invoice, around)
        case "retry_render":
            return None if around.axes.rendering.state in ("failed", "uncertain") else "nothing_to_retry"
        case "retry_transfer":
            return None if may_retry_transfer(invoice, around) else "nothing_to_retry"
        case "mark_transferred":
            return None if may_mark_transferred(invoice, around) else "nothing_to_mark"
        case _:
            return None


def credit_obstacle(invoice: Invoice, around: Surroundings) -> str | None:
    """Why an invoice can't be credited, if it can't: only what accounting has, once, and not a credit note."""
    if invoice.kind == "credit_note":
        return "is_credit_note"
    if invoice.status is not Status.FINAL_SENT:
        return "not_transferred"
    return "fully_credited" if around.fully_credited else None


def delete_obstacle(invoice: Invoice, around: Surroundings) -> str | None:
    """Why an invoice can't be deleted, if it can't: only a pro forma with no e-mail under way."""
    if invoice.status.final:
        return "already_final"
    return "email_under_way" if around.email_under_way else None


def may_retry_transfer(invoice: Invoice, around: Surroundings) -> bool:
    """Whether the transfer can be tried again: it failed or is uncertain, and there is somewhere to transfer to."""
    failed = around.axes.transfer.state in ("failed", "uncertain")
    return invoice.status is Status.FINAL_READY and failed and around.connected


def may_mark_transferred(invoice: Invoice, around: Surroundings) -> bool:
    """Whether the transfer can be closed by hand: it failed, is uncertain, or waits on a paused connector."""
    state = around.axes.transfer.state
    waits = state == "pending" and around.connector_paused
    return invoice.status is Status.FINAL_READY and (state in ("failed", "uncertain") or waits)
