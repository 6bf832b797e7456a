"""Discard a parked message: a person has decided that nobody will ever apply it. The trail keeps that it was."""

import uuid

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork


async def discard(uow: UnitOfWork, context: Context, parked_id: uuid.UUID) -> None:
    """Forget a parked message.

    Raises:
        NotFound: no such parked message.
    """
    row = await uow.parked.get(parked_id)
    await uow.parked.discard(parked_id)
    await uow.audit.append(context, "discarded", "parked_message", str(row["message_id"] or parked_id))
