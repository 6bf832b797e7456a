"""What a message carries beside its body: our own headers, and the broker's `x-death`."""

import time
from typing import Any

from aio_pika.abc import AbstractIncomingMessage

from shared.bus.middleware import decoded
from shared.bus.port import ParkedDelivery

ATTEMPT = "x-factures-attempt"
PUBLISHED = "x-factures-published"
PARKED_FROM = "x-factures-parked-from"
PARKED_REASON = "x-factures-parked-reason"
PARKED_ATTEMPTS = "x-factures-parked-attempts"

Headers = dict[str, str | int]


def attempt(message: AbstractIncomingMessage) -> int:
    """The attempt that this delivery is; 1 when it has not been retried."""
    return _count(message.headers.get(ATTEMPT))


def of_published() -> Headers:
    """The headers of a message that is published for the first time: when, in milliseconds of the clock."""
    return {PUBLISHED: time.time_ns() // 1_000_000}


def waited(message: AbstractIncomingMessage) -> float | None:
    """For how many seconds it waited for its first handling; None when it does not say, or was retried.

    As exact as the clocks of the machines agree.
    """
    published = message.headers.get(PUBLISHED)
    if not isinstance(published, int):
        return None
    return max(0.0, time.time() - published / 1000)


def of_parked(queue: str, reason: str, attempts: int) -> Headers:
    """The headers of a message that is parked: whence, why, after how many attempts."""
    return {PARKED_FROM: queue, PARKED_REASON: reason, PARKED_ATTEMPTS: attempts}


def parked(message: AbstractIncomingMessage) -> ParkedDelivery:
    """What a message in the dead-letter queue says of itself.

    Without our headers it was the broker that put it there (`delivery_limit`), and its `x-death` tells.
    """
    said = message.headers
    if PARKED_FROM in said:
        queue, reason, attempts = said[PARKED_FROM], said.get(PARKED_REASON), said.get(PARKED_ATTEMPTS)
    else:
        queue, reason = _death(said.get("x-death"))
        attempts = said.get(ATTEMPT)
    return ParkedDelivery(
        body=message.body,
        envelope=decoded(message.body),
        queue=str(queue),
        reason=str(reason),
        attempts=_count(attempts),
    )


def _death(deaths: Any) -> tuple[str, str]:  # noqa: ANN401 - a header may hold anything
    """Queue and reason of the last death, which comes first; earlier ones are the waits in retry queues."""
    if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
        return str(deaths[0].get("queue", "unknown")), str(deaths[0].get("reason", "unknown"))
    return "unknown", "unknown"


def _count(value: Any) -> int:  # noqa: ANN401 - a header may hold anything
    return value if isinstance(value, int) and value > 0 else 1
