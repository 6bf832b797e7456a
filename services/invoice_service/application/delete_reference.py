"""Delete a record of reference data that nothing uses."""

from dataclasses import asdict

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.domain.changes import changes_between
from services.invoice_service.domain.errors import Conflict, NotFound
from services.invoice_service.domain.reference import EmailTemplate, GlAccount, R


async def delete_reference(uow: ReferencePorts, context: Context, kind: type[R], code: str) -> None:
    """Delete a record.

    Raises:
        NotFound: there is none.
        Conflict: in_use: something refers to it, or the system can't do without it.
    """
    if kind is GlAccount:
        # The settings name accounts without a foreign key; their lock keeps them from naming this one now.
        settings = await uow.settings.get(lock=True)
        if code in (settings.default_revenue_account, settings.default_receivable_account):
            raise Conflict("in_use", ref=code)
    before = await uow.reference.get(kind, code, lock=True)
    if before is None:
        raise NotFound(kind.kind, code)
    if kind is EmailTemplate:
        # Every invoice can be e-mailed, so there is a template of each kind.
        raise Conflict("in_use", ref=code)
    await uow.reference.delete(kind, code)
    await uow.audit.append(context, "deleted", kind.kind, code, changes_between(asdict(before), None))
