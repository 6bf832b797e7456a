"""The rendering processes of one queue: as many as it may render at once, replaced when worn or dead."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import structlog

from services.render_service.engine.frames import Job
from services.render_service.engine.limits import Limits
from services.render_service.engine.process import Child
from services.render_service.errors import ChildUnavailable
from services.render_service.measured import rendering
from services.render_service.own_forms import OwnForm
from shared.contracts.values import DocumentSnapshot

log = structlog.get_logger(__name__)


class Pool:
    """A fixed number of slots, each with a warm child; None is a slot whose child could not be started yet."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._slots: asyncio.Queue[Child | None] = asyncio.Queue()
        self._size = 0
        self._closing = asyncio.Event()
        self._replacements: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def running(cls, limits: Limits, *, size: int) -> AsyncIterator[Self]:
        """A pool with `size` children started; on leaving, jobs under way are awaited, and no child is left.

        Raises:
            ChildUnavailable: a child could not be started.
        """
        pool = cls(limits)
        try:
            await pool._fill(size)
            yield pool
        finally:
            await pool._close()

    async def render(
        self, snapshot: DocumentSnapshot, logo: bytes | None = None, form: OwnForm | None = None
    ) -> bytes:
        """The PDF of a snapshot, when a slot is free.

        `logo`: the bytes that its issuer's logo refers to; `form`: the shop's own that it names.

        Raises:
            Unprintable, RenderTimedOut, RenderCrashed: see `Child.render`.
            ChildUnavailable: no child could be started.
        """
        job = Job(snapshot.model_dump_json().encode(), logo, form)
        child = await self._slots.get()
        try:
            with rendering() as measure:
                if child is None or not child.usable:
                    child = await Child.start(self._limits)
                pdf = await child.render(job)
                measure.pages = child.pages
                return pdf
        finally:
            self._give_back(child)

    async def _fill(self, size: int) -> None:
        results = await asyncio.gather(*(self._add() for _ in range(size)), return_exceptions=True)
        for result in results:
            if result is not None:
                raise result

    async def _add(self) -> None:
        child = await Child.start(self._limits)
        self._size += 1
        self._slots.put_nowait(child)

    def _give_back(self, child: Child | None) -> None:
        if child is None or child.usable:
            self._slots.put_nowait(child)
            return
        task = asyncio.create_task(self._replace(child), name="replace rendering process")
        self._replacements.add(task)
        task.add_done_callback(self._replacements.discard)

    async def _replace(self, worn: Child) -> None:
        """Start the next child before somebody waits for it."""
        successor: Child | None = None
        try:
            await worn.kill()
            successor = await self._successor()
        except ChildUnavailable as error:
            log.error("rendering process not replaced", why=error.why)  # noqa: TRY400 - the why says it all
        finally:
            self._slots.put_nowait(successor)

    async def _successor(self) -> Child | None:
        """A new child; None when the pool is closed first."""
        starting = asyncio.create_task(Child.start(self._limits))
        closing = asyncio.create_task(self._closing.wait())
        await asyncio.wait({starting, closing}, return_when=asyncio.FIRST_COMPLETED)
        if closing.done():
            starting.cancel()
        closing.cancel()
        await asyncio.wait({starting, closing})
        return None if starting.cancelled() else starting.result()

    async def _close(self) -> None:
        self._closing.set()
        for _ in range(self._size):
            child = await self._slots.get()
            if child is not None:
                await child.kill()
