"""Delete a pro forma. Its number is not given again; its trail stays."""

from services.invoice_service.application.context import Context
from services.invoice_service.application.outgoing import event
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, Trail
from services.invoice_service.application.trail import entry, invoice_changes
from services.invoice_service.application.versions import check_version
from services.invoice_service.domain.actions import delete_obstacle
from services.invoice_service.domain.errors import Conflict


async def delete_invoice(uow: UnitOfWork, context: Context, ref: str, *, based_on: int | None) -> None:
    """Delete a pro forma; a pro forma that bills again what a deleted credit had, goes with it.

    Raises:
        NotFound: no such invoice.
        Conflict: not_deletable (final, or an e-mail is under way).
        StaleVersion: the version it was based on.
    """
    loaded = await _locked(uow, context, ref)
    invoice = loaded.invoice
    gone = [loaded]
    if loaded.around.rebilled_by is not None:
        gone.append(await _locked(uow, context, str(loaded.around.rebilled_by.id)))
    if any(delete_obstacle(one.invoice, one.around) is not None for one in gone):
        raise Conflict("not_deletable", number=invoice.number)
    check_version(invoice, based_on)
    await uow.drafting.lock_jobs(job for one in gone for job in one.invoice.jobs)
    trail = Trail(
        [entry(context, "invoice.deleted", one.invoice, invoice_changes(one.invoice, None)) for one in gone],
        [event(context, "deleted", one.invoice, one.around, status="deleted") for one in gone],
    )
    await uow.invoices.delete(invoice.id, trail)


async def _locked(uow: UnitOfWork, context: Context, ref: str) -> Loaded:
    return await uow.invoices.load(str(await uow.invoices.lock(ref)), context.actor.id)
