"""Delete a pro forma. Its number is not given again; its trail stays."""

from services.invoice_service.application.context import Context
from services.invoice_service.application.outgoing import event
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Trail
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
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    invoice = loaded.invoice
    if delete_obstacle(invoice, loaded.around) is not None:
        raise Conflict("not_deletable", number=invoice.number)
    check_version(invoice, based_on)
    trail = Trail(
        [entry(context, "invoice.deleted", invoice, invoice_changes(invoice, None))],
        [event(context, "deleted", invoice, status="deleted")],
    )
    await uow.invoices.delete(invoice.id, trail)
