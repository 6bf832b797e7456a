"""Extra charges of a job: billed with it, over several invoices, each once."""

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def with_charges(shop: Shop, **job: str) -> tuple[str, str]:
    """A job with two charges, and its customer."""
    account, customer = await shop.account(), await shop.customer()
    charges = [
        {
            "id": "x1",
            "description": "Livraison",
            "quantity": "3",
            "unit_price": "40.00",
            "gl_account": account,
        },
        {"id": "x2", "description": "Épreuve", "quantity": "1", "gl_account": account},
    ]
    return await shop.job(customer, extra_charges=charges, **job), customer


def lines(invoice: Json) -> list[tuple[str | None, str | None, str | None]]:
    return [(line["extra_charge"], line["quantity"], line["total"]) for line in invoice["lines"]]


async def billed(shop: Shop, job: str) -> dict[str, str]:
    rows = await shop.database.fetch(
        "select x.id, charge_billed(x.job, x.id) as billed from job_extra_charges x where job = $1 order by id",
        job,
    )
    return {row["id"]: f"{row['billed'].normalize():f}" for row in rows}


async def test_what_no_invoice_bills_yet_comes_with_the_job(shop: Shop) -> None:
    job, _ = await with_charges(shop)
    before = await shop.get_job(job)

    invoice = await shop.invoice(job=job)

    assert before["amount_waiting"] == "15932.65"
    assert lines(invoice) == [(None, "1000", "15812.65"), ("x1", "3", "120.00"), ("x2", "1", None)]
    assert await billed(shop, job) == {"x1": "3", "x2": "1"}
    assert (await shop.get_job(job))["amount_waiting"] == "0.00"


async def test_over_several_invoices(shop: Shop) -> None:
    job, customer = await with_charges(shop)
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "1"}, line=1), 200)
    first["version"] += 1
    assert (await shop.delete_line(first, line=2)).status == 204

    second = await shop.invoice(job=job)
    assert lines(second) == [("x1", "2", "80.00"), ("x2", "1", None)]
    third = await shop.invoice(customer=customer)
    nothing = expect(
        await shop.add_line(third, {"kind": "extra_charge", "job": job, "extra_charge": "x1"}), 201
    )
    assert (nothing["quantity"], nothing["total"]) == ("0", "0.00")

    full = await shop.api.post("/invoices", {"job": job})
    assert (full.status, full.code) == (409, "job_fully_billed")


async def test_a_job_billed_but_for_a_charge_is_not_fully_billed(shop: Shop) -> None:
    job, _ = await with_charges(shop)
    first = await shop.invoice(job=job)
    assert (await shop.delete_line(first, line=1)).status == 204

    second = await shop.invoice(job=job)
    listed = expect(await shop.api.get("/jobs", query={"billable": "true", "q": job}), 200)

    assert lines(second) == [("x1", "3", "120.00")]
    assert listed["count"] == 0


async def test_a_typed_quantity_is_cleared_back_to_what_remains(shop: Shop) -> None:
    job, _ = await with_charges(shop)
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "1"}, line=1), 200)
    second = await shop.invoice(job=job)
    expect(await shop.patch_line(second, {"quantity": "0.5"}), 200)
    second["version"] += 1

    line = expect(await shop.patch_line(second, {"quantity": None}), 200)

    assert (line["quantity"], line["manual"]) == ("2", [])


async def test_credited_and_billed_again(shop: Shop) -> None:
    job, _ = await with_charges(shop)
    draft = await shop.invoice(job=job)
    expect(await shop.patch_line(draft, {"unit_price": "10.00"}, line=2), 200)
    invoice = await shop.transferred(draft)
    credit = expect(await shop.credit(invoice, rebill=True), 201)
    again = await shop.get(credit["rebill"])

    assert lines(again) == [(None, "1000", "15812.65"), ("x1", "3", "120.00"), ("x2", "1", "10.00")]
    assert await billed(shop, job) == {"x1": "3", "x2": "1"}
    assert (await shop.delete_line(again, line=1)).status == 204
    await shop.finalize(credit)

    assert await billed(shop, job) == {"x1": "0", "x2": "1"}
    assert lines(await shop.invoice(job=job)) == [("x1", "3", "120.00")]


async def test_a_copy_bills_of_each_charge_what_remains(shop: Shop) -> None:
    job, _ = await with_charges(shop)
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "1"}, line=1), 200)

    copy = expect(await shop.api.post(f"/invoices/{first['number']}/duplicate"), 201)

    assert lines(copy) == [(None, "0", "0.00"), ("x1", "2", "80.00"), ("x2", "0", None)]


async def test_one_charge_twice_on_an_invoice_is_shared_by_a_copy(shop: Shop) -> None:
    job, customer = await with_charges(shop)
    invoice = await shop.invoice(customer=customer)
    for quantity in ("1", "1"):
        body = {"kind": "extra_charge", "job": job, "extra_charge": "x1", "quantity": quantity}
        expect(await shop.add_line(invoice, body), 201)
        invoice["version"] += 1

    copy = expect(await shop.api.post(f"/invoices/{invoice['number']}/duplicate"), 201)

    assert lines(copy) == [("x1", "1", "40.00"), ("x1", "0", "0.00")]


async def test_a_billed_charge_can_not_be_taken_away(shop: Shop) -> None:
    job, customer = await with_charges(shop)
    await shop.invoice(job=job)

    removed = await shop.api.delete(f"/jobs/{job}/extra-charges/x1")
    replaced = await shop.api.put(
        f"/jobs/{job}", {"customer": customer, "title": "x", "ordered_quantity": "1", "status": "completed"}
    )

    assert [(reply.status, reply.code) for reply in (removed, replaced)] == [(409, "in_use")] * 2


async def test_a_charge_is_named_by_its_id_or_its_code(shop: Shop) -> None:
    account, customer = await shop.account(), await shop.customer()
    code = shop.code("livraison")
    body = {
        "description": {"fr": "Livraison", "en": "Delivery"},
        "unit_price": "40.00",
        "gl_account": account,
    }
    expect(await shop.api.put(f"/extra-charges/{code}", body), 201)
    charges = [{"id": "x1", "code": code, "quantity": "1"}, {"id": "x2", "code": code, "quantity": "2"}]
    job = await shop.job(customer, extra_charges=charges)
    other = await shop.job(customer, extra_charges=[{"id": "y1", "code": code, "quantity": "5"}])
    invoice = await shop.invoice(customer=customer)

    async def add(**named: str) -> Json:
        line = expect(await shop.add_line(invoice, {"kind": "extra_charge", **named}), 201)
        invoice["version"] += 1
        return line

    by_code = await add(job=job, extra_charge=code)
    of_the_invoice = await add(extra_charge="x2")
    of_another = await add(job=other, extra_charge=code)
    billed_already = await add(extra_charge=code)

    named = [
        (one["job"], one["extra_charge"], one["quantity"]) for one in (by_code, of_the_invoice, of_another)
    ]
    assert named == [(job, "x1", "1"), (job, "x2", "2"), (other, "y1", "5")]
    assert (billed_already["job"], billed_already["extra_charge"], billed_already["quantity"]) == (
        job,
        "x1",
        "0",
    )
