"""What an administrator sees of the machinery: what waits, what failed, who works."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.invoice_service.application.ports.sweep import StepKind


@dataclass(frozen=True, slots=True)
class LaneSeen:
    """The messages of one lane of the outbox. Not `flows`: a switch holds them back.

    `failing`: so many could not be published yet; `error` is what was said of one of them.
    """

    lane: str
    flows: bool
    waiting: int
    oldest_seconds: int
    failing: int
    error: str | None


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """A queue as the relay last saw it, so many seconds ago."""

    queue: str
    waiting: int
    consumers: int
    seconds_ago: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step of an invoice that failed, or of which nobody knows; `row` holds what it is shown with.

    That is: `number`, `customer`, `state`, `reason`, `at`, `email`, `refused` (who has not got it, with the reply).
    """

    step: StepKind
    invoice_id: uuid.UUID
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Troubles:
    """The latest of them by step, and how many there are in all."""

    shown: Sequence[Trouble]
    counts: Mapping[str, int]


class OperationsRepository(Protocol):
    """The machinery, read; and what its parts note of themselves."""

    async def outbox(self) -> list[LaneSeen]:
        """What waits to be published."""

    async def parked(self) -> dict[str, int]:
        """How many messages wait for a person, by kind."""

    async def troubles(self, *, most: int) -> Troubles:
        """What failed or is uncertain: of each step the latest ones."""

    async def queues(self) -> list[QueueSeen]:
        """The queues as they were last seen."""

    async def answers(self) -> dict[str, int]:
        """By type of result, how many seconds ago a worker last gave one."""

    async def note_queues(self, seen: Sequence[tuple[str, int, int]]) -> None:
        """Note how many messages wait in each queue, and how many consumers take from it."""

    async def note_answer(self, type_: str) -> None:
        """Note that a worker has just given a result of this type."""
