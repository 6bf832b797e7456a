"""What is still to be billed of a job, in money."""

from decimal import Decimal

from services.invoice_service.domain.job import CANCELLED, Job
from services.invoice_service.domain.money import ZERO, product, ratio, to_cent


def amount_waiting(job: Job, product_price: Decimal | None = None) -> Decimal:
    """The price of what remains and of the extra charges that no invoice bills yet, before taxes, to the cent.

    `product_price` is the price of the job's product, for a job that has none of its own. What has no price
    yet counts nothing, nor does what was cancelled.
    """
    if job.status == CANCELLED:
        return ZERO
    return _price_of_rest(job, product_price) + sum(
        (
            to_cent(product(charge.unit_price, charge.remaining))
            for charge in job.extra_charges
            if charge.unit_price is not None
        ),
        ZERO,
    )


def _price_of_rest(job: Job, product_price: Decimal | None) -> Decimal:
    if job.total_price is not None:
        if job.ordered_quantity == 0:
            return ZERO
        return to_cent(ratio(product(job.total_price, job.remaining), job.ordered_quantity))
    unit_price = product_price if job.unit_price is None else job.unit_price
    return ZERO if unit_price is None else to_cent(product(unit_price, job.remaining))
