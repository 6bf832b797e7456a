"""Working off one queue of the local bus."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog

from shared.bus.local.deliveries import Deliveries, Taken
from shared.postgres.pool import PoolBusy

DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, PoolBusy)
"""What says that the database can't be used, now or for this statement."""

log = structlog.get_logger(__name__)

Settle = Callable[[Taken], Awaitable[bool]]


class LocalSubscription:
    """A consumer of one queue: takes up deliveries as it has hands free.

    `settle` handles one and settles it, and says whether the lease was still ours. A wake-up makes it look at
    once; looking every `poll` is what guarantees that nothing is forgotten.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        queue: str,
        settle: Settle,
        *,
        concurrency: int,
        poll: dt.timedelta,
        lease: dt.timedelta,
    ) -> None:
        self.queue = queue
        self._deliveries = deliveries
        self._settle = settle
        self._concurrency = concurrency
        self._poll_seconds = poll.total_seconds()
        self._renew_seconds = lease.total_seconds() / 3
        self._under_way: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._stopping = False
        self._task = asyncio.create_task(self._work(), name=f"local bus consumer {queue}")

    def wake(self) -> None:
        """There may be something to do."""
        self._awake.set()

    def alive(self) -> bool:
        """Whether it still consumes."""
        return not self._stopping and not self._task.done()

    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping

    async def stop(self) -> None:
        """Take no more deliveries, wait for those under way to be settled."""
        self._stopping = True
        self.wake()
        await asyncio.wait([self._task])

    async def _work(self) -> None:
        while not self._stopping:
            self._awake.clear()
            if not await self._take_up():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), self._poll_seconds)
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _take_up(self) -> bool:
        """Start what is due, as far as hands are free. Says whether it is worth looking again at once."""
        free = self._concurrency - len(self._under_way)
        if free <= 0:
            return False
        try:
            taken = await self._deliveries.take(self.queue, free)
        except DATABASE_ERRORS as error:
            log.warning("deliveries can't be taken up now", queue=self.queue, why=str(error))
            return False
        for delivery in taken:
            task = asyncio.create_task(self._handle(delivery), name=f"local bus delivery {self.queue}")
            self._under_way.add(task)
            task.add_done_callback(self._over)
        return bool(taken)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.wake()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery failed outside its handler", queue=self.queue, exc_info=error)

    async def _handle(self, taken: Taken) -> None:
        async with self._held(taken):
            try:
                if not await self._settle(taken):
                    log.warning("a delivery was settled by another, its lease had ended", queue=self.queue)
            except DATABASE_ERRORS as error:
                # Its lease ends, then it is delivered again: at least once.
                log.warning("delivery not settled", queue=self.queue, why=str(error))

    @asynccontextmanager
    async def _held(self, taken: Taken) -> AsyncIterator[None]:
        """Keep the lease while inside."""
        renewing = asyncio.create_task(self._renew(taken))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])

    async def _renew(self, taken: Taken) -> None:
        held = True
        while held:
            await asyncio.sleep(self._renew_seconds)
            try:
                held = await self._deliveries.renew(taken)
            except DATABASE_ERRORS as error:
                log.warning("a lease was not renewed", queue=self.queue, why=str(error))
