"""Change the shop's settings."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.references import require_references
from services.invoice_service.domain.changes import changes_between
from services.invoice_service.domain.errors import FieldError
from services.invoice_service.domain.reference import GlAccount, Referral
from services.invoice_service.domain.settings import HOUSE_FORM, ShopSettings

KIND = "settings"
_ACCOUNTS = ("default_revenue_account", "default_receivable_account")


async def edit_settings(
    uow: ReferencePorts,
    context: Context,
    values: Mapping[str, Any],
    *,
    templates: Collection[str] = (HOUSE_FORM,),
) -> ShopSettings:
    """Set these settings and leave the others. The values are known to be fit by themselves.

    `templates`: the forms that there are to print with.

    Raises:
        Invalid: unknown_reference: an account or the form does not exist.
    """
    before = await uow.settings.get(lock=True)
    await require_references(
        uow,
        (Referral(name, GlAccount.kind, values.get(name)) for name in _ACCOUNTS),
        also=_unknown_form(values, templates),
    )
    await uow.settings.put(values)
    after = await uow.settings.get()
    changes = changes_between(asdict(before), asdict(after))
    if changes:
        await uow.audit.append(context, "updated", KIND, KIND, changes)
    return after


def _unknown_form(values: Mapping[str, Any], templates: Collection[str]) -> tuple[FieldError, ...]:
    """What nobody can print with is refused here: else every document would fail, one by one."""
    if "template" not in values or values["template"] in templates:
        return ()
    return (FieldError("template", "unknown_reference", {"value": values["template"]}),)
