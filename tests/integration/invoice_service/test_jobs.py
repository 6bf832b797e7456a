import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.extra_charges import ChargeInput
from services.invoice_service.application.put_extra_charge import put_extra_charge
from services.invoice_service.application.put_job import PutJob, job_input_of, put_job
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.domain.errors import Conflict, Invalid
from shared.contracts.production import JobData
from tests.integration.invoice_service.billing import bill, waiting
from tests.support.invoicing import Invoicing

BOTH = {"fr": "Livraison", "en": "Delivery"}
JOB: dict[str, Any] = {
    "customer": "C-0153",
    "title": "Encarts",
    "ordered_quantity": "1000",
    "total_price": "15812.65",
    "status": "production_complete",
}
TIME = dt.datetime(2025, 7, 18, 14, 3, 11, tzinfo=dt.UTC)


@pytest.fixture
async def shop(invoicing: Invoicing) -> Invoicing:
    """A customer with a shipping address, an account, a product, and a code of extra charges."""
    address = {"id": "a1", "kind": "shipping", "line1": "1 rue X", "city": "Québec", "country": "CA"}
    for path, body in (
        ("/customers/C-0153", {"name": "Éditions Zoé", "addresses": [address]}),
        ("/gl-accounts/4444", {"description": "Ventes", "category": "revenue"}),
        ("/products/P-1", {"description": BOTH, "unit_price": "2.5", "gl_account": "4444"}),
        ("/extra-charges/livraison", {"description": BOTH, "unit_price": "40.00", "gl_account": "4444"}),
    ):
        reply = await invoicing.put(path, body)
        assert reply.status == 201, reply.text
    return invoicing


async def by_message(shop: Invoicing, at: dt.datetime, **fields: Any) -> PutJob:  # noqa: ANN401 - any field
    """What a message of production does."""
    data = JobData.model_validate({"number": "D-0024", **JOB, **fields})
    async with shop.services.transactions.writing() as uow:
        return await put_job(uow, Context(SYSTEM, shop.clock(), "m-1"), job_input_of(data), message_time=at)


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


async def test_a_message_leaves_charges_alone_that_it_does_not_speak_of(shop: Invoicing) -> None:
    await shop.put(
        "/jobs/D-0024", {**JOB, "extra_charges": [{"id": "x1", "code": "livraison", "quantity": "1"}]}
    )

    silent = await by_message(shop, TIME, title="Encarts 2")
    speaking = await by_message(shop, TIME, extra_charges=[])

    assert [charge.id for charge in silent.job.extra_charges] == ["x1"]
    assert (silent.job.title, silent.created, silent.superseded) == ("Encarts 2", False, False)
    assert speaking.job.extra_charges == ()


async def test_an_older_message_leaves_the_job_alone(shop: Invoicing) -> None:
    first = await by_message(shop, TIME, title="Newest")
    older = await by_message(shop, TIME - dt.timedelta(seconds=1), title="Older")
    same_time = await by_message(shop, TIME, title="Same time")
    put = await shop.put("/jobs/D-0024", {**JOB, "title": "By hand"})

    assert (first.created, first.superseded) == (True, False)
    assert first.job.completed_at == TIME
    assert (older.superseded, older.job.title) == (True, "Newest")
    assert (same_time.superseded, same_time.job.title) == (False, "Same time")
    assert put.json["title"] == "By hand"
    assert (await by_message(shop, TIME - dt.timedelta(days=1), title="Old")).superseded


async def test_putting_the_same_again_leaves_no_trace(shop: Invoicing) -> None:
    await by_message(shop, TIME)
    again = await by_message(shop, TIME)
    later = await by_message(shop, TIME + dt.timedelta(hours=1))
    put = await shop.put("/jobs/D-0024", JOB)

    assert not again.created
    assert later.job.message_time == TIME + dt.timedelta(hours=1)
    assert put.status == 200
    assert [row["action"] for row in await shop.audit("job", "D-0024")] == ["created"]


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


async def test_what_the_next_step_noted_outlasts_a_put(shop: Invoicing) -> None:
    await shop.put("/jobs/D-0024", JOB)
    invoice_id = uuid.uuid4()
    async with shop.services.transactions.writing() as uow:
        await uow.jobs.note_auto_draft("D-0024", Decimal(1000), invoice_id)

    await shop.put("/jobs/D-0024", {**JOB, "title": "Autre"})

    (row,) = await shop.database.fetch("select auto_draft_remaining, auto_draft_invoice from jobs")
    assert tuple(row) == (1000, invoice_id)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"number": "D/1"}, Invalid),
        ({"title": "a\0b"}, Invalid),
        ({"customer": "C-9"}, Invalid),
        ({"extra_charges": [{"id": "x1", "quantity": "-1", "code": "livraison"}]}, Invalid),
    ],
)
async def test_a_message_is_held_to_the_same_rules(
    shop: Invoicing, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await by_message(shop, TIME, **fields)


async def test_a_message_can_not_take_a_billed_charge_away(shop: Invoicing) -> None:
    charge = {"id": "x1", "code": "livraison", "quantity": "1"}
    await shop.put("/jobs/D-0024", {**JOB, "extra_charges": [charge]})
    await bill(shop.database, "PF-1", job="D-0024", quantity="1", extra_charge="x1")

    with pytest.raises(Conflict) as refused:
        await by_message(shop, TIME, extra_charges=[])

    assert (refused.value.code, refused.value.data) == ("in_use", {"ref": "x1"})
