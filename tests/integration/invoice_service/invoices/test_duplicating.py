"""A duplicate is made as its original was, as far as that still exists."""

import pytest

from tests.integration.invoice_service.invoices.shop import (
    BILLING_ADDRESS,
    CONTACT,
    CUSTOMER,
    Json,
    Shop,
    expect,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEPOT: Json = {**BILLING_ADDRESS, "id": "depot", "kind": "shipping", "province": "ON", "city": "Ottawa"}
PAUL: Json = {
    **CONTACT,
    "id": "paul",
    "first_name": "Paul",
    "is_default": False,
    "billing_responsible": False,
}
TYPED: Json = {
    "ship_to": "depot",
    "billing_contact": "paul",
    "tax_code": "01",
    "payment_term": "NET30",
    "language": "en",
    "message": "Same as usual",
}


async def duplicate(shop: Shop, invoice: Json) -> Json:
    return expect(await shop.api.post(f"/invoices/{invoice['number']}/duplicate"), 201)


async def typed(shop: Shop) -> Json:
    customer = await shop.customer(addresses=[BILLING_ADDRESS, DEPOT], contacts=[CONTACT, PAUL])
    fields = {**TYPED, "date": "2025-01-02", "note": "interne"}
    return await shop.billing({"price": "10.00"}, customer=customer, **fields)


async def test_what_was_typed_comes_along_but_for_the_date_and_the_note(shop: Shop) -> None:
    original = await shop.finalize(await typed(shop))

    copy = await duplicate(shop, original)

    assert copy["manual"] == sorted(TYPED)
    same = (*TYPED, "ship_to", "sold_to", "subtotal", "taxes", "total")
    assert {name: copy[name] for name in same} == {name: original[name] for name in same}
    assert (copy["date"], copy["note"]) == (shop.api.clock.now.date().isoformat(), None)
    assert await shop.get(copy["number"]) == copy


async def test_an_address_or_contact_that_is_gone_does_not(shop: Shop) -> None:
    original = await typed(shop)
    expect(await shop.api.put(f"/customers/{original['customer']}", CUSTOMER), 200)

    copy = await duplicate(shop, original)

    assert copy["manual"] == sorted(set(TYPED) - {"ship_to", "billing_contact"})
    assert (copy["ship_to"]["address"]["city"], copy["billing_contact"]["id"]) == ("Québec", "julie")


async def test_products_speak_the_language_of_the_copy(shop: Shop) -> None:
    customer = await shop.customer()
    original = await shop.billing({"kind": "product", "product": await shop.product()}, customer=customer)
    assert original["lines"][0]["description"] == "Coupe"
    expect(await shop.api.put(f"/customers/{customer}", {**CUSTOMER, "language": "en"}), 200)

    copy = await duplicate(shop, original)

    assert (copy["language"], copy["lines"][0]["description"]) == ("en", "Cutting")


async def test_what_bills_again_remembers_what_was_typed(shop: Shop) -> None:
    original = await shop.transferred(await typed(shop))

    credit = expect(await shop.credit(original, rebill=True), 201)

    again = await shop.get(credit["rebill"])
    assert again["manual"] == sorted(TYPED)
    # Cleared, they are what they are without typing.
    assert expect(await shop.patch(again, {"tax_code": None}), 200)["tax_code"] == "ON"
