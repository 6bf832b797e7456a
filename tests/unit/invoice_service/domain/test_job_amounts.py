import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.job_amounts import amount_waiting

JOB = Job(number="D-1", customer="C-1", title="Encarts", status="shipped", ordered_quantity=Decimal(1000))


def job(**more: Any) -> Job:  # noqa: ANN401 - fields of Job
    return dataclasses.replace(JOB, **more)


def charge(quantity: str, price: str | None, billed: str = "0") -> ExtraCharge:
    return ExtraCharge(
        "x1", "Livraison", Decimal(quantity), Decimal(price) if price else None, billed=Decimal(billed)
    )


@pytest.mark.parametrize(
    ("waiting", "product_price", "amount"),
    [
        (job(total_price=Decimal("15812.65")), None, "15812.65"),
        (job(total_price=Decimal("15812.65"), billed=Decimal(333)), None, "10547.04"),
        (job(total_price=Decimal("15812.65"), billed=Decimal(1200)), None, "0.00"),
        (job(total_price=Decimal("15812.65"), ordered_quantity=Decimal(0)), None, "0.00"),
        (job(unit_price=Decimal("0.9184"), ordered_quantity=Decimal(5000)), None, "4592.00"),
        (job(unit_price=Decimal("0.000005"), ordered_quantity=Decimal(1000)), None, "0.01"),
        (job(), None, "0.00"),
        (job(), Decimal("1.5"), "1500.00"),
        (job(unit_price=Decimal(2)), Decimal("1.5"), "2000.00"),
        (job(extra_charges=(charge("2", "40.005"), charge("1", None))), None, "80.01"),
        (job(extra_charges=(charge("3", "10", billed="1"),)), None, "20.00"),
        (job(extra_charges=(charge("1", "10", billed="2"),)), None, "0.00"),
        (job(total_price=Decimal(9), status="cancelled", extra_charges=(charge("1", "10"),)), None, "0.00"),
    ],
)
def test_is_the_price_of_what_no_invoice_bills(
    waiting: Job, product_price: Decimal | None, amount: str
) -> None:
    assert amount_waiting(waiting, product_price) == Decimal(amount)
