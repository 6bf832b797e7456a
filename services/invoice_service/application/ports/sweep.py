"""What the sweep of steps that nobody answers needs from storage."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

StepKind = Literal["rendering", "email", "transfer"]


@dataclass(frozen=True, slots=True)
class StuckStep:
    """A step that is pending with nothing under way for it in the outbox.

    `id` is the invoice's, or the e-mail's; `since` when the step began (UTC); `attempts` how often it was asked for
    again.
    """

    kind: StepKind
    id: uuid.UUID
    invoice_id: uuid.UUID
    since: dt.datetime
    attempts: int


class StepRepository(Protocol):
    """Steps that are pending, seen from the outside."""

    async def stuck(self, before: dt.datetime, *, most: int) -> Sequence[StuckStep]:
        """Those that began, and were last asked for again, before this moment; oldest first."""

    async def still_stuck(self, step: StuckStep, before: dt.datetime) -> bool:
        """Whether it is still so, now that the caller holds the invoice's lock."""

    async def asked_again(self, step: StuckStep, now: dt.datetime) -> None:
        """Count one more time that it was asked for."""

    async def forget_answered(self) -> None:
        """Forget the counts of steps that are pending no longer."""
