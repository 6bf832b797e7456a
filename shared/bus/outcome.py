"""What a handler says of a delivery: exactly one of three things."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ack:
    """Done, or nothing to do: never deliver it again."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Deliver it again later. `delay` None lets the policy choose by attempt."""

    reason: str
    delay: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """It can never succeed as it is: park it for a person."""

    reason: str


Outcome = Ack | Retry | DeadLetter
