from typing import Any

import pytest

from tests.integration.invoice_service.billing import bill, waiting
from tests.integration.invoice_service.production import JOB
from tests.support.invoicing import Invoicing


async def test_is_put_whole_and_read_with_what_billing_made_of_it(shop: Invoicing) -> None:
    created = await shop.put("/jobs/D-0024", {**JOB, "ship_to": "a1", "gl_account": "4444"})
    read = await shop.get("/jobs/D-0024")

    assert created.status == 201
    assert (
        read.json
        == created.json
        == {
            "number": "D-0024",
            "customer": "C-0153",
            "title": "Encarts",
            "description": None,
            "ordered_quantity": "1000",
            "produced_quantity": None,
            "unit_price": None,
            "total_price": "15812.65",
            "currency": None,
            "po_number": None,
            "product": None,
            "gl_account": "4444",
            "ship_to": "a1",
            "status": "production_complete",
            "completed_at": "2025-07-18T14:00:00Z",
            "extra_charges": [],
            "billed_quantity": "0",
            "remaining_quantity": "1000",
            "amount_waiting": "15812.65",
            "invoices": [],
        }
    )


async def test_what_invoices_bill_is_counted_and_what_finals_release_given_back(shop: Invoicing) -> None:
    await shop.put("/jobs/D-0024", JOB)
    database = shop.database

    async def now() -> tuple[str, str, str]:
        return waiting((await shop.get("/jobs/D-0024")).json)

    final = await bill(database, "PF-1", job="D-0024", quantity="400", final=True)
    assert await now() == ("400", "600", "9487.59")
    await bill(database, "PF-2", job="D-0024", quantity="100.5")
    assert await now() == ("500.5", "499.5", "7898.42")
    draft = await bill(database, "PF-3", job="D-0024", quantity="-50", credits_=final)
    assert await now() == ("500.5", "499.5", "7898.42")
    await database.fetch("delete from invoices where id = $1", draft)
    await bill(database, "PF-4", job="D-0024", quantity="-50", credits_=final, final=True)
    assert await now() == ("450.5", "549.5", "8689.05")
    await bill(database, "PF-5", job="D-0024", quantity="-50", credits_=final, final=True, release=False)
    assert await now() == ("450.5", "549.5", "8689.05")
    await bill(database, "PF-6", job="D-0024", quantity="900")
    assert await now() == ("1350.5", "0", "0.00")

    invoices = (await shop.get("/jobs/D-0024")).json["invoices"]
    assert invoices[0] == {
        "number": "F-PF-1",
        "date": "2025-07-18",
        "quantity": "400",
        "status": "final_sent",
    }
    assert {one["number"]: one["quantity"] for one in invoices} == {
        "F-PF-1": "400",
        "PF-2": "100.5",
        "F-PF-4": "-50",
        "F-PF-5": "-50",
        "PF-6": "900",
    }


async def test_a_job_without_price_is_worth_its_product(shop: Invoicing) -> None:
    job = {key: value for key, value in JOB.items() if key != "total_price"}

    reply = await shop.put("/jobs/D-0024", {**job, "product": "P-1"})

    assert reply.json["amount_waiting"] == "2500.00"


async def test_unknown_references_are_told_all_at_once(shop: Invoicing) -> None:
    charge = {"id": "x1", "code": "no", "quantity": "1", "product": "no", "gl_account": "no"}

    unknown = await shop.put(
        "/jobs/D-1", {**JOB, "ship_to": "a9", "product": "no", "gl_account": "no", "extra_charges": [charge]}
    )
    customer = await shop.put("/jobs/D-1", {**JOB, "customer": "C-9", "gl_account": "no"})

    assert (unknown.status, unknown.code) == (422, "unknown_reference")
    assert set(unknown.fields) == {
        "ship_to",
        "product",
        "gl_account",
        "extra_charges[0].code",
        "extra_charges[0].product",
        "extra_charges[0].gl_account",
    }
    assert set(customer.fields) == {"customer", "gl_account"}


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"unit_price": "1"}, "price_twice", "total_price"),
        (
            {"extra_charges": [{"id": "x1", "quantity": "1", "description": "a"}]},
            "account_or_product_required",
            "extra_charges[0].gl_account",
        ),
        (
            {"extra_charges": [{"id": "x1", "quantity": "1", "gl_account": "4444"}]},
            "invalid",
            "extra_charges[0].description",
        ),
        (
            {"extra_charges": [{"id": "x1", "code": "livraison", "quantity": "1"}] * 2},
            "invalid",
            "extra_charges[1].id",
        ),
    ],
)
async def test_an_unfit_job_is_refused(
    shop: Invoicing, fields: dict[str, Any], code: str, field: str
) -> None:
    reply = await shop.put("/jobs/D-1", {**JOB, **fields})

    assert (reply.status, reply.code, list(reply.fields)) == (422, code, [field])
    assert (await shop.get("/jobs/D-1")).status == 404


async def test_billable_are_the_jobs_that_can_be_billed(shop: Invoicing) -> None:
    await shop.put("/customers/C-P", {"name": "Prospect", "prospect": True})
    charge = {"id": "x1", "code": "livraison", "quantity": "1"}
    for number, fields in (
        ("D-open", {"status": "in_production"}),
        ("D-later", {"status": "pending_launch"}),
        ("D-off", {"status": "cancelled"}),
        ("D-prospect", {"customer": "C-P"}),
        ("D-billed", {}),
        ("D-partly", {}),
        ("D-charge", {"extra_charges": [charge]}),
        ("D-done", {"extra_charges": [charge]}),
        ("D-zero", {"ordered_quantity": "0"}),
    ):
        assert (await shop.put(f"/jobs/{number}", {**JOB, **fields})).status == 201
    for number, quantity in (
        ("D-billed", "1000"),
        ("D-partly", "999"),
        ("D-charge", "1000"),
        ("D-done", "1000"),
    ):
        await bill(shop.database, f"PF-{number}", job=number, quantity=quantity)
    await bill(shop.database, "PF-x", job="D-done", quantity="1", extra_charge="x1")

    async def numbers(query: str) -> set[str]:
        return {job["number"] for job in (await shop.get(f"/jobs?{query}")).json["data"]}

    assert await numbers("billable=true") == {"D-open", "D-partly", "D-charge"}
    assert await numbers("billable=false") == {
        "D-later",
        "D-off",
        "D-prospect",
        "D-billed",
        "D-done",
        "D-zero",
    }
    assert await numbers("billable=true&status=production_complete&status=shipped") == {
        "D-partly",
        "D-charge",
    }
    assert await numbers("customer=C-P") == {"D-prospect"}


async def test_the_oldest_completed_job_comes_first(shop: Invoicing) -> None:
    await shop.put("/jobs/D-3", {**JOB, "status": "in_production"})
    for number in ("D-2", "D-1"):
        await shop.put(f"/jobs/{number}", JOB)
        shop.clock.pass_(hours=1)
    await shop.put("/jobs/D-2", {**JOB, "status": "shipped", "title": "Autre"})

    listed = await shop.get("/jobs?sort=completed_at")
    reopened = await shop.put("/jobs/D-2", {**JOB, "status": "in_production"})

    assert [job["number"] for job in listed.json["data"]] == ["D-2", "D-1", "D-3"]
    assert reopened.json["completed_at"] is None
