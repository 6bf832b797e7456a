"""Begin a batch: which invoices, each once, in the order that was asked for."""

import uuid
from collections.abc import Sequence

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.batches import Batch, NewBatch, Wanted
from services.invoice_service.domain.batch import BatchAction, needs
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.errors import FieldError, Invalid
from shared.identifiers import new_id


async def start_batch(uow: UnitOfWork, context: Context, action: BatchAction, refs: Sequence[str]) -> Batch:
    """Keep a batch of these invoices; it is done in the background, on behalf of who asks.

    Raises:
        Forbidden: the caller may not do this with a single one.
        Invalid: unknown_reference, for each that does not exist.
    """
    context.actor.require(needs(action))
    found = await uow.batches.find(refs)
    unknown = tuple(
        FieldError(f"invoices[{index}]", "unknown_reference", {"value": ref})
        for index, ref in enumerate(refs)
        if ref not in found
    )
    if unknown:
        raise Invalid("invalid", errors=unknown)
    # Several names of one invoice are one invoice, at the first place.
    invoices: dict[uuid.UUID, Wanted] = {}
    for ref in refs:
        invoices.setdefault(found[ref].invoice_id, found[ref])
    batch = NewBatch(
        id=new_id(),
        action=action,
        actor=context.actor,
        correlation_id=context.correlation_id,
        traceparent=context.traceparent,
        created_at=context.now,
        invoices=tuple(invoices.values()),
    )
    await uow.batches.create(batch)
    changes = [Change("action", None, action), Change("total", None, len(batch.invoices))]
    await uow.audit.append(context, "batch.started", "batch", str(batch.id), changes)
    return await uow.batches.get(batch.id)


async def read_batch(uow: UnitOfWork, _context: Context, batch_id: uuid.UUID) -> Batch:
    """A batch.

    Raises:
        NotFound: there is none.
    """
    return await uow.batches.get(batch_id)
