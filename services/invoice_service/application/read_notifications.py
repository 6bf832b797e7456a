"""Note which notifications somebody has read: each caller for itself."""

import uuid
from collections.abc import Mapping
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_me import caller_of
from services.invoice_service.application.ports import UnitOfWork


async def read_notification(
    uow: UnitOfWork, context: Context, notification_id: uuid.UUID
) -> Mapping[str, Any]:
    """Note that the caller has read one, which is returned; again changes nothing.

    Raises:
        NotFound: there is none.
    """
    reader = caller_of(context)
    await uow.notifications.get(notification_id, reader)
    await uow.notifications.read(notification_id, reader, context.now)
    return await uow.notifications.get(notification_id, reader)


async def read_all_notifications(
    uow: UnitOfWork, context: Context, *, until: uuid.UUID | None = None
) -> None:
    """Note that the caller has read all of them, or (`until`) those that it was shown: that one and those before."""
    await uow.notifications.read_all(caller_of(context), context.now, until=until)
