"""What happens, as it happens: what the storage is asked, and what those who listen are given."""

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

KEPT = dt.timedelta(hours=1)
"""For so long it is known what happened: who was away longer reads everything again."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something changed: an invoice, as it stands now, or a batch. `told` is plain data, as the API tells it."""

    topic: Literal["invoice", "batch"]
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passage:
    """What happened up to a position. Not `whole`: more than that, or nobody knows; all must be read again."""

    happenings: tuple[Happening, ...]
    position: str
    whole: bool = True


class Happenings(Protocol):
    """The record of what happened lately. A position is an opaque text: all that was committed up to a moment."""

    async def since(self, position: str | None, *, until: str | None = None) -> Passage:
        """What was committed after a position, and up to another one or to now; each thing once.

        None: nothing, only the position of now. What can't be a position of this database is not whole.

        Raises:
            StorageUnavailable: the database can't be used for the moment.
        """

    async def forget(self) -> None:
        """Forget what happened longer ago than `KEPT`."""


class Listener(Protocol):
    """One who listens."""

    position: str

    async def next(self, seconds: float) -> Passage | None:
        """What happened next; None when nothing has within so long.

        Raises:
            NoMore: the process ends, or this listener did not keep up.
        """


class NoMore(Exception):
    """There is nothing more to hear here: come again, and say where you were."""

    def __init__(self, *, behind: bool) -> None:
        super().__init__("the listener did not keep up" if behind else "the process ends")
        self.behind = behind


class Live(Protocol):
    """Lets any number listen, with one reader of the record for all of them."""

    def listen(self, after: str | None) -> AbstractAsyncContextManager[Listener]:
        """Listen from a position on, or from now on.

        Raises:
            StorageUnavailable: the database can't be used for the moment.
        """

    def close(self) -> None:
        """Send everybody away, for good."""
