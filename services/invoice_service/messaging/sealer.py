"""Sealing the audit trail, as a chore."""

from dataclasses import dataclass

import structlog

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.application.seal import BATCH, seal

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals on these transactions, one a batch."""

    transactions: Transactions[UnitOfWork]
    batch: int = BATCH

    async def __call__(self) -> None:
        """Seal all that waits."""
        await self.seal_all()

    async def seal_all(self) -> int:
        """Seal all that waits. Returns how many rows."""
        total = 0
        while True:
            async with self.transactions.writing() as uow:
                count = await seal(uow, most=self.batch)
            total += count
            if count:
                log.info("audit trail sealed", rows=count)
            if count < self.batch:
                return total
