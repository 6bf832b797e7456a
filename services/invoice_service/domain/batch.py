"""Batches: which action asks for which role, what is left out of one, and what became of each invoice."""

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.axes import Axis, Document
from services.invoice_service.domain.errors import FieldError, Refusal
from services.invoice_service.domain.invoice import Invoice, Surroundings
from services.invoice_service.domain.reasons import told
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.texts import Language

BatchAction = Literal["finalize", "email", "finalize_and_email", "print"]
ACTIONS: tuple[BatchAction, ...] = ("finalize", "email", "finalize_and_email", "print")
MOST = 2000
"""So many invoices in one batch."""

OutcomeName = Literal["succeeded", "skipped", "failed"]
OUTCOMES: tuple[OutcomeName, ...] = ("succeeded", "skipped", "failed")
ItemState = Literal["waiting", "begun", "succeeded", "skipped", "failed"]


def finalizes(action: BatchAction) -> bool:
    """Whether it makes invoices final."""
    return action in ("finalize", "finalize_and_email")


def mails(action: BatchAction) -> bool:
    """Whether it sends e-mails."""
    return action in ("email", "finalize_and_email")


def needs(action: BatchAction) -> Role:
    """Who may ask for it."""
    return Role.ACCOUNTANT if finalizes(action) else Role.BILLER


@dataclass(frozen=True, slots=True)
class BatchReason:
    """Why an invoice was left out or failed: a stable code, what fills its sentence, every fault by field.

    `said`: in the words of whoever failed.
    """

    code: str
    data: dict[str, Any] = dataclasses.field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    said: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The reason that `dataclasses.asdict` made plain data of."""
        errors = tuple(FieldError(one["field"], one["code"], one["data"]) for one in kept["errors"])
        return cls(kept["code"], kept["data"], errors, kept["said"])

    def text(self, language: Language) -> str:
        """In a sentence: what is wrong with each field, else what the code says, with what was said."""
        if self.errors:
            faults = (sentence(error.code, dict(error.data)).text(language) for error in self.errors)
            return " ".join(dict.fromkeys(faults))
        return (told(self.code, self.said) if self.said else sentence(self.code, self.data)).text(language)


def reason_of(refusal: Refusal) -> BatchReason:
    """A refusal as the reason of an outcome."""
    return BatchReason(refusal.code, dict(refusal.data), refusal.errors)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an invoice of a batch, or (`begun`) that it is asked of a worker.

    What it waits for is an e-mail, or the document of a version; then that document.
    """

    state: ItemState
    reason: BatchReason | None = None
    email_id: uuid.UUID | None = None
    version: int | None = None
    document: Document | None = None


def left_out(
    action: BatchAction, invoice: Invoice, around: Surroundings, *, outbound: str
) -> BatchReason | None:
    """Why an invoice is left out of a batch, if it is: nothing is done with it then.

    Not for what the action itself refuses; that is its own reason.
    """
    data = {"number": invoice.number}
    if invoice.hold is not None:
        return BatchReason("on_hold", {**data, "reason": invoice.hold})
    if action == "finalize" and invoice.status.final:
        return BatchReason("already_final", data)
    if mails(action) and outbound == "off":
        # It would leave whenever somebody turns outbound on again: nobody asks for a thousand mails in this way.
        return BatchReason("outbound_off", data)
    if mails(action) and around.email_under_way:
        return BatchReason("email_under_way", data)
    return None


def mailed(delivery: Axis) -> Became:
    """What became of an e-mail that has ended, from what its delivery came to (`delivery.delivery_of`)."""
    reason = delivery.reason
    why = BatchReason(reason.code, said=reason.message) if reason else None
    return Became("succeeded" if delivery.state == "succeeded" else "failed", why)
