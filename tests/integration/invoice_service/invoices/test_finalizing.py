"""Finalize: everything that is missing at once, the number, what is frozen, and what follows."""

import asyncio
import datetime as dt
import uuid

import pytest

from tests.integration.invoice_service.invoices.shop import (
    BILLING_ADDRESS,
    CONTACT,
    CUSTOMER,
    Json,
    Shop,
    expect,
    figures,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def finalize(shop: Shop, invoice: Json, **more: object) -> Json:
    reply = await shop.api.post(f"/invoices/{invoice['number']}/finalize", **more)
    return expect(reply, 200)


async def refusal(shop: Shop, invoice: Json) -> dict[str, str]:
    """What keeps an invoice from being final, by field."""
    reply = await shop.api.post(f"/invoices/{invoice['number']}/finalize")
    assert (reply.status, reply.code) == (422, "incomplete"), reply.text
    assert all(error["message"] != error["code"] for error in reply.json["errors"])
    assert await shop.get(invoice["number"]) == invoice
    return reply.fields


async def test_the_final_has_its_number_and_answers_to_both(shop: Shop) -> None:
    invoice = await shop.invoice()

    reply = await shop.api.post(f"/invoices/{invoice['number']}/finalize")

    final = expect(reply, 200)
    assert reply.headers["ETag"] == f'"v{final["version"]}"'
    assert final["version"] == invoice["version"] + 1
    assert (final["status"], final["number"], final["proforma_number"]) == (
        "final_ready",
        final["final_number"],
        invoice["number"],
    )
    assert len(final["number"]) == 5
    assert int(final["number"]) > 0
    assert final["finalized_at"] == "2025-07-18T14:00:00Z"
    assert figures(final) == ("15812.65", ["790.63", "1577.31"], "18180.59")
    assert (final["rendering"]["state"], final["delivery"]["state"]) == ("pending", "none")
    assert (final["transfer"]["state"], final["transfer"]["reason"]["code"]) == ("failed", "no_connector")
    assert final["warnings"] == []
    for ref in (final["number"], invoice["number"], invoice["id"]):
        assert await shop.get(ref) == final


async def test_again_it_answers_the_same_invoice(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00"}))

    again = await finalize(shop, final)
    by_old_number = await finalize(shop, {"number": final["proforma_number"]})
    with_old_version = await finalize(shop, final, headers={"If-Match": '"v1"'})

    assert again == by_old_number == with_old_version == final
    assert len(await shop.outbox(final, "invoice.finalized")) == 1


async def test_many_at_once_who_finalize_one_invoice_get_one_number(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})

    answers = await asyncio.gather(*(finalize(shop, invoice) for _ in range(8)))

    assert len({answer["number"] for answer in answers}) == 1
    assert len(await shop.outbox(invoice, "invoice.finalized")) == 1


async def test_a_version_that_was_told_must_be_current(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})

    reply = await shop.api.post(f"/invoices/{invoice['number']}/finalize", headers={"If-Match": '"v1"'})

    assert (reply.status, reply.code) == (412, "stale_version")
    assert reply.json["current"] == invoice


async def test_everything_that_is_missing_is_told_at_once(shop: Shop) -> None:
    customer = await shop.customer(
        po_required=True,
        contacts=[],
        currency="USD",
        addresses=[{**BILLING_ADDRESS, "province": "BC"}],
    )
    invoice = await shop.billing(
        {"price": "-10.00"},
        {"price": "1.00"},
        customer=customer,
        date="2025-01-31",
        hold={"reason": "prix à confirmer"},
    )
    expect(
        await shop.api.put(
            f"/customers/{customer}",
            {**CUSTOMER, "currency": "USD", "po_required": True, "contacts": [], "prospect": True},
        ),
        200,
    )
    invoice = await shop.get(invoice["number"])

    async with shop.settings(connector="ledger", locked_until="2025-01-31", line_account_required=True):
        missing = await refusal(shop, invoice)

    assert missing == {
        "tax_code": "tax_code_missing",
        "billing_contact": "billing_contact_missing",
        "customer": "prospect",
        "po_number": "po_number_missing",
        "lines[0].gl_account": "gl_account_missing",
        "lines[1].gl_account": "gl_account_missing",
        "receivable_account": "receivable_account_missing",
        "date": "period_locked",
        "hold": "on_hold",
        "total": "negative_total",
        "exchange_rate": "exchange_rate_missing",
    }


async def test_an_invoice_without_a_price_is_not_final(shop: Shop) -> None:
    invoice = await shop.billing({"kind": "text", "description": "Merci"})

    assert await refusal(shop, invoice) == {"lines": "no_priced_line"}


async def test_a_tax_without_a_rate_on_its_date_is_told(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"}, date="2012-12-31")

    assert await refusal(shop, invoice) == {"tax_code": "tax_rate_missing"}


async def test_lines_taxed_on_their_own_need_no_tax_code(shop: Shop) -> None:
    customer = await shop.customer(addresses=[{**BILLING_ADDRESS, "province": "BC"}])
    invoice = await shop.billing({"price": "10.00", "tax_code": "00"}, customer=customer)

    assert (await finalize(shop, invoice))["total"] == "10.00"


async def test_an_order_number_is_required_of_every_job_line(shop: Shop) -> None:
    customer = await shop.customer(po_required=True)
    invoice = await shop.invoice(job=await shop.job(customer, po_number="PO-1"))
    expect(await shop.add_line(invoice, {"kind": "job", "job": await shop.job(customer)}), 201)
    invoice = await shop.get(invoice["number"])
    assert await refusal(shop, invoice) == {"po_number": "po_number_missing"}

    expect(await shop.patch_line(invoice, {"po_number": "PO-2"}, line=1), 200)

    assert (await finalize(shop, invoice))["status"] == "final_ready"


async def test_with_a_connector_every_posting_needs_an_account(shop: Shop) -> None:
    revenue, receivable, tax_account = (
        await shop.account(),
        await shop.account("asset"),
        await shop.account("liability"),
    )
    product = await shop.product(gl_account=revenue)
    code, tax = shop.code("TX"), shop.code("T")
    rates = [{"from": "2020-01-01", "rate": "0.05"}]
    taxes = [{"code": tax, "name": {"fr": "Taxe", "en": "Tax"}, "rates": rates}]
    expect(await shop.api.put(f"/tax-codes/{code}", {"description": "x", "taxes": taxes}), 201)
    customer = await shop.customer(tax_code=code)
    invoice = await shop.billing({"price": "10.00", "product": product}, {"price": "1.00"}, customer=customer)

    async with shop.settings(connector="ledger"):
        missing = await refusal(shop, invoice)
        taxes[0]["gl_account"] = tax_account
        expect(await shop.api.put(f"/tax-codes/{code}", {"description": "x", "taxes": taxes}), 200)
        async with shop.settings(default_revenue_account=revenue, default_receivable_account=receivable):
            final = await finalize(shop, invoice)

    assert missing == {
        "lines[1].gl_account": "gl_account_missing",
        "receivable_account": "receivable_account_missing",
        "tax_code": "tax_account_missing",
    }
    (command,) = await shop.outbox(final, "accounting.transfer")
    assert [(one["account"], one["amount"], one["kind"]) for one in command["postings"]] == [
        (receivable, "11.55", "receivable"),
        (revenue, "-11.00", "revenue"),
        (tax_account, "-0.55", "tax"),
    ]
    assert (command["total"], command["attempt"], command["connector"]) == ("11.55", 1, "ledger")
    assert final["transfer"] == {
        "state": "pending",
        "reason": None,
        "at": "2025-07-18T14:00:00Z",
        "connector": "ledger",
        "external_id": None,
        "manual": False,
    }


async def test_the_date_that_nobody_typed_becomes_the_shops_today(shop: Shop) -> None:
    before, clock = shop.api.clock.now, shop.api.clock
    untyped, typed = (
        await shop.billing({"price": "1.00"}),
        await shop.billing({"price": "1.00"}, date="2025-06-30"),
    )
    try:
        clock.now = dt.datetime(2025, 8, 1, 3, 30, tzinfo=dt.UTC)  # the evening of 31 July in Toronto
        finals = [await finalize(shop, untyped), await finalize(shop, typed)]
        async with shop.settings(timezone="Europe/Paris"):
            finals.append(await finalize(shop, await shop.billing({"price": "1.00"})))
    finally:
        clock.now = before

    assert [(final["date"], final["due_date"]) for final in finals] == [
        ("2025-07-31", "2025-08-30"),
        ("2025-06-30", "2025-07-30"),
        ("2025-08-01", "2025-08-31"),
    ]


async def test_the_rate_is_that_of_the_invoice_date(shop: Shop) -> None:
    customer = await shop.customer(addresses=[{**BILLING_ADDRESS, "province": "NS"}])
    before = await shop.billing({"price": "100.00"}, customer=customer, date="2025-03-31")
    after = await shop.billing({"price": "100.00"}, customer=customer, date="2025-04-01")

    finals = [await finalize(shop, before), await finalize(shop, after)]

    assert [figures(final) for final in finals] == [
        ("100.00", ["15.00"], "115.00"),
        ("100.00", ["14.00"], "114.00"),
    ]


async def test_the_rate_that_changed_since_the_draft_is_taken(shop: Shop) -> None:
    code, tax = shop.code("TX"), shop.code("T")
    rates = [{"from": "2020-01-01", "rate": "0.05"}, {"from": "2025-07-25", "rate": "0.06"}]
    taxes = [{"code": tax, "name": {"fr": "Taxe", "en": "Tax"}, "rates": rates}]
    expect(await shop.api.put(f"/tax-codes/{code}", {"description": "x", "taxes": taxes}), 201)
    draft = await shop.billing({"price": "100.00"}, customer=await shop.customer(tax_code=code))
    assert figures(draft) == ("100.00", ["5.00"], "105.00")
    before = shop.api.clock.now
    try:
        shop.api.clock.now = before + dt.timedelta(days=10)
        final = await finalize(shop, draft)
    finally:
        shop.api.clock.now = before

    assert figures(final) == ("100.00", ["6.00"], "106.00")
    assert await shop.get(final["number"]) == final


async def test_a_currency_of_its_own_needs_a_rate(shop: Shop) -> None:
    invoice = await shop.billing(
        {"price": "100.00"}, customer=await shop.customer(currency="USD", tax_code="00")
    )
    assert await refusal(shop, invoice) == {"exchange_rate": "exchange_rate_missing"}

    expect(await shop.patch(invoice, {"exchange_rate": "1.3712"}), 200)
    final = await finalize(shop, invoice)

    assert (final["currency"], final["exchange_rate"]) == ("USD", "1.3712")


async def test_what_is_frozen_and_what_is_sent_to_be_printed_is_what_the_invoice_says(shop: Shop) -> None:
    customer = await shop.customer()
    invoice = await shop.invoice(job=await shop.job(customer, po_number="PO-9"))
    final = await finalize(shop, invoice)

    (command,) = await shop.outbox(final, "document.render")
    ((frozen,),) = await shop.database.fetch(
        "select snapshot::text from invoices where id = $1", uuid.UUID(final["id"])
    )
    document = command["document"]

    assert (command["version"], document["stage"], document["number"]) == (
        final["version"],
        "final",
        final["number"],
    )
    assert (document["date"], document["due_date"]) == (final["date"], final["due_date"])
    assert (document["subtotal"], document["total"]) == ("15812.65", "18180.59")
    assert [(tax["code"], tax["rate"], tax["base"], tax["amount"]) for tax in document["taxes"]] == [
        ("TPS", "0.05", "15812.65", "790.63"),
        ("TVQ", "0.09975", "15812.65", "1577.31"),
    ]
    (line,) = document["lines"]
    assert (line["po_number"], line["quantity"], line["unit_price"]) == ("PO-9", "1000.0000", "15.812650")
    assert document["sold_to"]["attention"] == "Julie Tremblay"
    assert document["bill_to"] is None
    assert f'"{final["number"]}"' in frozen
    assert "number-" not in frozen


async def test_an_address_that_came_late_is_on_the_final_and_not_only_on_paper(shop: Shop) -> None:
    payer = await shop.customer(addresses=[])
    customer = await shop.customer(bill_to=payer)
    invoice = await shop.billing({"price": "10.00"}, customer=customer)
    assert invoice["bill_to"]["address"] is None
    expect(await shop.api.put(f"/customers/{payer}", CUSTOMER), 200)

    final = await finalize(shop, invoice)

    (command,) = await shop.outbox(final, "document.render")
    assert final["bill_to"]["address"]["city"] == "Québec"
    assert command["document"]["bill_to"]["address"]["city"] == "Québec"
    assert await shop.get(final["number"]) == final


async def test_contacts_and_prices_that_change_later_change_nothing_on_it(shop: Shop) -> None:
    customer = await shop.customer()
    job = await shop.job(customer)
    final = await finalize(shop, await shop.invoice(job=job))

    renamed = {**CUSTOMER, "name": "Autre nom", "contacts": [{**CONTACT, "last_name": "Roy"}]}
    expect(await shop.api.put(f"/customers/{customer}", renamed), 200)
    expect(
        await shop.api.put(
            f"/jobs/{job}",
            {"customer": customer, "title": "X", "ordered_quantity": "1", "status": "completed"},
        ),
        200,
    )

    assert await shop.get(final["number"]) == final


async def test_actions_are_open_or_say_why_not(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"}, hold={"reason": "attendre"})
    biller, accountant = await shop.key("biller"), await shop.key("accountant")

    async def actions(ref: str, key: str) -> dict[str, str | None]:
        seen = (await shop.api.get(f"/invoices/{ref}", key=key)).json["available_actions"]
        assert all((one["reason"] is None) == one["enabled"] for one in seen.values())
        return {name: one["reason"] and one["reason"]["code"] for name, one in seen.items()}

    held = await actions(invoice["number"], accountant)
    expect(await shop.api.patch(f"/invoices/{invoice['number']}", {"hold": None}), 200)
    draft = await actions(invoice["number"], biller)
    final = await finalize(shop, invoice)
    ready = await actions(final["number"], accountant)
    viewed = await actions(final["number"], await shop.key("viewer"))
    sent = await shop.transferred(final)
    done = await actions(sent["number"], accountant)

    free = dict.fromkeys(held)
    assert held == free | {
        "finalize": "on_hold", "credit": "not_transferred", "retry_render": "nothing_to_retry",
        "retry_transfer": "nothing_to_retry", "mark_transferred": "nothing_to_mark",
    }  # fmt: skip
    assert draft == held | {"finalize": "accountant_needed"}
    assert ready == free | {
        "finalize": "already_final", "credit": "not_transferred", "delete": "already_final",
        "retry_render": "nothing_to_retry", "retry_transfer": "nothing_to_retry",
    }  # fmt: skip
    assert viewed == ready | {
        "email": "biller_needed", "duplicate": "biller_needed", "mark_transferred": "accountant_needed",
    }  # fmt: skip
    assert done == free | {
        "finalize": "already_final", "delete": "already_final", "retry_render": "nothing_to_retry",
        "retry_transfer": "nothing_to_retry", "mark_transferred": "nothing_to_mark",
    }  # fmt: skip


async def test_a_biller_does_not_finalize(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})

    reply = await shop.api.post(f"/invoices/{invoice['number']}/finalize", key=await shop.key("biller"))

    assert (reply.status, reply.code) == (403, "forbidden")


@pytest.mark.parametrize("ref", ["PF-9999", "01a20bc5-b640-728c-bc82-09b53c9c2416"])
async def test_one_that_does_not_exist_is_not_found(shop: Shop, ref: str) -> None:
    calls = [
        shop.api.get(f"/invoices/{ref}"),
        shop.api.patch(f"/invoices/{ref}", {"note": "x"}),
        shop.api.delete(f"/invoices/{ref}", headers={"If-Match": "*"}),
        shop.api.get(f"/invoices/{ref}/audit"),
        shop.api.get(f"/invoices/{ref}/emails"),
        shop.api.get(f"/invoices/{ref}/pdf"),
        *(
            shop.api.post(f"/invoices/{ref}/{action}", body)
            for action, body in (
                ("finalize", None),
                ("duplicate", None),
                ("credit", {"reason": "x"}),
                ("transfer/retry", None),
                ("transfer/mark", {"reason": "x"}),
                ("render/retry", None),
            )
        ),
    ]

    assert {(reply.status, reply.code) for reply in await asyncio.gather(*calls)} == {(404, "not_found")}
