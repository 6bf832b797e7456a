"""A job changes while a pro forma bills it: nothing is changed behind the clerk's back, and everything is told."""

import pytest

from tests.integration.invoice_service.invoices.shop import CONTACT, CUSTOMER, JOB, Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


def odd(invoice: Json) -> list[tuple[str, str]]:
    return [
        (one["field"], one["code"])
        for one in invoice["warnings"]
        if one["code"] != "registration_number_missing"
    ]


async def declared(shop: Shop, invoice: Json, **fields: object) -> None:
    """The job of an invoice as production declares it from now on."""
    body = {**JOB, "customer": invoice["customer"], **fields}
    expect(await shop.api.put(f"/jobs/{invoice['jobs'][0]}", body), 200)


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        ({"title": "Autre", "po_number": "PO-9", "total_price": "1.00"}, []),
        ({"ordered_quantity": "999"}, [("lines[0].quantity", "over_ordered")]),
        ({"status": "cancelled"}, [("lines[0].job", "job_cancelled")]),
    ],
)
async def test_what_a_job_says_by_now_is_told_and_not_copied(
    shop: Shop, fields: Json, warned: list[tuple[str, str]]
) -> None:
    invoice = await shop.invoice()
    assert odd(invoice) == []

    await declared(shop, invoice, **fields)

    now = await shop.get(invoice["number"])
    assert odd(now) == warned
    assert {**now, "warnings": invoice["warnings"]} == invoice
    edited = expect(await shop.patch(invoice, {"message": "x"}), 200)
    assert odd(edited) == warned
    expect(await shop.patch_line(edited, {"po_number": "PO"}), 200)
    assert odd(await shop.get(invoice["number"])) == warned


async def test_a_job_of_somebody_else_by_now_is_told(shop: Shop) -> None:
    invoice = await shop.invoice()

    await declared(shop, invoice, customer=await shop.customer())

    assert odd(await shop.get(invoice["number"])) == [("lines[0].job", "other_payer")]


async def test_a_credit_that_gives_nothing_back_leaves_the_quantity_billed(shop: Shop) -> None:
    job = await shop.job(unit_price="2.00")
    invoice = await shop.transferred(await shop.invoice(job=job))
    line = invoice["lines"][0]["id"]
    asked = [{"line": line, "quantity": "100", "release_quantity": False}]
    await shop.finalize(expect(await shop.credit(invoice, lines=asked), 201))
    again = expect(await shop.api.post("/invoices", {"job": job, "force": True}), 201)

    edited = expect(await shop.patch_line(again, {"quantity": "10", "allow_over_invoicing": True}), 200)

    assert edited["quantity"] == "10"
    assert odd(await shop.get(again["number"])) == [("lines[0].quantity", "over_ordered")]


async def test_a_charge_says_where_else_its_job_stands(shop: Shop) -> None:
    charge = {"id": "x1", "description": "Livraison", "quantity": "2", "unit_price": "40.00"}
    job = await shop.job(extra_charges=[{**charge, "gl_account": await shop.account()}])
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "1"}, line=1), 200)

    second = await shop.invoice(job=job)

    assert [line["kind"] for line in second["lines"]] == ["extra_charge"]
    assert [use["number"] for use in second["lines"][0]["other_invoices"]] == [first["number"]]
    assert (await shop.get(second["number"]))["lines"] == second["lines"]


@pytest.mark.parametrize("contacts", [[], [{**CONTACT, "active": False}]])
async def test_a_contact_that_is_gone_is_told(shop: Shop, contacts: list[Json]) -> None:
    invoice = await shop.invoice()

    expect(await shop.api.put(f"/customers/{invoice['customer']}", {**CUSTOMER, "contacts": contacts}), 200)

    assert odd(await shop.get(invoice["number"])) == [("billing_contact", "billing_contact_gone")]
