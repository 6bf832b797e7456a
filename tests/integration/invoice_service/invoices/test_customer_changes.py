"""The customer, its addresses or its contacts change while a pro forma stands."""

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


async def moved(shop: Shop, invoice: Json) -> None:
    """The customer of an invoice has another name, address and contact's address from now on."""
    changed = {
        **CUSTOMER,
        "name": "Éditions du Sud",
        "addresses": [{**BILLING_ADDRESS, "line1": "99, rue Neuve"}],
        "contacts": [{**CONTACT, "email": "julie@sud.example"}],
    }
    expect(await shop.api.put(f"/customers/{invoice['customer']}", changed), 200)


def change(entry: Json, field: str) -> tuple[object, object] | None:
    return next(((one["before"], one["after"]) for one in entry["changes"] if one["field"] == field), None)


async def test_an_address_chosen_again_is_copied_as_it_is_now(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    await moved(shop, invoice)
    assert (await shop.get(invoice["number"]))["ship_to"] == invoice["ship_to"]

    edited = expect(await shop.patch(invoice, {"ship_to": None}), 200)

    assert edited["ship_to"]["address"]["line1"] == "99, rue Neuve"
    assert edited["version"] == invoice["version"] + 1
    assert await shop.get(invoice["number"]) == edited
    (entry, *_) = await shop.trail(invoice)
    before, after = change(entry, "ship_to.address") or (None, None)
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert (before["line1"], after["line1"]) == ("12, rue Principale", "99, rue Neuve")


async def test_the_same_customer_again_is_the_customer_as_it_is_now(shop: Shop) -> None:
    invoice = await shop.invoice()
    await moved(shop, invoice)

    edited = expect(await shop.patch(invoice, {"customer": invoice["customer"]}), 200)

    assert (edited["sold_to"]["name"], edited["bill_to"]["name"]) == ("Éditions du Sud", "Éditions du Sud")
    assert [edited[party]["address"]["line1"] for party in ("sold_to", "bill_to", "ship_to")] == [
        "99, rue Neuve"
    ] * 3
    assert edited["billing_contact"]["email"] == "julie@sud.example"
    assert edited["lines"] == invoice["lines"]
    assert await shop.get(invoice["number"]) == edited
    again = expect(await shop.patch(edited, {"customer": invoice["customer"]}), 200)
    assert again["version"] == edited["version"]


async def test_the_trail_tells_that_a_contact_changed_and_not_who_it_was(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    await moved(shop, invoice)

    expect(await shop.patch(invoice, {"customer": invoice["customer"]}), 200)

    (entry, *_) = await shop.trail(invoice)
    assert change(entry, "sold_to.name") == ("Éditions du Nord", "Éditions du Sud")
    assert change(entry, "billing_contact.email") == ("•••", "•••")
    assert change(entry, "billing_contact.name") is None
    assert "julie@" not in str(entry)
