"""One reader of what happens for all who listen in this process.

It reads only while somebody listens. Each listener has what it has not taken yet in a queue of its own; one that does
not keep up is sent away, and comes again with the position that it has reached.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from services.invoice_service.application.ports.live import Happenings, NoMore, Passage
from services.invoice_service.application.ports.transactions import StorageUnavailable
from shared.observability.metrics import LIVE_LISTENERS

log = structlog.get_logger(__name__)

MOST_WAITING = 64
FORGET_SECONDS = 600.0


class LiveListener:
    """See `Listener`. `position` is that of all it was given."""

    def __init__(self, position: str) -> None:
        self.position = position
        self._waiting: deque[Passage] = deque()
        self._stirred = asyncio.Event()
        self._gone: NoMore | None = None

    async def next(self, seconds: float) -> Passage | None:
        """See `Listener.next`."""
        if not self._waiting and self._gone is None:
            self._stirred.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stirred.wait()
        if self._gone is not None:
            raise self._gone
        if not self._waiting:
            return None
        passage = self._waiting.popleft()
        self.position = passage.position
        return passage

    def begin(self, missed: Passage) -> None:
        """Hand over what happened before all else."""
        if missed.happenings or not missed.whole:
            self._waiting.appendleft(missed)

    def give(self, passage: Passage) -> None:
        """Hand over what happened. Nothing is only a later position, and only for who has taken all before it."""
        if passage.happenings or not passage.whole:
            if len(self._waiting) >= MOST_WAITING:
                self.dismiss(behind=True)
            else:
                self._waiting.append(passage)
                self._stirred.set()
        elif not self._waiting:
            self.position = passage.position

    def dismiss(self, *, behind: bool) -> None:
        """Send it away."""
        self._gone = NoMore(behind=behind)
        self._stirred.set()


class LiveFeed:
    """See `Live`. `run` is its loop; while nobody listens it waits."""

    def __init__(self, happenings: Happenings, *, poll_seconds: float) -> None:
        self._happenings = happenings
        self._poll_seconds = poll_seconds
        self._listeners: set[LiveListener] = set()
        self._position: str | None = None
        self._reading = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._closed = False
        self._forget_at = time.monotonic()

    @asynccontextmanager
    async def listen(self, after: str | None) -> AsyncIterator[LiveListener]:
        """See `Live.listen`."""
        listener = await self._join()
        try:
            if after is not None:
                # What the reader will tell it begins where this ends.
                missed = await self._happenings.since(after, until=listener.position)
                listener.begin(missed)
            yield listener
        finally:
            self._listeners.discard(listener)
            LIVE_LISTENERS.set(len(self._listeners))

    async def _join(self) -> LiveListener:
        """A listener from now on: at the position of the reader, which has just read."""
        if self._closed:
            raise NoMore(behind=False)
        async with self._reading:
            if not self._listeners:
                self._position = None
            position = await self._read()
            listener = LiveListener(position)
            self._listeners.add(listener)
        LIVE_LISTENERS.set(len(self._listeners))
        self._wanted.set()
        return listener

    def close(self) -> None:
        """See `Live.close`."""
        self._closed = True
        for listener in self._listeners:
            listener.dismiss(behind=False)

    async def run(self, stopping: asyncio.Event) -> None:
        """Read until told to stop; whatever fails is tried again, from where it was."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                self._wanted.clear()
                try:
                    async with self._reading:
                        if self._listeners:
                            await self._read()
                    await self._forget()
                except (StorageUnavailable, OSError, TimeoutError) as error:
                    log.warning("what happens can't be read", error=str(error))
                except Exception:
                    # Another database error (a restart, a failover): the loop is what brings it back.
                    log.exception("reading what happens failed")
                await self._pause(stopped)
        finally:
            stopped.cancel()
            with suppress(asyncio.CancelledError):
                await stopped

    async def _forget(self) -> None:
        """Once in a while, whether somebody listens or not: it is written all the time."""
        if time.monotonic() >= self._forget_at:
            await self._happenings.forget()
            self._forget_at = time.monotonic() + FORGET_SECONDS

    async def _read(self) -> str:
        """Tell everybody what happened since the last time. Returns the position; the caller holds the lock."""
        passage = await self._happenings.since(self._position)
        self._position = passage.position
        for listener in self._listeners:
            listener.give(passage)
        return passage.position

    async def _pause(self, stopped: asyncio.Task[bool]) -> None:
        seconds = self._poll_seconds if self._listeners else FORGET_SECONDS
        wanted = asyncio.create_task(self._wanted.wait())
        try:
            await asyncio.wait({wanted, stopped}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            wanted.cancel()
            with suppress(asyncio.CancelledError):
                await wanted
