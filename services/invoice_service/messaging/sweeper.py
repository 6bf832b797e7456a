"""The sweep, as a chore: every step that nobody answers, each in a transaction of its own."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.application.sweep import Patience, sweep
from services.invoice_service.domain.actors import Actor, Role
from shared.identifiers import new_id
from shared.observability.logging import log_context
from shared.observability.metrics import SWEPT

log = structlog.get_logger(__name__)

SWEEPER = Actor("system", "sweep", "sweep of unanswered steps", Role.ADMIN)
BATCH = 100


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeps on these transactions; `after_commit` is told that there is something to publish.

    Not before the process has run for as long as a step may wait: after an outage the old steps have their answers on
    the way, and what was lost is no older to us than we are.
    """

    transactions: Transactions[UnitOfWork]
    clock: Callable[[], dt.datetime]
    began: dt.datetime
    patience: Patience
    after_commit: Callable[[], None]

    async def __call__(self) -> None:
        """Sweep up to a batch of steps, those that wait longest first."""
        before = self.clock() - self.patience.after
        if self.began > before:
            return
        async with self.transactions.reading() as uow:
            steps = await uow.steps.stuck(before, most=BATCH)
        for step in steps:
            context = Context(SWEEPER, self.clock(), str(new_id()))
            async with self.transactions.writing() as uow:
                swept = await sweep(uow, context, step, self.patience)
            SWEPT.labels(step=step.kind, outcome=swept).inc()
            with log_context(invoice_id=str(step.invoice_id), correlation_id=context.correlation_id):
                log.warning("step swept", step=step.kind, outcome=swept, attempts=step.attempts)
        if steps:
            self.after_commit()
            async with self.transactions.writing() as uow:
                await uow.steps.forget_answered()
