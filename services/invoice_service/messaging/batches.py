"""Batches in the background: one invoice after the other, never more ahead of the workers than they can take.

Any number of processes may run it. Whose turn it is, and what became of it, is one transaction (`run_batch`), so a
process that is killed leaves nothing half done, and another goes on.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.batches import BatchItem
from services.invoice_service.application.ports.transactions import (
    StorageUnavailable,
    TransactionConflict,
    Transactions,
)
from services.invoice_service.application.run_batch import do_next, settle
from services.invoice_service.domain.batch import BatchReason, Became
from shared.observability.logging import log_context
from shared.observability.metrics import BATCH_WAITING, BATCHED

log = structlog.get_logger(__name__)

AT_ONCE = 10
"""So many are done between two looks at what else there is: also how often those who watch are told."""
COUNTED = dt.timedelta(minutes=10)
"""What a worker has not answered for so long holds nobody up any more: it may be away for hours."""
ATTEMPTS = 3
"""Of an invoice that fails for a reason which nobody foresaw."""
PAUSE = dt.timedelta(seconds=5)

Take = Callable[[UnitOfWork], Awaitable[BatchItem | None]]
Do = Callable[[UnitOfWork, Context, BatchItem], Awaitable[Became]]


@dataclass(frozen=True, slots=True)
class BatchRunner:
    """Runs batches on these transactions; `after_commit` is told that there is something to publish.

    `ahead`: so many invoices may be with the workers at once. `most_bytes`: the largest mail that may leave.
    """

    transactions: Transactions[UnitOfWork]
    clock: Callable[[], dt.datetime]
    after_commit: Callable[[], None]
    ahead: int
    poll_seconds: float
    most_bytes: int

    async def run(self, stopping: asyncio.Event) -> None:
        """Do batches until told to stop; whatever fails is tried again."""
        while not stopping.is_set():
            try:
                done = await self.step(stopping)
            except (StorageUnavailable, TransactionConflict, OSError, TimeoutError) as error:
                log.warning("batches put off", error=str(error))
                done = 0
            except Exception:
                # Another database error (a restart, a failover): the loop is what brings it back.
                log.exception("batches failed")
                done = 0
            if not done:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.poll_seconds):
                        await stopping.wait()

    async def step(self, stopping: asyncio.Event | None = None) -> int:
        """Take note of what was answered, do a few more, and tell. Returns of how many something became."""
        async with self.transactions.reading() as uow:
            if not await uow.batches.open():
                BATCH_WAITING.set(0)
                return 0
            room = self.ahead - await uow.batches.at_work(self.clock() - COUNTED)
            BATCH_WAITING.set(await uow.batches.waiting())
        done = await self._several(_answered, settle, most=self.ahead, stopping=stopping)
        done += await self._several(_taken, self._do, most=min(room + done, AT_ONCE), stopping=stopping)
        async with self.transactions.writing() as uow:
            await uow.batches.tell(self.clock())
        return done

    async def _do(self, uow: UnitOfWork, context: Context, item: BatchItem) -> Became:
        return await do_next(uow, context, item, most_bytes=self.most_bytes)

    async def _several(self, take: Take, do: Do, *, most: int, stopping: asyncio.Event | None) -> int:
        for count in range(most):
            if (stopping is not None and stopping.is_set()) or not await self._one(take, do):
                return count
        return max(most, 0)

    async def _one(self, take: Take, do: Do) -> bool:
        """Do one, in a transaction of its own. False: there is none."""
        item = None
        try:
            async with self.transactions.writing() as uow:
                item = await take(uow)
                if item is None:
                    return False
                with log_context(correlation_id=item.correlation_id, invoice_id=str(item.invoice_id)):
                    became = await do(uow, self._context(item), item)
        except (StorageUnavailable, TransactionConflict) as error:
            if item is None:
                raise
            log.info("invoice of a batch put off", batch_id=str(item.batch_id), error=str(error))
            async with self.transactions.writing() as uow:
                await uow.batches.put_off(item, by=PAUSE)
        except Exception:
            # Whatever it was, the others of the batch must not suffer from it.
            if item is None:
                raise
            log.exception("invoice of a batch failed", batch_id=str(item.batch_id))
            await self._stumbled(item)
        else:
            self._count(item, became)
            self.after_commit()
        return True

    async def _stumbled(self, item: BatchItem) -> None:
        async with self.transactions.writing() as uow:
            if item.attempts + 1 < ATTEMPTS and item.email_id is None:
                await uow.batches.put_off(item, by=PAUSE)
                return
            failed = Became("failed", BatchReason("internal"))
            await uow.batches.became(item, failed, self.clock())
        self._count(item, failed)

    def _count(self, item: BatchItem, became: Became) -> None:
        if became.state in ("succeeded", "skipped", "failed"):
            BATCHED.labels(action=item.action, outcome=became.state).inc()

    def _context(self, item: BatchItem) -> Context:
        return Context(item.actor, self.clock(), item.correlation_id, item.traceparent, in_bulk=True)


async def _taken(uow: UnitOfWork) -> BatchItem | None:
    return await uow.batches.take()


async def _answered(uow: UnitOfWork) -> BatchItem | None:
    return await uow.batches.answered()
