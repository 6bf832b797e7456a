"""Declare, or replace as a whole, a production job: what a PUT and a message of production both do."""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.extra_charges import (
    ChargeInput,
    billing_language,
    resolved_charges,
    told_charge,
)
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.references import require_references
from services.invoice_service.domain.changes import changes_between
from services.invoice_service.domain.declarations import job_faults
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.reference import ExtraChargeCode, GlAccount, Product, Referral
from services.invoice_service.domain.texts import Language
from shared.contracts.production import JobData

KIND = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobInput:
    """A job as it is declared. `extra_charges` None: not spoken of."""

    number: str
    customer: str
    title: str
    ordered_quantity: Decimal
    status: str
    description: str | None = None
    produced_quantity: Decimal | None = None
    unit_price: Decimal | None = None
    total_price: Decimal | None = None
    currency: str | None = None
    po_number: str | None = None
    product: str | None = None
    gl_account: str | None = None
    ship_to: str | None = None
    extra_charges: tuple[ChargeInput, ...] | None = None


_DECLARED = tuple(field.name for field in dataclasses.fields(JobInput) if field.name != "extra_charges")
# What no declaration says: it is computed, or kept for the next step.
_KEPT = tuple(
    field.name
    for field in dataclasses.fields(Job)
    if field.name not in {*_DECLARED, "extra_charges", "message_time", "completed_at"}
)


@dataclass(frozen=True, slots=True)
class PutJob:
    """The job as it is now. `superseded`: a newer message was applied before, so this one left it alone."""

    job: Job
    created: bool
    superseded: bool = False


def job_input_of(data: JobData) -> JobInput:
    """What a message declares."""
    charges = data.extra_charges
    return JobInput(
        **data.model_dump(exclude={"extra_charges"}),
        extra_charges=None
        if charges is None
        else tuple(ChargeInput(**charge.model_dump()) for charge in charges),
    )


async def put_job(
    uow: ReferencePorts, context: Context, declared: JobInput, *, message_time: dt.datetime | None = None
) -> PutJob:
    """Put a job.

    With `message_time` it is a message that speaks: an older one than the last changes nothing, and charges it
    does not speak of stay; a PUT without charges has none.

    The job stays locked until the end of the transaction.

    Raises:
        Invalid: invalid, price_twice, unknown_reference, account_or_product_required.
        Conflict: in_use: an extra charge that is to go stands on an invoice.
    """
    before = await uow.jobs.get(declared.number, lock=True)
    if before is not None and _is_older(message_time, before):
        return PutJob(before, created=False, superseded=True)
    language = await _check_references(uow, declared)
    job = await _job_of(uow, declared, before, language, message_time=message_time, now=context.now)
    faults = job_faults(job)
    if faults:
        raise Invalid("invalid", errors=faults)
    if before is None:
        if not await uow.jobs.insert(job, context.now):
            # Somebody else was faster: now there is something to replace.
            return await put_job(uow, context, declared, message_time=message_time)
        await uow.audit.append(context, "created", KIND, job.number, changes_between(None, _told(job)))
        return PutJob(await _again(uow, job), created=True)
    _check_billed_charges(before, job)
    if job != before:
        await uow.jobs.update(job, context.now)
        changes = changes_between(_told(before), _told(job))
        if changes:
            await uow.audit.append(context, "updated", KIND, job.number, changes)
    return PutJob(await _again(uow, job), created=False)


def _check_billed_charges(before: Job, job: Job) -> None:
    kept = {charge.id for charge in job.extra_charges}
    gone = [charge.id for charge in before.extra_charges if charge.billed and charge.id not in kept]
    if gone:
        raise Conflict("in_use", ref=gone[0])


async def _again(uow: ReferencePorts, job: Job) -> Job:
    """The job as it is stored: with its payer, and what is billed of it."""
    return await uow.jobs.get(job.number) or job


def _is_older(message_time: dt.datetime | None, before: Job) -> bool:
    return message_time is not None and before.message_time is not None and message_time < before.message_time


async def _check_references(uow: ReferencePorts, declared: JobInput) -> Language:
    """Check that everything a job refers to exists; the language that its customer is billed in."""
    customer = await uow.customers.get(declared.customer)
    faults: list[FieldError] = []
    if customer is None:
        faults.append(FieldError("customer", "unknown_reference", {"value": declared.customer}))
    elif declared.ship_to is not None and customer.address(declared.ship_to) is None:
        faults.append(FieldError("ship_to", "unknown_reference", {"value": declared.ship_to}))
    await require_references(
        uow,
        (
            Referral("product", Product.kind, declared.product),
            Referral("gl_account", GlAccount.kind, declared.gl_account),
            *(
                referral
                for place, charge in enumerate(declared.extra_charges or ())
                for referral in (
                    Referral(f"extra_charges[{place}].code", ExtraChargeCode.kind, charge.code),
                    Referral(f"extra_charges[{place}].product", Product.kind, charge.product),
                    Referral(f"extra_charges[{place}].gl_account", GlAccount.kind, charge.gl_account),
                )
            ),
        ),
        also=faults,
    )
    return await billing_language(uow, customer)


async def _job_of(
    uow: ReferencePorts,
    declared: JobInput,
    before: Job | None,
    language: Language,
    *,
    message_time: dt.datetime | None,
    now: dt.datetime,
) -> Job:
    """The job that is declared, with what the old one keeps."""
    values: dict[str, Any] = {name: getattr(declared, name) for name in _DECLARED}
    if declared.extra_charges is None and message_time is not None:
        charges = before.extra_charges if before else ()
    else:
        charges = await resolved_charges(uow, declared.extra_charges or (), language, before)
    job = Job(**values, extra_charges=charges)
    kept = {name: getattr(before, name) for name in _KEPT} if before else {}
    return dataclasses.replace(
        job,
        **kept,
        message_time=message_time or (before.message_time if before else None),
        completed_at=_completed_at(job, before, message_time or now),
    )


def _completed_at(job: Job, before: Job | None, at: dt.datetime) -> dt.datetime | None:
    """Since when production is done with it."""
    if not job.complete:
        return None
    return (before.completed_at if before else None) or at


def _told(job: Job) -> dict[str, Any]:
    """A job as the trail tells of it."""
    told = {name: getattr(job, name) for name in _DECLARED}
    told["extra_charges"] = [told_charge(charge) for charge in job.extra_charges]
    return told
