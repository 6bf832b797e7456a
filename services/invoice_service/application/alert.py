"""Note that something went wrong, for a person: on screen, and for the next alert mail (`mail_alerts`)."""

import datetime as dt

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.texts import Localized

QUIET = dt.timedelta(hours=1)
"""For so long what was mailed of an invoice is not mailed again: whoever retries in vain has it on screen."""

_NONE = Localized("", "")


async def alert(
    uow: UnitOfWork, context: Context, invoice: Invoice, code: str, reason: Localized = _NONE
) -> None:
    """Add a notification, with its reason for whoever reads the shop's mail. The caller holds the invoice's lock."""
    settings = await uow.settings.get()
    wanted = settings.alert_email is not None and not await uow.notifications.mailed_since(
        code, invoice.id, context.now - QUIET
    )
    await uow.notifications.tell(
        code, invoice.id, sentence(code).as_dict(), reason=reason.text(settings.language), mail_wanted=wanted
    )
