"""The alert mails, as a chore."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from services.invoice_service.application.context import Context
from services.invoice_service.application.mail_alerts import mail_alerts
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.domain.actors import SYSTEM
from shared.identifiers import new_id


@dataclass(frozen=True, slots=True)
class AlertMailer:
    """Mails what waits to be told; `after_commit` is told that there is something to publish."""

    transactions: Transactions[UnitOfWork]
    clock: Callable[[], dt.datetime]
    every: dt.timedelta
    after_commit: Callable[[], None]

    async def __call__(self) -> None:
        """One mail at most."""
        context = Context(SYSTEM, self.clock(), str(new_id()))
        async with self.transactions.writing() as uow:
            told = await mail_alerts(uow, context, every=self.every)
        if told:
            self.after_commit()
