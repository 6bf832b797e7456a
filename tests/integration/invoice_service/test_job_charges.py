from decimal import Decimal

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.extra_charges import ChargeInput
from services.invoice_service.application.put_extra_charge import put_extra_charge
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.domain.errors import Invalid
from tests.integration.invoice_service.billing import bill
from tests.integration.invoice_service.production import JOB
from tests.support.invoicing import Invoicing


async def test_extra_charges_are_completed_from_their_code_and_product(shop: Invoicing) -> None:
    charges = [
        {"id": "x1", "code": "livraison", "quantity": "2"},
        {"id": "x2", "product": "P-1", "quantity": "1"},
        {
            "id": "x3",
            "code": "livraison",
            "quantity": "1",
            "description": "Spécial",
            "unit_price": "5",
            "product": "P-1",
        },
    ]
    await shop.put("/jobs/D-0024", {**JOB, "extra_charges": charges})
    await bill(shop.database, "PF-1", job="D-0024", quantity="1", extra_charge="x1")

    job = (await shop.get("/jobs/D-0024")).json

    assert [
        (one["description"], one["unit_price"], one["gl_account"], one["product"], one["remaining_quantity"])
        for one in job["extra_charges"]
    ] == [
        ("Livraison", "40.00", "4444", None, "1"),
        ("Livraison", "2.50", None, "P-1", "1"),
        ("Spécial", "5.00", None, "P-1", "1"),
    ]
    assert job["amount_waiting"] == "15860.15"


async def test_one_extra_charge_is_put_and_taken_away(shop: Invoicing) -> None:
    await shop.put(
        "/jobs/D-0024", {**JOB, "extra_charges": [{"id": "x1", "code": "livraison", "quantity": "1"}]}
    )
    path = "/jobs/D-0024/extra-charges"

    added = await shop.put(f"{path}/x2", {"description": "Frais", "quantity": "3", "product": "P-1"})
    changed = await shop.put(f"{path}/x1", {"code": "livraison", "quantity": "2"})
    without = await shop.put(f"{path}/x3", {"description": "Frais", "quantity": "1"})
    unknown = await shop.put(f"{path}/x3", {"code": "no", "quantity": "1"})
    nowhere = await shop.put("/jobs/D-9/extra-charges/x1", {"code": "livraison", "quantity": "1"})
    order = [one["id"] for one in (await shop.get("/jobs/D-0024")).json["extra_charges"]]
    deleted = [await shop.delete(f"{path}/x2"), await shop.delete(f"{path}/x2")]

    assert (added.status, added.json["unit_price"], added.json["remaining_quantity"]) == (201, "2.50", "3")
    assert (changed.status, changed.json["quantity"]) == (200, "2")
    assert (without.status, without.code) == (422, "account_or_product_required")
    assert without.fields == {"gl_account": "account_or_product_required"}
    assert unknown.fields == {"code": "unknown_reference"}
    assert (nowhere.status, nowhere.code) == (404, "not_found")
    assert order == ["x1", "x2"]
    assert [reply.status for reply in deleted] == [204, 404]
    assert (await shop.delete("/jobs/D-9/extra-charges/x1")).status == 404
    trail = await shop.audit("job", "D-0024")
    assert [change["field"] for row in trail[1:] for change in row["changes"]] == [
        "extra_charges.x2",
        "extra_charges.x1",
        "extra_charges.x2",
    ]


async def test_extra_charges_are_described_in_the_language_of_whoever_is_billed(shop: Invoicing) -> None:
    await shop.put("/customers/C-0900", {"name": "Northlight", "language": "en"})
    await shop.put("/customers/C-0901", {"name": "Succursale", "language": "fr", "bill_to": "C-0900"})
    charge = {"code": "livraison", "quantity": "1"}

    put = await shop.put(
        "/jobs/D-0024", {**JOB, "customer": "C-0901", "extra_charges": [{"id": "x1", **charge}]}
    )
    added = await shop.put("/jobs/D-0024/extra-charges/x2", charge)

    assert put.json["extra_charges"][0]["description"] == "Delivery"
    assert added.json["description"] == "Delivery"


async def test_a_billed_extra_charge_stays(shop: Invoicing) -> None:
    charge = {"id": "x1", "code": "livraison", "quantity": "1"}
    await shop.put("/jobs/D-0024", {**JOB, "extra_charges": [charge]})
    await bill(shop.database, "PF-1", job="D-0024", quantity="1", extra_charge="x1")

    by_itself = await shop.delete("/jobs/D-0024/extra-charges/x1")
    with_the_job = await shop.put("/jobs/D-0024", JOB)

    assert (by_itself.status, by_itself.code) == (409, "in_use")
    assert (with_the_job.status, with_the_job.code) == (409, "in_use")
    assert (await shop.get("/jobs/D-0024")).json["extra_charges"][0]["id"] == "x1"


async def test_an_extra_charge_on_a_line_without_quantity_stays_too(shop: Invoicing) -> None:
    charge = {"id": "x1", "code": "livraison", "quantity": "1"}
    await shop.put("/jobs/D-0024", {**JOB, "extra_charges": [charge]})
    await bill(shop.database, "PF-1", job="D-0024", quantity="0", extra_charge="x1")

    by_itself = await shop.delete("/jobs/D-0024/extra-charges/x1")
    with_the_job = await shop.put("/jobs/D-0024", JOB)

    assert (by_itself.status, by_itself.code) == (409, "in_use")
    assert (with_the_job.status, with_the_job.code) == (409, "in_use")


async def test_putting_the_same_charge_again_leaves_no_trace(shop: Invoicing) -> None:
    await shop.put("/jobs/D-0024", JOB)
    body = {"code": "livraison", "quantity": "2"}

    first = await shop.put("/jobs/D-0024/extra-charges/x1", body)
    again = await shop.put("/jobs/D-0024/extra-charges/x1", {**body, "quantity": "2.0000"})

    assert (first.status, again.status) == (201, 200)
    assert len(await shop.audit("job", "D-0024")) == 2


async def test_a_charge_that_is_unfit_is_refused_whoever_puts_it(shop: Invoicing) -> None:
    await shop.put("/jobs/D-0024", JOB)
    charge = ChargeInput(id="x 1", quantity=Decimal(-1), code="livraison")

    with pytest.raises(Invalid) as refused:
        async with shop.services.transactions.writing() as uow:
            await put_extra_charge(uow, Context(SYSTEM, shop.clock(), "c-1"), "D-0024", charge)

    assert [error.field for error in refused.value.errors] == ["id", "quantity"]
