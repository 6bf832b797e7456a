"""How much of a job may be billed: what was ordered, and a tolerance for overrun."""

from decimal import Decimal

from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.money import plain, product


def allowed_quantity(job: Job, tolerance_percent: Decimal) -> Decimal:
    """The most that may be billed of a job without an accountant's word."""
    return product(job.ordered_quantity, Decimal(100) + tolerance_percent) / 100


def check_quantities(
    before: Invoice | None,
    after: Invoice,
    jobs: dict[str, Job],
    *,
    tolerance_percent: Decimal,
    actor: Actor,
    allow_over_invoicing: bool,
) -> None:
    """Refuse an edit that bills more of a job than was ordered plus the tolerance.

    `jobs` were read under their lock, `before` counted in what they have billed. An edit that does not raise what
    this invoice bills of a job is never refused for it.

    Raises:
        Conflict: over_invoicing.
        Forbidden: over_invoicing was asked for by somebody who is not an accountant.
    """
    for number in after.jobs:
        job = jobs[number]
        own_before = before.billed(number) if before else Decimal(0)
        own_after = after.billed(number)
        if own_after <= own_before:
            continue
        billed = job.billed - own_before + own_after
        if billed <= allowed_quantity(job, tolerance_percent):
            continue
        if not allow_over_invoicing:
            raise Conflict(
                "over_invoicing", job=number, quantity=plain(billed), ordered=plain(job.ordered_quantity)
            )
        actor.require(Role.ACCOUNTANT)
