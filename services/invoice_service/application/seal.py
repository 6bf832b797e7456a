"""Seal the audit trail: chain by hash what was written since the last time. Never on the way of a change."""

from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.audit_chain import chained

BATCH = 2_000


async def seal(uow: UnitOfWork, *, most: int = BATCH) -> int:
    """Seal up to `most` rows. Returns how many; 0 also when somebody else is at it."""
    if not await uow.seals.begin():
        return 0
    rows = await uow.seals.unsealed(most=most)
    if rows:
        links = list(chained(await uow.seals.head(), rows))
        await uow.seals.keep(links, whole=len(rows) < most)
    return len(rows)
