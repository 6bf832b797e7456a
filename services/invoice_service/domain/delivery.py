"""What the states of recipients say of an e-mail, and an e-mail of a delivery."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from services.invoice_service.domain.axes import Axis, AxisReason
from services.invoice_service.domain.invoice import Status


class RecipientState(Protocol):
    """A recipient: its role and where it stands."""

    @property
    def role(self) -> str: ...  # noqa: D102 - as the class says
    @property
    def state(self) -> str: ...  # noqa: D102 - as the class says


def email_state(recipients: Sequence[RecipientState]) -> str:
    """`sent` when all were accepted, `partly` when some were; else `uncertain` before `refused`."""
    states = {recipient.state for recipient in recipients}
    if states == {"sent"}:
        return "sent"
    if "sent" in states:
        return "partly"
    return "uncertain" if "uncertain" in states else "refused"


def delivery_of(recipients: Sequence[RecipientState], now: dt.datetime) -> Axis:
    """The delivery of the latest e-mail: at least one *To* accepted is success (`partly` if another was not)."""
    to = [recipient.state for recipient in recipients if recipient.role == "to"]
    if "sent" in to:
        refused = any(recipient.state != "sent" for recipient in recipients)
        return Axis("succeeded", AxisReason("partly") if refused else None, now)
    if "uncertain" in to:
        return Axis("uncertain", AxisReason("email_uncertain"), now)
    return Axis("failed", AxisReason("email_refused"), now)


def accepted(recipients: Sequence[RecipientState]) -> bool:
    """Whether the other side took it for at least one recipient in To."""
    return any(recipient.role == "to" and recipient.state == "sent" for recipient in recipients)


def after_acceptance(status: Status) -> Status:
    """The status once an e-mail was accepted: only a draft moves."""
    return Status.PROFORMA_SENT if status is Status.PROFORMA_DRAFT else status
