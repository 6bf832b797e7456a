"""Transfers that did not go well: try once more, or close by hand. Nothing is ever stuck without a way out."""

import dataclasses

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of
from services.invoice_service.application.finalize import axis_columns
from services.invoice_service.application.outgoing import event, transfer_command
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, Trail
from services.invoice_service.application.trail import entry
from services.invoice_service.application.versions import check_version
from services.invoice_service.domain.actions import may_mark_transferred, may_retry_transfer
from services.invoice_service.domain.axes import Axis, AxisReason
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.completeness import missing_accounts
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid
from services.invoice_service.domain.invoice import Status
from services.invoice_service.domain.next_step import Happened, next_steps


async def retry_transfer(
    uow: UnitOfWork, context: Context, ref: str, *, based_on: int | None = None
) -> Loaded:
    """Ask once more for a transfer that failed or is uncertain; the connector looks before it books again.

    Raises:
        NotFound: no such invoice.
        Conflict: nothing_to_retry, also while no connector is set.
        StaleVersion: a version was told, and it is not the current one.
        Invalid: incomplete, with the accounts that are missing.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    check_version(loaded.invoice, based_on)
    drafting = (await drafting_of(uow, loaded.invoice)).drafting
    steps = next_steps(Happened.TRANSFER_RETRIED, connected=drafting.settings.connector != "none")
    if not may_retry_transfer(loaded.invoice, loaded.around) or not steps:
        raise Conflict("nothing_to_retry")
    errors = missing_accounts(loaded.invoice, drafting)
    if errors:
        # It became final while nothing was booked: what it lacks is set in the settings, the product or the tax.
        raise Invalid("incomplete", errors=errors, number=loaded.invoice.number)
    attempt = loaded.around.axes.transfer_attempt + 1
    reason = AxisReason("connector_paused") if drafting.settings.connector_paused else None
    pending = Axis("pending", reason, context.now)
    message = transfer_command(
        context, loaded.invoice, drafting, attempt=attempt, credited=loaded.around.credited
    )
    await uow.invoices.move(
        loaded.invoice.id,
        loaded.invoice.status,
        {
            **axis_columns("transfer", pending),
            "transfer_attempt": attempt,
            "transfer_connector": drafting.settings.connector,
        },
        Trail([entry(context, "transfer.retried", loaded.invoice)], [message]),
    )
    axes = dataclasses.replace(
        loaded.around.axes,
        transfer=pending,
        transfer_attempt=attempt,
        transfer_connector=drafting.settings.connector,
    )
    return Loaded(loaded.invoice, dataclasses.replace(loaded.around, axes=axes))


async def mark_transferred(
    uow: UnitOfWork, context: Context, ref: str, reason: str, *, based_on: int | None = None
) -> Loaded:
    """Close by hand a transfer that will not succeed by itself. A final that is transferred answers itself.

    Raises:
        NotFound: no such invoice.
        Conflict: nothing_to_retry: it did not fail and does not wait on a paused connector.
        StaleVersion: a version was told, and it is not the current one.
        Invalid: no reason was given.
    """
    if not reason.strip():
        raise Invalid("invalid", errors=(FieldError("reason", "reason_required"),))
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    if loaded.invoice.status is Status.FINAL_SENT and loaded.around.axes.transfer_manual:
        return loaded
    check_version(loaded.invoice, based_on)
    if not may_mark_transferred(loaded.invoice, loaded.around):
        raise Conflict("nothing_to_retry")
    await uow.invoices.withdraw_transfer(loaded.invoice.id)
    done = Axis("succeeded", AxisReason("manual", reason), context.now)
    sent = dataclasses.replace(loaded.invoice, status=Status.FINAL_SENT)
    changes = [
        Change("status", loaded.invoice.status.value, sent.status.value),
        Change("transfer", loaded.around.axes.transfer.state, done.state),
        Change("transfer.reason", None, reason),
    ]
    await uow.invoices.move(
        sent.id,
        sent.status,
        {**axis_columns("transfer", done), "transfer_manual": True},
        Trail(
            [entry(context, "transfer.marked", sent, changes)],
            [event(context, "transferred", sent, loaded.around)],
        ),
    )
    axes = dataclasses.replace(loaded.around.axes, transfer=done, transfer_manual=True)
    return Loaded(sent, dataclasses.replace(loaded.around, axes=axes))
