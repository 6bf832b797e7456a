"""Credit notes: of everything, by quantity, by amount."""

import asyncio
from decimal import Decimal

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, figures, of_job, text_line

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def sent(shop: Shop, *lines: Json, customer: str | None = None) -> Json:
    """A transferred invoice with these lines, or of a job of 1000 for 15 812.65."""
    invoice = await shop.billing(*lines, customer=customer) if lines else await shop.invoice()
    return await shop.transferred(invoice)


async def test_without_lines_all_that_remains_is_credited(shop: Shop) -> None:
    invoice = await sent(
        shop, {"price": "100.00"}, {"price": "-10.00"}, {"kind": "text", "description": "Note"}
    )

    reply = await shop.credit(invoice, reason="mauvaise adresse")

    credit = expect(reply, 201)
    assert reply.headers["Location"].endswith(credit["number"])
    assert reply.headers["ETag"] == '"v1"'
    assert (credit["kind"], credit["status"], credit["credited_invoice"], credit["credit_reason"]) == (
        "credit_note",
        "proforma_draft",
        invoice["number"],
        "mauvaise adresse",
    )
    assert [(line["quantity"], line["total"]) for line in credit["lines"]] == [
        ("-1", "-100.00"),
        ("-1", "10.00"),
    ]
    assert figures(credit) == ("-90.00", ["-4.50", "-8.98"], "-103.48")
    assert (credit["rebill"], credit["due_date"]) == (None, None)
    assert (await shop.get(invoice["number"]))["credit_notes"] == [credit["number"]]
    assert await shop.get(credit["number"]) == {name: credit[name] for name in credit if name != "rebill"}


async def test_a_final_credit_mirrors_its_invoice_and_names_it(shop: Shop) -> None:
    job, invoice = await of_job(shop)
    credit = expect(await shop.credit(invoice), 201)
    assert await shop.billed(job) == "1000"

    final = await shop.finalize(credit)

    assert figures(final) == ("-15812.65", ["-790.63", "-1577.31"], "-18180.59")
    assert (final["status"], final["due_date"], final["credited_invoice"]) == (
        "final_ready",
        None,
        invoice["number"],
    )
    assert await shop.billed(job) == "0"
    (command,) = await shop.outbox(final, "document.render")
    assert command["document"]["credited_invoice"] == {
        "number": invoice["number"],
        "date": invoice["date"],
        "reason": "erreur",
    }
    assert command["document"]["due_date"] is None
    assert [event["number"] for event in await shop.outbox(invoice, "invoice.credited")] == [
        invoice["number"]
    ]
    assert await shop.get(final["number"]) == final


async def test_the_postings_of_a_credit_are_those_of_its_invoice_reversed(shop: Shop) -> None:
    revenue, receivable, tax = [
        await shop.account(),
        await shop.account("asset"),
        await shop.account("liability"),
    ]
    code = shop.code("TX")
    rates = [{"from": "2020-01-01", "rate": "0.05"}]
    taxes = [{"code": shop.code("T"), "name": {"fr": "T", "en": "T"}, "rates": rates, "gl_account": tax}]
    expect(await shop.api.put(f"/tax-codes/{code}", {"description": "x", "taxes": taxes}), 201)
    customer = await shop.customer(tax_code=code)
    async with shop.settings(
        connector="ledger", default_revenue_account=revenue, default_receivable_account=receivable
    ):
        invoice = await sent(shop, {"price": "100.00"}, customer=customer)
        final = await shop.finalize(expect(await shop.credit(invoice), 201))

    (billed,) = await shop.outbox(invoice, "accounting.transfer")
    (credited,) = await shop.outbox(final, "accounting.transfer")
    assert [Decimal(one["amount"]) for one in billed["postings"]] == [
        -Decimal(one["amount"]) for one in credited["postings"]
    ]
    assert sum(Decimal(one["amount"]) for one in credited["postings"]) == 0
    assert (credited["kind"], credited["credited_invoice"], credited["total"], credited["due_date"]) == (
        "credit_note",
        invoice["number"],
        "-105.00",
        None,
    )


async def test_ten_times_ten_dollars_close_to_the_cent(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "100.00"})
    assert figures(invoice) == ("100.00", ["5.00", "9.98"], "114.98")
    line = invoice["lines"][0]["id"]

    finals = []
    for _ in range(10):
        credit = expect(await shop.credit(invoice, lines=[{"line": line, "amount": "10.00"}]), 201)
        assert credit["lines"][0]["quantity"] is None
        finals.append(await shop.finalize(credit))

    assert {final["subtotal"] for final in finals} == {"-10.00"}
    assert {final["taxes"][0]["amount"] for final in finals} == {"-0.50"}
    assert sum(Decimal(final["taxes"][1]["amount"]) for final in finals) == Decimal("-9.98")
    assert sum(Decimal(final["total"]) for final in finals) == Decimal("-114.98")
    assert all(
        Decimal(final["total"])
        == Decimal(final["subtotal"]) + sum(Decimal(tax["amount"]) for tax in final["taxes"])
        for final in finals
    )
    nothing_left = await shop.credit(invoice)
    assert (nothing_left.status, nothing_left.code) == (409, "not_creditable")
    seen = (await shop.get(invoice["number"]))["available_actions"]["credit"]
    assert seen["reason"]["code"] == "fully_credited"


async def test_by_quantity_then_what_remains(shop: Shop) -> None:
    job, invoice = await of_job(shop, ordered_quantity="3", total_price="100.00")
    line = invoice["lines"][0]["id"]

    first = await shop.finalize(
        expect(await shop.credit(invoice, lines=[{"line": line, "quantity": "1"}]), 201)
    )
    assert await shop.billed(job) == "2"
    kept = expect(
        await shop.credit(invoice, lines=[{"line": line, "quantity": "1", "release_quantity": False}]), 201
    )
    second = await shop.finalize(kept)
    assert await shop.billed(job) == "2"
    rest = await shop.finalize(expect(await shop.credit(invoice), 201))

    assert [final["lines"][0]["quantity"] for final in (first, second, rest)] == ["-1", "-1", "-1"]
    assert [final["subtotal"] for final in (first, second, rest)] == ["-33.33", "-33.34", "-33.33"]
    assert [line["release_quantity"] for final in (first, second, rest) for line in final["lines"]] == [
        True,
        False,
        True,
    ]
    assert sum(Decimal(final["total"]) for final in (first, second, rest)) == -Decimal(invoice["total"])
    assert await shop.billed(job) == "1"


async def test_quantity_and_amount_on_one_line(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "33.33", "quantity": "3"})
    line = invoice["lines"][0]["id"]
    finals = [
        await shop.finalize(expect(await shop.credit(invoice, lines=[{"line": line, "quantity": "1"}]), 201))
    ]
    finals.append(
        await shop.finalize(expect(await shop.credit(invoice, lines=[{"line": line, "amount": "0.01"}]), 201))
    )

    rest = expect(await shop.credit(invoice), 201)
    finals.append(await shop.finalize(rest))

    assert (rest["lines"][0]["quantity"], rest["lines"][0]["total"]) == (None, "-66.65")
    assert sum(Decimal(final["total"]) for final in finals) == -Decimal(invoice["total"])


async def test_drafts_reserve_and_give_back_when_deleted(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "10.00", "quantity": "10"})
    line = invoice["lines"][0]["id"]
    draft = expect(await shop.credit(invoice, lines=[{"line": line, "quantity": "7"}]), 201)

    over = await shop.credit(invoice, lines=[{"line": line, "quantity": "4"}])
    rest = expect(await shop.credit(invoice), 201)
    nothing = await shop.credit(invoice)
    assert (over.status, over.code, over.fields) == (422, "over_credit", {"lines[0]": "over_credit"})
    assert rest["lines"][0]["quantity"] == "-3"
    assert (nothing.status, nothing.code) == (409, "not_creditable")

    assert (await shop.delete(draft)).status == 204
    assert expect(await shop.credit(invoice), 201)["lines"][0]["quantity"] == "-7"


async def test_credits_that_were_drafted_first_close_whatever_the_order(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "0.335", "quantity": "3"})
    line = invoice["lines"][0]["id"]
    drafts = [
        expect(await shop.credit(invoice, lines=[{"line": line, "quantity": "1"}]), 201) for _ in range(3)
    ]

    finals = [await shop.finalize(draft) for draft in reversed(drafts)]

    # Each comes on top of what is final by then; what other drafts only reserve is not there yet.
    assert [final["subtotal"] for final in finals] == ["-0.34", "-0.33", "-0.34"]
    assert sum(Decimal(final["subtotal"]) for final in finals) == -Decimal(invoice["subtotal"])
    assert sum(Decimal(final["total"]) for final in finals) == -Decimal(invoice["total"])


async def test_drafts_of_everything_leave_nothing_though_their_cents_do_not_add_up_yet(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "0.334", "quantity": "3"})
    line = invoice["lines"][0]["id"]
    for _ in range(3):
        expect(await shop.credit(invoice, lines=[{"line": line, "quantity": "1"}]), 201)

    action = (await shop.get(invoice["number"]))["available_actions"]["credit"]
    reply = await shop.credit(invoice)

    assert (action["enabled"], action["reason"]["code"]) == (False, "fully_credited")
    assert (reply.status, reply.code) == (409, "not_creditable")


async def test_two_who_credit_the_rest_at_once_do_not_credit_it_twice(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "10.00", "quantity": "10"})

    replies = await asyncio.gather(*(shop.credit(invoice) for _ in range(4)))

    assert sorted(reply.status for reply in replies) == [201, 409, 409, 409]


async def test_a_clerk_reduces_removes_and_words_it(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "10.00", "quantity": "10"}, {"price": "5.00"}, {"price": "1.00"})
    credit = expect(await shop.credit(invoice), 201)

    reduced = expect(await shop.patch_line(credit, {"quantity": "4", "description": "Papier taché"}), 200)
    credit["version"] += 1
    amount = expect(await shop.patch_line(credit, {"amount": "0.40"}, line=2), 200)
    credit["version"] += 1
    assert (await shop.delete_line(credit, line=1)).status == 204
    credit["version"] += 1
    kept = expect(await shop.patch_line(credit, {"release_quantity": False}), 200)

    now = await shop.get(credit["number"])
    assert (reduced["quantity"], reduced["total"], reduced["description"]) == ("-4", "-40.00", "Papier taché")
    assert (amount["quantity"], amount["unit_price"], amount["total"]) == (None, None, "-0.40")
    assert kept["release_quantity"] is False
    assert [line["total"] for line in now["lines"]] == ["-40.00", "-0.40"]
    assert figures(now) == ("-40.40", ["-2.02", "-4.03"], "-46.45")


async def test_a_credit_takes_nothing_else_than_its_invoice_has(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "10.00", "quantity": "10"})
    credit = expect(await shop.credit(invoice), 201)

    added = await shop.add_line(credit, text_line("1.00"))
    over = await shop.patch_line(credit, {"quantity": "10.0001"})
    dearer = await shop.patch_line(credit, {"amount": "100.01"})
    priced = await shop.patch_line(credit, {"unit_price": "11.00", "tax_code": "00"})
    patched = await shop.patch(credit, {"tax_code": "00", "exchange_rate": "2"})
    resold = await shop.patch(credit, {"customer": await shop.customer()})

    assert (added.status, added.fields) == (422, {"kind": "foreign_line"})
    assert (over.status, over.code, over.fields) == (422, "over_credit", {"lines[0]": "over_credit"})
    assert (dearer.status, dearer.code) == (422, "over_credit")
    assert (priced.status, priced.fields) == (422, {"unit_price": "credit_fixed", "tax_code": "credit_fixed"})
    assert (patched.status, patched.fields) == (
        422,
        {"tax_code": "credit_fixed", "exchange_rate": "credit_fixed"},
    )
    assert (resold.status, resold.code) == (409, "customer_fixed")
    assert await shop.get(credit["number"]) == {name: credit[name] for name in credit if name != "rebill"}


async def test_an_amount_does_not_become_a_quantity_again(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "10.00"})
    line = invoice["lines"][0]["id"]
    credit = expect(await shop.credit(invoice, lines=[{"line": line, "amount": "2.00"}]), 201)

    reply = await shop.patch_line(credit, {"quantity": "1"})

    assert (reply.status, reply.fields) == (422, {"quantity": "credit_fixed"})


async def test_taxes_and_rates_are_those_of_the_invoice_whatever_they_are_now(shop: Shop) -> None:
    code, tax = shop.code("TX"), shop.code("T")
    rates = [{"from": "2020-01-01", "rate": "0.05"}]
    taxes = [{"code": tax, "name": {"fr": "Taxe", "en": "Tax"}, "rates": rates}]
    expect(await shop.api.put(f"/tax-codes/{code}", {"description": "x", "taxes": taxes}), 201)
    invoice = await sent(shop, {"price": "100.00"}, customer=await shop.customer(tax_code=code))
    rates.append({"from": "2025-01-01", "rate": "0.07"})
    expect(await shop.api.put(f"/tax-codes/{code}", {"description": "x", "taxes": taxes}), 200)

    final = await shop.finalize(expect(await shop.credit(invoice), 201))

    assert figures(final) == ("-100.00", ["-5.00"], "-105.00")
    assert final["taxes"][0]["rate"] == "0.05"


@pytest.mark.parametrize(
    ("lines", "code", "fields"),
    [
        ([{"line": "{line}", "quantity": "10.0001"}], "over_credit", {"lines[0]": "over_credit"}),
        ([{"line": "{line}", "amount": "100.01"}], "over_credit", {"lines[0]": "over_credit"}),
        ([{"line": "{line}", "quantity": "6"}, {"line": "{line}", "quantity": "5"}], "over_credit",
         {"lines[0]": "over_credit", "lines[1]": "over_credit"}),
        ([{"line": "{second}", "quantity": "2"}], "over_credit", {"lines[0]": "over_credit"}),
        ([{"line": "{text}", "amount": "1.00"}], "over_credit", {"lines[0]": "over_credit"}),
        ([{"line": "01a20bc5-b640-728c-bc82-09b53c9c2416", "quantity": "1"}], "invalid",
         {"lines[0].line": "foreign_line"}),
        ([{"line": "{line}"}], "invalid", {"lines[0].quantity": "required"}),
        ([{"line": "{line}", "quantity": "1", "amount": "1.00"}], "invalid", {"lines[0].amount": "invalid"}),
        ([{"line": "{line}", "quantity": "0"}], "invalid", {"lines[0].quantity": "invalid"}),
        ([{"line": "{line}", "quantity": "-1"}], "invalid", {"lines[0].quantity": "invalid"}),
        ([{"line": "{line}", "amount": "-1.00"}], "invalid", {"lines[0].amount": "invalid"}),
        ([{"line": "nonsense", "quantity": "1"}], "invalid", {"lines[0].line": "invalid"}),
        ([], "invalid", {"lines": "invalid"}),
    ],
)  # fmt: skip
async def test_more_or_else_than_the_invoice_has_is_refused(
    shop: Shop, lines: list[dict[str, str]], code: str, fields: dict[str, str]
) -> None:
    invoice = await sent(
        shop, {"price": "10.00", "quantity": "10"}, {"price": "1.00"}, {"kind": "text", "description": "Note"}
    )
    first, second, text = (line["id"] for line in invoice["lines"])
    asked = [
        {name: value.format(line=first, second=second, text=text) for name, value in line.items()}
        for line in lines
    ]

    reply = await shop.credit(invoice, lines=asked)

    assert (reply.status, reply.code, reply.fields) == (422, code, fields), reply.text
    assert (await shop.get(invoice["number"]))["credit_notes"] == []


async def test_only_what_accounting_has_is_credited_and_no_credit_note(shop: Shop) -> None:
    draft = await shop.billing({"price": "10.00"})
    ready = await shop.finalize(await shop.billing({"price": "10.00"}))
    credited = await sent(shop, {"price": "10.00"})
    credit = await shop.transferred(expect(await shop.credit(credited), 201))

    for invoice in (draft, ready, credited, credit):
        reply = await shop.credit(invoice)
        assert (reply.status, reply.code) == (409, "not_creditable")
    assert (await shop.get(credit["number"]))["available_actions"]["credit"]["reason"][
        "code"
    ] == "is_credit_note"


async def test_a_reason_is_needed_and_a_biller_does_not_credit(shop: Shop) -> None:
    invoice = await sent(shop, {"price": "10.00"})
    path = f"/invoices/{invoice['number']}/credit"

    reasonless = await shop.api.post(path, {})
    biller = await shop.api.post(path, {"reason": "x"}, key=await shop.key("biller"))

    assert (reasonless.status, reasonless.fields) == (422, {"reason": "required"})
    assert (biller.status, biller.code) == (403, "forbidden")


async def test_credits_of_their_own_series_when_the_shop_wants_it(shop: Shop) -> None:
    first, second = await sent(shop, {"price": "10.00"}), await sent(shop, {"price": "10.00"})

    shared = await shop.finalize(expect(await shop.credit(first), 201))
    async with shop.settings(credit_series="own"):
        own = await shop.finalize(expect(await shop.credit(second), 201))

    assert shared["number"].isdigit()
    assert own["number"] == "NC-00001"
