"""Finalize: the gap-free number, the frozen content, and what follows from it."""

import dataclasses
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import printed_from
from services.invoice_service.application.outgoing import (
    Message,
    event,
    new_token,
    render_command,
    transfer_command,
)
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, Trail
from services.invoice_service.application.settle_credit import settle_credit
from services.invoice_service.application.trail import entry, invoice_changes
from services.invoice_service.application.versions import check_version
from services.invoice_service.domain.axes import Axes, Axis, AxisReason
from services.invoice_service.domain.completeness import final_date, missing
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.editing import settled
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.invoice import Invoice, Status
from services.invoice_service.domain.next_step import Happened, Step, next_steps
from services.invoice_service.domain.snapshot import PrintMaterial, document_snapshot


async def finalize(uow: UnitOfWork, context: Context, ref: str, *, based_on: int | None = None) -> Loaded:
    """Make a pro forma final. A final answers itself again.

    The number is taken last, under the counter's lock, together with everything that holds it: whatever
    fails before leaves no gap, and whatever fails after takes the number back with it.

    Raises:
        NotFound: no such invoice.
        StaleVersion: a version was told, and it is not the current one.
        Invalid: incomplete, with everything that is missing; over_credit.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    before = loaded.invoice
    if before.status.final:
        return loaded
    check_version(before, based_on)
    drafting, material = await printed_from(uow, before)
    day = final_date(before, drafting, context.now)
    # In the company's own currency there is no rate, whatever was typed.
    rate = None if before.currency == drafting.settings.currency else before.exchange_rate
    dated = settled(dataclasses.replace(before, date=day, exchange_rate=rate), drafting)
    if dated.kind == "credit_note":
        # What it releases is noted with its jobs: they are locked before the counter.
        await uow.drafting.lock_jobs(before.jobs)
        dated = await settle_credit(uow, dated, for_good=True)
    errors = missing(dated, drafting, day=day, rebilled_credit=loaded.around.rebilled_credit)
    if errors:
        raise Invalid("incomplete", errors=errors, number=before.number)
    if dated != dataclasses.replace(before, date=dated.date, due_date=dated.due_date):
        # The dates are written together with the number; what else followed from today's data, now.
        await uow.invoices.update(before, dated, Trail())
    token = new_token()
    final = dataclasses.replace(
        dated,
        status=Status.FINAL_READY,
        version=before.version + 1,
        final_number=token,
        updated_at=context.now,
        finalized_at=context.now,
    )
    return await _keep_final(uow, context, loaded, final, drafting, material, token)


async def _keep_final(
    uow: UnitOfWork,
    context: Context,
    loaded: Loaded,
    final: Invoice,
    drafting: Drafting,
    material: PrintMaterial,
    token: str,
) -> Loaded:
    snapshot = document_snapshot(final, drafting, material, credited=loaded.around.credited)
    connected = drafting.settings.connector != "none"
    messages: list[Message] = []
    for step in next_steps(Happened.FINALIZED, connected=connected):
        if step is Step.RENDER:
            messages.append(render_command(context, final, snapshot, preview=False))
        elif step is Step.TRANSFER:
            messages.append(
                transfer_command(context, final, drafting, attempt=1, credited=loaded.around.credited)
            )
    messages.append(event(context, "finalized", final, loaded.around))
    if final.credited_invoice is not None:
        credited = await uow.invoices.load(str(final.credited_invoice), "")
        messages.append(event(context, "credited", credited.invoice, credited.around))
    transfer = _transfer_axis(context, drafting)
    number = await uow.invoices.finalize(
        final,
        token,
        snapshot,
        Trail([entry(context, "invoice.finalized", final, invoice_changes(loaded.invoice, final))], messages),
        series=_series(final, drafting),
        transfer={
            "transfer_state": transfer.state,
            "transfer_reason": {"code": transfer.reason.code} if transfer.reason else None,
            "transfer_connector": drafting.settings.connector,
        },
    )
    axes = Axes(
        rendering=Axis("pending", None, context.now),
        rendering_version=final.version,
        transfer=transfer,
        transfer_attempt=1,
        transfer_connector=drafting.settings.connector,
    )
    around = dataclasses.replace(loaded.around, axes=axes, document=None)
    return Loaded(dataclasses.replace(final, final_number=number), around)


def _series(invoice: Invoice, drafting: Drafting) -> str:
    own = invoice.kind == "credit_note" and drafting.settings.credit_series == "own"
    return "credit_note" if own else "final"


def _transfer_axis(context: Context, drafting: Drafting) -> Axis:
    if drafting.settings.connector == "none":
        return Axis("failed", AxisReason("no_connector"), context.now)
    if drafting.settings.connector_paused:
        return Axis("pending", AxisReason("connector_paused"), context.now)
    return Axis("pending", None, context.now)


def axis_columns(name: str, axis: Axis) -> dict[str, Any]:
    """The columns of one axis."""
    reason = {"code": axis.reason.code, "message": axis.reason.message} if axis.reason else None
    return {f"{name}_state": axis.state, f"{name}_reason": reason, f"{name}_at": axis.at}
