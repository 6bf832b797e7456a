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
        return self.waiting(attempt, wanted)

    def waiting(self, attempt: int, wanted: dt.timedelta | None = None) -> dt.timedelta:
        """The delay after a failed `attempt`, for what is never parked."""
        if wanted is None:
            return self.delays[min(attempt, len(self.delays)) - 1]
        return min((delay for delay in self.delays if delay >= wanted), default=max(self.delays))


_UNITS = ((3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms"))


def milliseconds(delay: dt.timedelta) -> int:
    """A delay as the broker counts it; at least 1."""
    return max(1, round(delay / dt.timedelta(milliseconds=1)))


def label(delay: dt.timedelta) -> str:
    """A delay in the largest unit that says it exactly: 10s, 1m, 10m, 1h, 300ms."""
    count = milliseconds(delay)
    size, unit = next((size, unit) for size, unit in _UNITS if count % size == 0)
    return f"{count // size}{unit}"
