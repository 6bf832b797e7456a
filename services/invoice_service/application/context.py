"""What every use case is told besides its command: who asks, and what time it is."""

import datetime as dt
from dataclasses import dataclass

from services.invoice_service.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Context:
    """Who, when (UTC), and the ids that tie together all that follows from it.

    `in_bulk`: nobody waits for this one; what it asks of the workers must not delay those who do wait.
    """

    actor: Actor
    now: dt.datetime
    correlation_id: str
    traceparent: str | None = None
    causation_id: str | None = None
    in_bulk: bool = False
