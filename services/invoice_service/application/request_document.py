"""Ask for the PDF of an invoice as it stands, or for it once more."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import printed_from
from services.invoice_service.application.finalize import axis_columns
from services.invoice_service.application.outgoing import Message, event, render_command
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, Trail
from services.invoice_service.application.trail import entry, invoice_changes
from services.invoice_service.application.versions import check_version
from services.invoice_service.domain.axes import Axis
from services.invoice_service.domain.editing import settled
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.next_step import Happened, next_steps
from services.invoice_service.domain.snapshot import digest_of, document_snapshot


async def request_document(uow: UnitOfWork, context: Context, ref: str) -> Loaded:
    """Ask for the PDF of the current version, unless it is there or asked for already.

    Raises:
        NotFound: no such invoice.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded, snapshot = await _refreshed(
        uow, context, await uow.invoices.load(str(invoice_id), context.actor.id)
    )
    axes = loaded.around.axes
    asked = axes.rendering_version == loaded.invoice.version and axes.rendering.state in ("pending", "failed")
    if asked or not next_steps(Happened.DOCUMENT_WANTED, document_ready=loaded.around.document is not None):
        return loaded
    columns, message = _rendering(context, loaded, snapshot or await _snapshot(uow, loaded), preview=True)
    await uow.invoices.move(loaded.invoice.id, loaded.invoice.status, columns, Trail(messages=[message]))
    return _pending(loaded, context)


async def up_to_date(uow: UnitOfWork, loaded: Loaded) -> bool:
    """Whether a document made now would say what the one says that was asked for of this version."""
    return loaded.invoice.status.final or (await _as_of_now(uow, loaded))[0] == loaded.invoice


async def refreshed(uow: UnitOfWork, context: Context, loaded: Loaded) -> Loaded:
    """The invoice, locked by the caller, as its document would show it now; a pro forma as a next version.

    What it takes from elsewhere may have changed: its issuer, the labels, the words of its terms, its taxes.
    """
    return (await _refreshed(uow, context, loaded))[0]


async def _refreshed(
    uow: UnitOfWork, context: Context, loaded: Loaded
) -> tuple[Loaded, Mapping[str, Any] | None]:
    """See `refreshed`; and what its document says, when that is known by now."""
    before = loaded.invoice
    if before.status.final:
        return loaded, None
    now, snapshot = await _as_of_now(uow, loaded)
    if now == before:
        return loaded, snapshot
    after = dataclasses.replace(now, updated_at=context.now)
    changes = invoice_changes(before, after)
    trail = Trail(
        [entry(context, "invoice.refreshed", after, changes)] if changes else [],
        [event(context, "updated", after, loaded.around)],
    )
    await uow.invoices.update(before, after, trail)
    return await uow.invoices.load(str(before.id), context.actor.id), None


async def _as_of_now(uow: UnitOfWork, loaded: Loaded) -> tuple[Invoice, Mapping[str, Any]]:
    """The pro forma itself, or its next version once its document would say something else; and what that says."""
    invoice, axes = loaded.invoice, loaded.around.axes
    drafting, material = await printed_from(uow, invoice)
    now = settled(invoice, drafting)
    snapshot = document_snapshot(now, drafting, material, credited=loaded.around.credited)
    asked = axes.rendering_source if axes.rendering_version == invoice.version else None
    if now == invoice and asked in (None, digest_of(snapshot)):
        return invoice, snapshot
    return dataclasses.replace(now, version=invoice.version + 1), snapshot


async def retry_render(uow: UnitOfWork, context: Context, ref: str, *, based_on: int | None = None) -> Loaded:
    """Ask once more for a PDF that could not be made.

    Raises:
        NotFound: no such invoice.
        Conflict: nothing_to_retry.
        StaleVersion: a version was told, and it is not the current one.
    """
    invoice_id = await uow.invoices.lock(ref)
    loaded = await uow.invoices.load(str(invoice_id), context.actor.id)
    check_version(loaded.invoice, based_on)
    if loaded.around.axes.rendering.state not in ("failed", "uncertain"):
        raise Conflict("nothing_to_retry")
    columns, message = await rendering(uow, context, loaded, preview=True)
    trail = Trail([entry(context, "render.retried", loaded.invoice)], [message])
    await uow.invoices.move(loaded.invoice.id, loaded.invoice.status, columns, trail)
    return _pending(loaded, context)


async def rendering(
    uow: UnitOfWork, context: Context, loaded: Loaded, *, preview: bool
) -> tuple[dict[str, Any], Message]:
    """The columns of a rendering under way, and the command that asks for it.

    `preview`: only somebody who looks at this version waits for it; of a final it is never one.
    """
    return _rendering(context, loaded, await _snapshot(uow, loaded), preview=preview)


def _rendering(
    context: Context, loaded: Loaded, snapshot: Mapping[str, Any], *, preview: bool
) -> tuple[dict[str, Any], Message]:
    columns = {
        **axis_columns("rendering", Axis("pending", None, context.now)),
        "rendering_version": loaded.invoice.version,
        "rendering_source": digest_of(snapshot),
    }
    return columns, render_command(context, loaded.invoice, snapshot, preview=preview)


async def _snapshot(uow: UnitOfWork, loaded: Loaded) -> Mapping[str, Any]:
    invoice: Invoice = loaded.invoice
    if invoice.status.final:
        frozen = await uow.invoices.snapshot(invoice.id)
        if frozen is not None:
            return frozen
    drafting, material = await printed_from(uow, invoice)
    return document_snapshot(invoice, drafting, material, credited=loaded.around.credited)


def _pending(loaded: Loaded, context: Context) -> Loaded:
    axes = dataclasses.replace(
        loaded.around.axes,
        rendering=Axis("pending", None, context.now),
        rendering_version=loaded.invoice.version,
    )
    return Loaded(loaded.invoice, dataclasses.replace(loaded.around, axes=axes))
