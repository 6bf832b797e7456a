"""Add an extra charge to a job, replace it, or take it away."""

from services.invoice_service.application.context import Context
from services.invoice_service.application.extra_charges import (
    ChargeInput,
    billing_language,
    resolved_charges,
    told_charge,
)
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.references import require_references
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.declarations import charge_faults
from services.invoice_service.domain.errors import Conflict, Invalid, NotFound
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.reference import ExtraChargeCode, GlAccount, Product, Referral

KIND = "job"


async def put_extra_charge(
    uow: ReferencePorts, context: Context, number: str, declared: ChargeInput
) -> Put[ExtraCharge]:
    """Put one extra charge of a job.

    Raises:
        NotFound: no such job.
        Invalid: invalid, unknown_reference, account_or_product_required.
    """
    job = await _locked(uow, number)
    await require_references(
        uow,
        (
            Referral("code", ExtraChargeCode.kind, declared.code),
            Referral("product", Product.kind, declared.product),
            Referral("gl_account", GlAccount.kind, declared.gl_account),
        ),
    )
    language = await billing_language(uow, await uow.customers.get(job.customer))
    (charge,) = await resolved_charges(uow, [declared], language, job, path="")
    faults = charge_faults(charge)
    if faults:
        raise Invalid("invalid", errors=faults)
    before = _charge(job, declared.id)
    if charge != before:
        await uow.jobs.put_extra_charge(number, charge)
        await uow.audit.append(context, "updated", KIND, number, [_change(before, charge)])
    return Put(charge, created=before is None)


async def delete_extra_charge(uow: ReferencePorts, context: Context, number: str, charge_id: str) -> None:
    """Take an extra charge away.

    Raises:
        NotFound: no such job or charge.
        Conflict: in_use: it is billed.
    """
    job = await _locked(uow, number)
    before = _charge(job, charge_id)
    if before is None:
        raise NotFound("extra_charge", charge_id)
    if before.billed:
        raise Conflict("in_use", ref=charge_id)
    await uow.jobs.delete_extra_charge(number, charge_id)
    await uow.audit.append(context, "updated", KIND, number, [_change(before, None)])


async def _locked(uow: ReferencePorts, number: str) -> Job:
    job = await uow.jobs.get(number, lock=True)
    if job is None:
        raise NotFound("job", number)
    return job


def _charge(job: Job, charge_id: str) -> ExtraCharge | None:
    return next((charge for charge in job.extra_charges if charge.id == charge_id), None)


def _change(before: ExtraCharge | None, after: ExtraCharge | None) -> Change:
    one = before or after
    return Change(
        f"extra_charges.{one.id if one else ''}",
        told_charge(before) if before else None,
        told_charge(after) if after else None,
    )
