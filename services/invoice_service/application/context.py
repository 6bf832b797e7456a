"""What every use case is told besides its command: who asks, and what time it is."""

import datetime as dt
from dataclasses import dataclass

from services.invoice_service.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Context:
    """Who, when (UTC), and the ids that tie together all that follows from it."""

    actor: Actor
    now: dt.datetime
    correlation_id: str
    traceparent: str | None = None
    causation_id: str | None = None
