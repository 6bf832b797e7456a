"""Credit and rebill: an invoice credited whole and billed again, in one step."""

import pytest

from tests.integration.invoice_service.invoices.shop import Shop, expect, figures, of_job, text_line

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_billed_again_in_one_step(shop: Shop) -> None:
    job, invoice = await of_job(shop)

    credit = expect(await shop.credit(invoice, rebill=True), 201)

    again = await shop.get(credit["rebill"])
    assert await shop.get(credit["number"]) == {name: credit[name] for name in credit if name != "rebill"}
    assert (again["kind"], again["status"]) == ("invoice", "proforma_draft")
    assert figures(again) == figures(invoice)
    assert [line["quantity"] for line in again["lines"]] == ["1000"]
    assert await shop.billed(job) == "1000"
    assert [warning["code"] for warning in again["warnings"]] == ["registration_number_missing"] * 2
    waiting = await shop.api.post(f"/invoices/{again['number']}/finalize")
    assert (waiting.status, waiting.fields) == (422, {"credited_invoice": "credit_not_final"})

    await shop.finalize(credit)
    assert await shop.billed(job) == "1000"
    assert (await shop.finalize(again))["status"] == "final_ready"
    assert await shop.billed(job) == "1000"


async def test_what_is_billed_again_may_grow_to_the_tolerance_and_no_further(shop: Shop) -> None:
    job, invoice = await of_job(shop)
    again = await shop.get(expect(await shop.credit(invoice, rebill=True), 201)["rebill"])

    over = await shop.patch_line(again, {"quantity": "1051"})
    less = await shop.patch_line(again, {"quantity": "200"})
    assert (over.status, over.code) == (409, "over_invoicing")
    assert expect(less, 200)["quantity"] == "200"
    assert await shop.billed(job) == "1000"

    again["version"] += 1
    back = await shop.patch_line(again, {"quantity": None})
    assert expect(back, 200)["quantity"] == "1000"
    again["version"] += 1
    expect(await shop.patch_line(again, {"quantity": "1050"}), 200)
    assert await shop.billed(job) == "1050"


async def test_what_stands_in_for_the_credit_does_so_once_not_again_in_its_duplicate(shop: Shop) -> None:
    job, invoice = await of_job(shop)
    rebill = expect(await shop.credit(invoice, rebill=True), 201)["rebill"]

    copy = expect(await shop.api.post(f"/invoices/{rebill}/duplicate"), 201)

    assert [line["quantity"] for line in copy["lines"]] == ["0"]
    assert await shop.billed(job) == "1000"


async def test_what_is_not_released_is_not_billed_again(shop: Shop) -> None:
    _, invoice = await of_job(shop)
    lines = [{"line": invoice["lines"][0]["id"], "quantity": "1000", "release_quantity": False}]

    reply = await shop.credit(invoice, lines=lines, rebill=True)

    assert (reply.status, reply.code) == (409, "over_invoicing")
    assert (await shop.get(invoice["number"]))["credit_notes"] == []


async def test_lines_of_one_job_together_stand_in_for_what_is_credited(shop: Shop) -> None:
    job = await shop.job(unit_price="1.00")
    invoice = await shop.invoice(job=job)
    expect(await shop.patch_line(invoice, {"quantity": "300"}), 200)
    invoice["version"] += 1
    expect(await shop.add_line(invoice, {"kind": "job", "job": job}), 201)
    invoice = await shop.transferred(invoice)
    again = await shop.get(expect(await shop.credit(invoice, rebill=True), 201)["rebill"])
    assert [line["quantity"] for line in again["lines"]] == ["300", "700"]
    assert await shop.billed(job) == "1000"

    over = await shop.patch_line(again, {"quantity": "351"})
    expect(await shop.patch_line(again, {"quantity": "350"}), 200)

    assert (over.status, over.code) == (409, "over_invoicing")
    assert await shop.billed(job) == "1050"


async def test_a_smaller_credit_leaves_less_room_for_what_is_billed_again(shop: Shop) -> None:
    job, invoice = await of_job(shop)
    credit = expect(await shop.credit(invoice, rebill=True), 201)

    over = await shop.patch_line(credit, {"quantity": "900"})
    kept = await shop.patch_line(credit, {"release_quantity": False})
    within = await shop.patch_line(credit, {"quantity": "950"})
    removed = await shop.delete_line({**credit, "version": credit["version"] + 1})

    assert [(reply.status, reply.code) for reply in (over, kept, removed)] == [(409, "over_invoicing")] * 3
    assert expect(within, 200)["quantity"] == "-950"
    assert await shop.billed(job) == "1050"


async def test_only_what_is_credited_now_is_billed_again(shop: Shop) -> None:
    customer = await shop.customer()
    first, second = await shop.job(customer), await shop.job(customer)
    invoice = await shop.invoice(job=first)
    expect(await shop.add_line(invoice, {"kind": "job", "job": second}), 201)
    invoice["version"] += 1
    expect(await shop.add_line(invoice, {"kind": "text", "description": "Note"}), 201)
    invoice["version"] += 1
    expect(await shop.add_line(invoice, text_line("10.00")), 201)
    invoice = await shop.transferred(invoice)
    lines = [line["id"] for line in invoice["lines"]]
    earlier = [{"line": lines[1], "quantity": "1000"}, {"line": lines[3], "amount": "4.00"}]
    await shop.finalize(expect(await shop.credit(invoice, lines=earlier), 201))

    again = await shop.get(expect(await shop.credit(invoice, rebill=True), 201)["rebill"])

    # Of the amount that was left, nobody knows yet how it is billed anew.
    assert [(line["job"], line["quantity"], line["total"]) for line in again["lines"]] == [
        (first, "1000", "15812.65"),
        (None, None, None),
        (None, "0", "0.00"),
    ]
    assert (await shop.billed(first), await shop.billed(second)) == ("1000", "0")


async def test_deleting_the_draft_credit_deletes_what_bills_again(shop: Shop) -> None:
    job, invoice = await of_job(shop)
    credit = expect(await shop.credit(invoice, rebill=True), 201)
    again = await shop.get(credit["rebill"])

    assert (await shop.delete(credit)).status == 204

    assert (await shop.api.get(f"/invoices/{again['number']}")).status == 404
    assert await shop.billed(job) == "1000"
    gone = await shop.api.audit("invoice", again["id"])
    assert gone[-1]["action"] == "invoice.deleted"
    assert [event["status"] for event in await shop.outbox(again, "invoice.deleted")] == ["deleted"]
    assert (await shop.credit(invoice)).status == 201


async def test_a_draft_credit_stays_while_what_bills_again_is_being_mailed(shop: Shop) -> None:
    _, invoice = await of_job(shop)
    credit = expect(await shop.credit(invoice, rebill=True), 201)
    expect(await shop.email(await shop.get(credit["rebill"])), 202)

    reply = await shop.delete(credit)

    assert (reply.status, reply.code) == (409, "not_deletable")


async def test_what_bills_again_may_be_deleted_alone(shop: Shop) -> None:
    job, invoice = await of_job(shop)
    credit = expect(await shop.credit(invoice, rebill=True), 201)

    assert (await shop.delete(await shop.get(credit["rebill"]))).status == 204

    await shop.finalize(credit)
    assert await shop.billed(job) == "0"


async def test_a_copy_of_a_credit_note_is_an_invoice(shop: Shop) -> None:
    _, invoice = await of_job(shop)
    credit = await shop.finalize(expect(await shop.credit(invoice), 201))

    copy = expect(await shop.api.post(f"/invoices/{credit['number']}/duplicate"), 201)

    assert (copy["kind"], copy["credited_invoice"]) == ("invoice", None)
    assert figures(copy) == figures(invoice)
