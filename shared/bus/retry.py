"""When a message is tried again, and when it is parked."""

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field


class RetryPolicy(BaseModel):
    """The delays a message waits, by attempt (the last one repeats), and after how many attempts it is parked.

    The delays are also the retry queues that exist: a delay asked for is rounded up to one of them.
    """

    model_config = ConfigDict(frozen=True)

    delays: tuple[dt.timedelta, ...] = Field(
        default=(
            dt.timedelta(seconds=10),
            dt.timedelta(minutes=1),
            dt.timedelta(minutes=10),
            dt.timedelta(hours=1),
        ),
        min_length=1,
    )
    attempts: int = Field(default=10, ge=1)

    def delay(self, attempt: int, wanted: dt.timedelta | None = None) -> dt.timedelta | None:
        """How long a message waits after its failed `attempt` (from 1); None: park it."""
        if attempt >= self.attempts:
            return None
        if wanted is None:
            return self.delays[min(attempt, len(self.delays)) - 1]
        return next((delay for delay in sorted(self.delays) if delay >= wanted), max(self.delays))
