"""Who waits for what a worker does for an invoice, woken when its answer has come.

A hint, as all signals are: who waits looks by itself, too.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


class Answer:
    """What one waits for."""

    def __init__(self) -> None:
        self._came = asyncio.Event()

    def come(self) -> None:
        """There may be something to see."""
        self._came.set()

    async def wait(self, seconds: float) -> None:
        """Until there may be something to see, but not longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._came.wait()
        self._came.clear()


class Answers:
    """All who wait in this process, by invoice."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[Answer]] = {}

    @contextmanager
    def about(self, invoice_id: str) -> Iterator[Answer]:
        """To be woken while inside. Look first, then wait."""
        answer = Answer()
        self._waiting.setdefault(invoice_id, set()).add(answer)
        try:
            yield answer
        finally:
            waiting = self._waiting[invoice_id]
            waiting.remove(answer)
            if not waiting:
                del self._waiting[invoice_id]

    def come(self, invoice_id: str) -> None:
        """A worker's answer about this invoice is in the database; "": about any."""
        waiting = [self._waiting.get(invoice_id, set())] if invoice_id else list(self._waiting.values())
        for answers in waiting:
            for answer in answers:
                answer.come()


@dataclass(frozen=True, slots=True)
class Hints:
    """What the API tells after a commit, and what wakes those of its requests that wait for a worker."""

    after_commit: Callable[[], None]
    answers: Answers
