"""What checks of the books need from storage."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class BookCheck:
    """A check: asked for by whom, and what came of it. Ended without a report: it could not be done."""

    id: uuid.UUID
    asked_at: dt.datetime
    asked_by: Mapping[str, str]
    ended_at: dt.datetime | None = None
    report: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A check that is ours to do while our lease lasts; `attempts` counts who has begun it, us included."""

    id: uuid.UUID
    attempts: int


class BookCheckRepository(Protocol):
    """Checks of the books that were asked for. At most one of them has not ended."""

    async def ask(self, check_id: uuid.UUID, asked_by: Mapping[str, str]) -> bool:
        """Ask for one. False: another one has not ended."""

    async def latest(self, *, most: int) -> Sequence[BookCheck]:
        """The latest ones, newest first."""

    async def claim(self, token: uuid.UUID, lease: dt.timedelta) -> Claimed | None:
        """Take the one that waits, or whose process has died; None when there is none."""

    async def renew(self, check_id: uuid.UUID, token: uuid.UUID, lease: dt.timedelta) -> bool:
        """Hold it for longer. False: it is ours no more."""

    async def give_back(self, check_id: uuid.UUID, token: uuid.UUID) -> None:
        """Let another process begin it anew, as if we had not."""

    async def end(self, check_id: uuid.UUID, token: uuid.UUID, report: Mapping[str, Any] | None) -> bool:
        """Keep what came of it; None: it could not be done. False: it was ours no more, nothing is kept."""
