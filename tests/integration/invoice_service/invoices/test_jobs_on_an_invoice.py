"""Which jobs may stand on an invoice beside each other, and which may not."""

from collections.abc import Awaitable, Callable

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

Case = Callable[[Shop, Json], Awaitable[Json]]


async def test_lines_of_several_jobs_of_one_payer_stand_on_one_invoice(shop: Shop) -> None:
    payer = await shop.customer()
    one = await shop.job(await shop.customer(bill_to=payer))
    other = await shop.job(await shop.customer(bill_to=payer))
    invoice = await shop.invoice(job=one)

    expect(await shop.add_line(invoice, {"kind": "job", "job": other}), 201)

    assert (await shop.get(invoice["number"]))["jobs"] == [one, other]


async def other_payer(shop: Shop, invoice: Json) -> Json:
    return {"kind": "job", "job": await shop.job()}


async def charge_of_other_payer(shop: Shop, invoice: Json) -> Json:
    charge = {
        "id": "x",
        "description": "x",
        "quantity": "1",
        "unit_price": "1",
        "gl_account": await shop.account(),
    }
    return {"kind": "extra_charge", "job": await shop.job(extra_charges=[charge]), "extra_charge": "x"}


async def cancelled(shop: Shop, invoice: Json) -> Json:
    return {"kind": "job", "job": await shop.job(invoice["customer"], status="cancelled")}


async def charge_of_cancelled(shop: Shop, invoice: Json) -> Json:
    charge = {
        "id": "x",
        "description": "x",
        "quantity": "1",
        "unit_price": "1",
        "gl_account": await shop.account(),
    }
    job = await shop.job(invoice["customer"], status="cancelled", extra_charges=[charge])
    return {"kind": "extra_charge", "job": job, "extra_charge": "x"}


async def not_launched(shop: Shop, invoice: Json) -> Json:
    return {"kind": "job", "job": await shop.job(invoice["customer"], status="pending_launch")}


async def other_currency(shop: Shop, invoice: Json) -> Json:
    return {"kind": "job", "job": await shop.job(invoice["customer"], currency="USD")}


async def fully_billed(shop: Shop, invoice: Json) -> Json:
    job = await shop.job(invoice["customer"])
    await shop.invoice(job=job)
    return {"kind": "job", "job": job}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (other_payer, "other_payer"),
        (charge_of_other_payer, "other_payer"),
        (cancelled, "job_cancelled"),
        (charge_of_cancelled, "job_cancelled"),
        (not_launched, "job_not_launched"),
        (other_currency, "other_currency"),
        (fully_billed, "job_fully_billed"),
    ],
)
async def test_jobs_that_can_not_stand_on_it_are_refused(shop: Shop, case: Case, code: str) -> None:
    invoice = await shop.invoice(customer=await shop.customer())
    body = await case(shop, invoice)

    reply = await shop.add_line(invoice, body)

    assert (reply.status, reply.code) == (409, code), reply.text
    assert (await shop.get(invoice["number"]))["lines"] == []


async def test_a_billed_job_is_added_by_force_with_nothing_yet(shop: Shop) -> None:
    invoice = await shop.invoice(customer=await shop.customer())
    job = await shop.job(invoice["customer"])
    await shop.invoice(job=job)

    line = expect(await shop.add_line(invoice, {"kind": "job", "job": job, "force": True}), 201)

    assert (line["quantity"], line["total"]) == ("0", "0.00")
