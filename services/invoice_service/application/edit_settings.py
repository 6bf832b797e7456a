"""Change the shop's settings."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.references import require_references
from services.invoice_service.domain.changes import changes_between
from services.invoice_service.domain.reference import GlAccount, Referral
from services.invoice_service.domain.settings import ShopSettings

KIND = "settings"
_ACCOUNTS = ("default_revenue_account", "default_receivable_account")


async def edit_settings(uow: ReferencePorts, context: Context, values: Mapping[str, Any]) -> ShopSettings:
    """Set these settings and leave the others. The values are known to be fit by themselves.

    Raises:
        Invalid: unknown_reference: an account does not exist.
    """
    before = await uow.settings.get(lock=True)
    await require_references(uow, (Referral(name, GlAccount.kind, values.get(name)) for name in _ACCOUNTS))
    await uow.settings.put(values)
    after = await uow.settings.get()
    changes = changes_between(asdict(before), asdict(after))
    if changes:
        await uow.audit.append(context, "updated", KIND, KIND, changes)
    return after
