"""Who works: the queues as the relay sees them, and when workers last answered. For people to look at."""

import time
from collections.abc import Callable

import structlog

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import (
    StorageUnavailable,
    TransactionConflict,
    Transactions,
)
from shared.bus.outcome import Ack, Outcome
from shared.bus.port import BusUnavailable, Delivery, Handler, Queues

log = structlog.get_logger(__name__)

LOOK_SECONDS = 15.0
"""How often the queues are looked at. What is much older says that nobody looks."""
_NOTE_SECONDS = 10.0


class QueueWatch:
    """Looks at the queues and notes what it sees, as a chore."""

    def __init__(self, bus: Queues, transactions: Transactions[UnitOfWork]) -> None:
        self._bus = bus
        self._transactions = transactions

    async def __call__(self) -> None:
        """Look once. While the broker can't be asked, what was seen last stays, and grows old."""
        try:
            states = await self._bus.queues()
        except BusUnavailable as error:
            log.warning("the queues can't be seen now", why=error.why)
            return
        async with self._transactions.writing() as uow:
            await uow.operations.note_queues(
                [(state.queue, state.waiting, state.consumers) for state in states]
            )


class AnswerNotes:
    """A handler of results that notes when each type last came.

    Each process notes a type once in a while only, in a transaction of its own: no result waits for it, nor fails
    with it.
    """

    def __init__(
        self,
        handler: Handler,
        transactions: Transactions[UnitOfWork],
        *,
        every_seconds: float = _NOTE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,  # of seconds
    ) -> None:
        self._handler = handler
        self._transactions = transactions
        self._every_seconds = every_seconds
        self._monotonic = monotonic
        self._noted: dict[str, float] = {}  # when, in seconds

    async def __call__(self, delivery: Delivery) -> Outcome:
        """Handle it, then note that it came."""
        outcome = await self._handler(delivery)
        if isinstance(outcome, Ack):
            await self._note(delivery.envelope.type)
        return outcome

    async def _note(self, type_: str) -> None:
        now = self._monotonic()
        noted = self._noted.get(type_)
        if noted is not None and now - noted < self._every_seconds:
            return
        self._noted[type_] = now
        try:
            async with self._transactions.writing() as uow:
                await uow.operations.note_answer(type_)
        except (StorageUnavailable, TransactionConflict) as error:
            log.warning("not noted that a worker answered", type=type_, error=str(error))
