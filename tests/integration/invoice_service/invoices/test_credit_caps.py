"""How much of an invoice can be credited: of each line, and in all."""

from decimal import Decimal

import pytest

from tests.integration.invoice_service.invoices.shop import Shop, expect, figures, of_job
from tests.integration.invoice_service.invoices.test_crediting import sent

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_drafts_by_quantity_and_amount_leave_nothing_either(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "0.334", "quantity": "3"})
    line = invoice["lines"][0]["id"]
    for part in ({"quantity": "1"}, {"quantity": "1"}, {"amount": "0.33"}):
        expect(await shop.credit(invoice, lines=[{"line": line, **part}]), 201)

    action = (await shop.get(invoice["number"]))["available_actions"]["credit"]

    assert action["reason"]["code"] == "fully_credited"
    assert (await shop.credit(invoice)).code == "not_creditable"


async def test_what_was_billed_for_nothing_is_credited_to_be_billed_again(shop: Shop) -> None:
    job, invoice = await of_job(shop, unit_price="0")
    assert invoice["available_actions"]["credit"]["enabled"]

    final = await shop.finalize(expect(await shop.credit(invoice), 201))

    assert (final["lines"][0]["quantity"], final["total"], await shop.billed(job)) == ("-1000", "0.00", "0")
    after = await shop.get(invoice["number"])
    assert after["available_actions"]["credit"]["reason"]["code"] == "fully_credited"


async def test_of_an_invoice_for_nothing_at_all_there_is_nothing_to_credit_from_the_start(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00", "quantity": "0"}))

    marked = expect(await shop.api.post(f"/invoices/{final['number']}/transfer/mark", {"reason": "x"}), 200)

    assert marked["available_actions"]["credit"]["reason"]["code"] == "fully_credited"
    assert await shop.get(final["number"]) == marked


async def test_a_rebate_of_nothing_does_not_stand_in_the_way_of_the_rest(shop: Shop) -> None:
    rebate = {"kind": "text", "description": "Rabais", "quantity": "0", "total_price": "-1.06"}
    invoice = await sent(shop, {"price": "10.00"}, rebate)

    final = await shop.finalize(expect(await shop.credit(invoice), 201))

    assert (invoice["lines"][1]["total"], final["subtotal"]) == ("0.00", "-10.00")
    after = await shop.get(invoice["number"])
    assert after["available_actions"]["credit"]["reason"]["code"] == "fully_credited"


async def test_credits_never_come_to_more_than_was_owed_whatever_rebate_they_leave_out(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "100.00"}, {"price": "-40.00"})
    work, rebate = (line["id"] for line in invoice["lines"])

    whole = await shop.credit(invoice, lines=[{"line": work, "quantity": "1"}])
    part = expect(await shop.credit(invoice, lines=[{"line": work, "amount": "60.00"}]), 201)
    more = await shop.credit(invoice, lines=[{"line": work, "amount": "0.01"}])
    assert (whole.status, whole.code, whole.fields) == (422, "over_credit", {"total": "over_credit"})
    assert (more.status, more.code, more.fields) == (422, "over_credit", {"total": "over_credit"})
    assert figures(part) == ("-60.00", ["-3.00", "-5.99"], "-68.99")

    # A draft that credits the rebate makes room for the rest, once it is final itself.
    back = expect(await shop.credit(invoice, lines=[{"line": rebate, "quantity": "1"}]), 201)
    rest = expect(await shop.credit(invoice), 201)
    first = await shop.finalize(part)
    early = await shop.api.post(f"/invoices/{rest['number']}/finalize")
    assert (early.status, early.code, early.fields) == (422, "over_credit", {"total": "over_credit"})
    finals = [await shop.finalize(draft) for draft in (back, rest)]
    assert [final["subtotal"] for final in finals] == ["40.00", "-40.00"]
    assert sum(Decimal(final["total"]) for final in (first, *finals)) == -Decimal(invoice["total"])


async def test_the_line_that_credits_a_rebate_is_not_taken_away_from_the_rest(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "100.00"}, {"price": "-40.00"})
    credit = expect(await shop.credit(invoice), 201)

    rest = await shop.delete_line(credit, line=1)
    rebate = await shop.delete_line(credit, line=0)

    assert (rest.status, rest.code, rest.fields) == (422, "over_credit", {"total": "over_credit"})
    assert rebate.status == 204


async def test_what_another_draft_made_room_for_is_not_edited_once_that_one_is_gone(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "100.00"}, {"price": "20.00"}, {"price": "-40.00"})
    work, more, rebate = (line["id"] for line in invoice["lines"])
    back = expect(await shop.credit(invoice, lines=[{"line": rebate, "quantity": "1"}]), 201)
    asked = [{"line": work, "quantity": "1"}, {"line": more, "quantity": "1"}]
    credit = expect(await shop.credit(invoice, lines=asked), 201)
    assert (await shop.delete(back)).status == 204

    ordered = await shop.order_lines(credit, [line["id"] for line in reversed(credit["lines"])])
    smaller = await shop.patch_line(credit, {"amount": "60.00"})

    assert (ordered.status, ordered.fields) == (422, {"total": "over_credit"})
    assert expect(smaller, 200)["total"] == "-60.00"
