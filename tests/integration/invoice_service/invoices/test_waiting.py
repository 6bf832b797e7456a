"""What is left to bill of a job is kept with it, whatever bills it, releases it, or changes it."""

import asyncio
from typing import Any

import pytest

from services.invoice_service.domain.money import plain
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

_COUNTED = """
    select j.number, j.to_bill, j.remaining_quantity, j.charges_waiting,
           greatest(0, j.ordered_quantity - job_billed(j.number)) as remaining,
           coalesce((select sum(round(unit_price * greatest(0, quantity - charge_billed(job, id)), 2))
                     from job_extra_charges where job = j.number), 0) as charges,
           j.ordered_quantity > job_billed(j.number) or exists (
               select from job_extra_charges where job = j.number and quantity > charge_billed(job, id)) as some
    from jobs j where j.number = $1"""


async def kept(shop: Shop, job: str) -> tuple[bool, str, str]:
    """What is kept with a job; it is what counting anew gives."""
    (row,) = await shop.database.fetch(_COUNTED, job)
    assert (row["to_bill"], row["remaining_quantity"], row["charges_waiting"]) == (
        row["some"],
        row["remaining"],
        row["charges"],
    ), job
    return row["to_bill"], plain(row["remaining_quantity"]), plain(row["charges_waiting"], places=2)


async def billable(shop: Shop, job: str) -> bool:
    """Whether the list of jobs to bill has it; that of the others does not then, and the other way round."""
    there = [
        [one["number"] for one in expect(await shop.api.get(f"/jobs?q={job}&billable={flag}"), 200)["data"]]
        for flag in ("true", "false", "true&billable=false")
    ]
    assert there[2] == [job]
    assert sorted(there[0] + there[1]) == [job]
    return there[0] == [job]


def charge(quantity: str, price: str | None) -> Json:
    return {"description": "Livraison", "quantity": quantity, "unit_price": price}


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({"total_price": "15812.65"}, "15812.65"),
        ({"total_price": "15812.65", "ordered_quantity": "0"}, "0.00"),
        ({"unit_price": "0.9184", "ordered_quantity": "5000"}, "4592.00"),
        ({"unit_price": "0.000005", "ordered_quantity": "1000"}, "0.01"),
        ({"unit_price": "-0.000005", "ordered_quantity": "1000"}, "-0.01"),
        ({"total_price": None}, "0.00"),
        ({"total_price": None, "product": True}, "25000.00"),
        ({"unit_price": "2", "product": True}, "2000.00"),
        ({"total_price": None, "extra_charges": [charge("2", "40.005"), charge("1", None)]}, "80.01"),
        ({"total_price": "9.00", "status": "cancelled", "extra_charges": [charge("1", "10")]}, "0.00"),
    ],
)
async def test_the_amount_is_the_price_of_what_no_invoice_bills(
    shop: Shop, fields: dict[str, Any], amount: str
) -> None:
    account = await shop.account()
    charges = [
        {**one, "id": f"x{place}", "gl_account": account}
        for place, one in enumerate(fields.get("extra_charges", []))
    ]
    product = {"product": await shop.product()} if "product" in fields else {}
    job = await shop.job(**{**fields, **product, "extra_charges": charges})
    assert (await shop.get_job(job))["amount_waiting"] == amount


@pytest.mark.parametrize(("billed", "amount"), [("333", "10547.04"), ("1", "15796.84"), ("1050", "0.00")])
async def test_a_part_of_a_total_price_is_rounded_once(shop: Shop, billed: str, amount: str) -> None:
    invoice = await shop.invoice(job=(job := await shop.job()))
    expect(await shop.patch_line(invoice, {"quantity": billed}), 200)
    assert (await shop.get_job(job))["amount_waiting"] == amount


async def test_it_follows_all_that_bills_and_releases(shop: Shop) -> None:
    account = await shop.account()
    charges = [{"id": "x1", **charge("2", "40.00"), "gl_account": account}]
    job = await shop.job(extra_charges=charges)
    assert await kept(shop, job) == (True, "1000", "80.00")
    invoice = await shop.invoice(job=job)
    assert await kept(shop, job) == (False, "0", "0.00")
    assert not await billable(shop, job)
    expect(await shop.delete_line(invoice, line=1), 204)
    assert await kept(shop, job) == (True, "0", "80.00")
    invoice = await shop.get(invoice["number"])
    expect(await shop.patch_line(invoice, {"quantity": "400"}), 200)
    assert await kept(shop, job) == (True, "600", "80.00")
    assert await billable(shop, job)
    invoice = await shop.transferred(await shop.get(invoice["number"]))
    credit = expect(await shop.credit(invoice), 201)
    assert await kept(shop, job) == (True, "600", "80.00")
    await shop.finalize(credit)
    assert await kept(shop, job) == (True, "1000", "80.00")
    other = await shop.invoice(job=job)
    assert await kept(shop, job) == (False, "0", "0.00")
    expect(await shop.delete(other), 204)
    assert await kept(shop, job) == (True, "1000", "80.00")


async def test_it_follows_the_job_and_its_charges(shop: Shop) -> None:
    account = await shop.account()
    job = await shop.job()
    await shop.invoice(job=job)
    body = {key: value for key, value in (await shop.get_job(job)).items() if key in _DECLARED}
    expect(await shop.api.put(f"/jobs/{job}", {**body, "ordered_quantity": "1200"}), 200)
    assert await kept(shop, job) == (True, "200", "0.00")
    expect(await shop.api.put(f"/jobs/{job}", {**body, "ordered_quantity": "900"}), 200)
    assert await kept(shop, job) == (False, "0", "0.00")
    path = f"/jobs/{job}/extra-charges/x1"
    expect(await shop.api.put(path, {**charge("1", "12.50"), "gl_account": account}), 201)
    assert await kept(shop, job) == (True, "0", "12.50")
    expect(await shop.api.put(path, {**charge("3", "12.50"), "gl_account": account}), 200)
    assert await kept(shop, job) == (True, "0", "37.50")
    assert (await shop.api.delete(path)).status == 204
    assert await kept(shop, job) == (False, "0", "0.00")


_DECLARED = ("customer", "title", "ordered_quantity", "total_price", "status")


async def test_what_bills_again_stands_in_for_a_draft_credit(shop: Shop) -> None:
    invoice = await shop.transferred(await shop.invoice(job=(job := await shop.job())))
    credit = expect(await shop.credit(invoice, rebill=True), 201)
    assert await kept(shop, job) == (False, "0", "0.00")
    rebill = await shop.get(credit["rebill"])
    expect(await shop.patch_line(rebill, {"quantity": "700"}), 200)
    assert await kept(shop, job) == (False, "0", "0.00")
    await shop.finalize(await shop.get(credit["number"]))
    assert await kept(shop, job) == (True, "300", "0.00")


async def test_those_who_bill_and_release_at_once_leave_the_true_rest(shop: Shop) -> None:
    job = await shop.job(customer := await shop.customer())
    first, second = [await shop.invoice(customer=customer) for _ in range(2)]
    for invoice in (first, second):
        line = {"kind": "job", "job": job, "quantity": "300"}
        expect(await shop.add_line(invoice, line), 201)
    first, second = await shop.get(first["number"]), await shop.get(second["number"])
    third = await shop.invoice(customer=customer)
    await asyncio.gather(
        shop.delete(first),
        shop.patch_line(second, {"quantity": "150"}),
        shop.add_line(third, {"kind": "job", "job": job, "quantity": "50"}),
    )
    assert await kept(shop, job) == (True, "800", "0.00")
