"""How much of a job may be billed: what was ordered, and a tolerance for overrun."""

from collections.abc import Mapping
from decimal import Decimal

from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.money import product


def allowed_quantity(job: Job, tolerance_percent: Decimal) -> Decimal:
    """The most that may be billed of a job without an accountant's word."""
    return product(job.ordered_quantity, Decimal(100) + tolerance_percent) / 100


def check_quantities(
    jobs: Mapping[str, Job],
    billed: Mapping[str, Decimal],
    *,
    tolerance_percent: Decimal,
    actor: Actor,
    allow_over_invoicing: bool,
) -> None:
    """Refuse a change that bills more of a job than was ordered plus the tolerance.

    `jobs` were read under their lock before the change; `billed` is what is billed of each after it. A change
    that does not raise what is billed of a job is never refused for it.

    Raises:
        Conflict: over_invoicing.
        Forbidden: over_invoicing was asked for by somebody who is not an accountant.
    """
    for number, quantity in billed.items():
        job = jobs[number]
        if quantity <= job.billed or quantity <= allowed_quantity(job, tolerance_percent):
            continue
        if not allow_over_invoicing:
            raise Conflict("over_invoicing", job=number, quantity=quantity, ordered=job.ordered_quantity)
        actor.require(Role.ACCOUNTANT)


def billed_with(drafting: Drafting, before: Invoice, after: Invoice) -> dict[str, Decimal]:
    """What would be billed of each of their jobs if an invoice (no credit) went from `before` to `after`.

    The jobs of the drafting count `before`. What an invoice bills again in place of a draft credit is not counted
    twice (`Drafting.standing_in`).
    """
    return {
        number: drafting.jobs[number].billed
        - _counted(drafting, before, number)
        + _counted(drafting, after, number)
        for number in dict.fromkeys((*before.jobs, *after.jobs))
    }


def _counted(drafting: Drafting, invoice: Invoice, job: str) -> Decimal:
    return max(Decimal(0), invoice.billed(job) - drafting.standing_in.get((job, None), Decimal(0)))
