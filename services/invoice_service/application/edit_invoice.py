"""Edit the fields of a pro forma; of a final, only what is not on paper (note, favourite)."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.outgoing import event
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import DraftingRead, Loaded, Needs, Trail
from services.invoice_service.application.trail import entry, invoice_changes
from services.invoice_service.application.versions import check_editable, check_version
from services.invoice_service.domain.customer_change import read_again, resold
from services.invoice_service.domain.drafting import Drafting, check_customer, seen_now
from services.invoice_service.domain.editing import patched, revised
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.snapshot import PrintMaterial

_ON_FINAL = {"note", "favourite"}


async def edit_invoice(
    uow: UnitOfWork, context: Context, ref: str, changes: Mapping[str, Any], *, based_on: int | None
) -> Loaded:
    """Set fields; null clears one back to its default. `hold` is the reason, or null.

    Raises:
        NotFound: no such invoice.
        Conflict: frozen, customer_fixed, customer_not_billable.
        StaleVersion: for what reaches paper or totals.
        Invalid: unknown references, or what a credit note takes from its invoice.
    """
    invoice_id = str(await uow.invoices.lock(ref))
    loaded = await uow.invoices.load(invoice_id, context.actor.id)
    invoice = loaded.invoice
    if not set(changes) <= _ON_FINAL:
        check_editable(invoice)
    check_version(invoice, based_on)
    around = loaded.around
    if "favourite" in changes:
        favourite = bool(changes["favourite"])
        await uow.invoices.set_favourite(invoice.id, context.actor.id, favourite=favourite)
        around = dataclasses.replace(around, favourite=favourite)
    on_invoice = {field: value for field, value in changes.items() if field != "favourite"}
    if not on_invoice:
        return Loaded(invoice, around)
    if invoice.status.final:
        after = dataclasses.replace(invoice, note=changes["note"], updated_at=context.now)
    else:
        after, drafting = await _edited(uow, context, invoice, on_invoice)
        billed = {number: job.billed for number, job in drafting.jobs.items()}
        around = seen_now(around, after, drafting, billed)
    if dataclasses.replace(after, updated_at=invoice.updated_at) == invoice:
        return Loaded(invoice, around)
    trail = Trail(
        [entry(context, "invoice.edited", after, invoice_changes(invoice, after))],
        [event(context, "updated", after, around)],
    )
    await uow.invoices.update(invoice, after, trail)
    return Loaded(after, around)


async def _edited(
    uow: UnitOfWork, context: Context, invoice: Invoice, changes: Mapping[str, Any]
) -> tuple[Invoice, Drafting]:
    fields = dict(changes)
    customer = fields.pop("customer", None)
    if customer is None or (customer == invoice.customer and invoice.jobs):
        read = await drafting_of(uow, invoice)
    else:
        read = await uow.drafting.drafting(customer=customer, payer=None, needs=line_needs(invoice))
    job = read.drafting.jobs[invoice.jobs[0]] if invoice.jobs else None
    edited = invoice
    if customer == invoice.customer:
        edited = read_again(invoice, read.drafting, now=context.now, job=job)
    elif customer is not None:
        check_customer(read.drafting.customer)
        check_customer(read.drafting.payer)
        edited = resold(invoice, read.drafting, now=context.now)
    edited = patched(edited, fields, read.drafting, now=context.now, job=job)
    return revised(invoice, edited, context.now), read.drafting


def line_needs(
    invoice: Invoice, *, job: str | None = None, product: str | None = None, account: str | None = None
) -> Needs:
    """What a drafting must hold for the lines of an invoice, and for one more."""
    lines = invoice.lines
    return Needs(
        jobs=tuple(dict.fromkeys((*invoice.jobs, *((job,) if job else ())))),
        products=tuple({*(line.product for line in lines if line.product), *((product,) if product else ())}),
        accounts=tuple(
            {*(line.gl_account for line in lines if line.gl_account), *((account,) if account else ())}
        ),
        rebills=invoice.rebills,
    )


async def drafting_of(uow: UnitOfWork, invoice: Invoice, needs: Needs | None = None) -> DraftingRead:
    """What editing an invoice can need."""
    return await uow.drafting.drafting(
        customer=invoice.customer, payer=invoice.payer, needs=needs or line_needs(invoice)
    )


async def printed_from(uow: UnitOfWork, invoice: Invoice) -> tuple[Drafting, PrintMaterial]:
    """What the document of an invoice is made from."""
    read, material = await uow.drafting.printed(
        customer=invoice.customer,
        payer=invoice.payer,
        needs=line_needs(invoice),
        business_entity=invoice.business_entity,
    )
    return read.drafting, material
