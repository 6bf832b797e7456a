"""Above the ordered quantity: 1000 ordered, 5 % of tolerance."""

import asyncio

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_up_to_the_tolerance_more_is_billed_with_a_warning(shop: Shop) -> None:
    invoice = await shop.invoice(job=await shop.job())

    line = expect(await shop.patch_line(invoice, {"quantity": "1050"}), 200)

    assert line["total"] == "16603.28"
    warned = [
        warning
        for warning in (await shop.get(invoice["number"]))["warnings"]
        if warning["code"] == "over_ordered"
    ]
    assert [warning["field"] for warning in warned] == ["lines[0].quantity"]
    assert "1\N{NO-BREAK SPACE}050 facturés" in warned[0]["message"]["fr"]


async def test_beyond_the_tolerance_an_accountant_must_ask_for_it_by_name(shop: Shop) -> None:
    job = await shop.job()
    invoice = await shop.invoice(job=job)
    accountant, biller = await shop.key("accountant"), await shop.key("biller")
    more: Json = {"quantity": "1050.0001"}
    by_name: Json = {**more, "allow_over_invoicing": True}

    refused = await shop.patch_line(invoice, more, key=accountant)
    forbidden = await shop.patch_line(invoice, by_name, key=biller)
    passed = await shop.patch_line(invoice, by_name, key=accountant)

    assert (refused.status, refused.code) == (409, "over_invoicing")
    assert "1\N{NO-BREAK SPACE}050,0001 facturés" in refused.json["detail"]
    assert (forbidden.status, forbidden.code) == (403, "forbidden")
    assert expect(passed, 200)["quantity"] == "1050.0001"
    # What is beyond already may be edited, as long as it does not grow.
    invoice["version"] += 1
    expect(await shop.patch_line(invoice, {"description": "x"}, key=biller), 200)
    invoice["version"] += 1
    expect(await shop.patch_line(invoice, {"quantity": "1050.00005"[:9]}, key=biller), 200)


async def test_the_tolerance_counts_all_invoices_of_a_job(shop: Shop) -> None:
    job = await shop.job()
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "600"}), 200)
    second = await shop.invoice(job=job)
    third = await shop.invoice(customer=first["customer"])

    over = await shop.patch_line(second, {"quantity": "451"})
    added = await shop.add_line(third, {"kind": "job", "job": job, "quantity": "51"})
    enough = await shop.add_line(third, {"kind": "job", "job": job, "quantity": "50"})

    assert (over.status, over.code) == (409, "over_invoicing")
    assert (added.status, added.code) == (409, "over_invoicing")
    assert enough.status == 201
    assert await shop.billed(job) == "1050"


async def test_two_clerks_who_bill_one_job_at_once_never_get_past_the_tolerance(shop: Shop) -> None:
    job = await shop.job()
    owner = (await shop.get_job(job))["customer"]
    invoices = [await shop.invoice(customer=owner) for _ in range(8)]

    replies = await asyncio.gather(
        *(shop.add_line(invoice, {"kind": "job", "job": job, "quantity": "300"}) for invoice in invoices),
        *(shop.api.post("/invoices", {"job": job}) for _ in range(2)),
    )

    assert {reply.status for reply in replies} == {201, 409}
    billed = await shop.billed(job)
    assert 900 <= int(billed) <= 1050, billed
