"""Prepare a pro forma by itself when production is done with a job."""

from decimal import ROUND_DOWN, Decimal

from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import CreateInvoice, create_invoice
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.invoice import Status
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.quantities import allowed_quantity
from services.invoice_service.domain.settings import ShopSettings

_SMALLEST = Decimal("0.0001")


async def auto_draft(uow: UnitOfWork, context: Context, job: Job) -> str | None:
    """One pro forma for what remains of a completed job (which is locked): its number, or None.

    Once per job; again only when more remains than then and no pro forma is open; never after a clerk deleted it.

    Raises:
        Conflict, Invalid: the job or its customer can't be billed as they are.
    """
    settings = await uow.settings.get()
    quantity = quantity_to_draft(job, settings)
    charges = any(charge.remaining for charge in job.extra_charges)
    if settings.auto_draft_on_completion == "off" or job.auto_draft_declined or not (quantity or charges):
        return None
    if job.auto_draft_remaining is not None:
        if quantity <= job.auto_draft_remaining:
            return None
        view = await uow.jobs.view(job.number)
        if view is not None and any(not Status(use.status).final for use in view.invoices):
            return None
    made = await create_invoice(uow, context, CreateInvoice(job=job.number, quantity=quantity))
    await uow.jobs.note_auto_draft(job.number, Decimal(0), made.invoice.id)
    return made.invoice.number


def quantity_to_draft(job: Job, settings: ShopSettings) -> Decimal:
    """What remains of the ordered, or of the produced quantity; never beyond the tolerance."""
    if settings.auto_draft_on_completion == "produced" and job.produced_quantity is not None:
        most = min(job.produced_quantity, allowed_quantity(job, settings.overrun_tolerance_percent))
        left = most - job.billed
        return max(Decimal(0), left.quantize(_SMALLEST, rounding=ROUND_DOWN))
    return job.remaining
