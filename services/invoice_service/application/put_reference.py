"""Declare, or replace as a whole, a record of reference data."""

from dataclasses import asdict

from services.invoice_service.application.context import Context
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.references import require_references
from services.invoice_service.domain.changes import changes_between
from services.invoice_service.domain.reference import R, check_record, referrals_of


async def put_reference(uow: ReferencePorts, context: Context, record: R) -> Put[R]:
    """Put a record; putting what is already there changes nothing and leaves no trace.

    Raises:
        Invalid: unknown_reference, account_or_product_required, unknown_variable.
    """
    check_record(record)
    await require_references(uow, referrals_of(record))
    before = await uow.reference.get(type(record), record.key, lock=True)
    if before is None and await uow.reference.insert(record):
        changes = changes_between(None, asdict(record))
        await uow.audit.append(context, "created", record.kind, record.key, changes)
        return Put(record, created=True)
    if before is None:  # somebody else was faster
        before = await uow.reference.get(type(record), record.key, lock=True)
    if before is not None and before != record:
        await uow.reference.update(record)
        changes = changes_between(asdict(before), asdict(record))
        await uow.audit.append(context, "updated", record.kind, record.key, changes)
    return Put(record, created=False)
