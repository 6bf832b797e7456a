"""What a pro forma takes from elsewhere changes: its next document says so, and no final ever does."""

import pytest

from tests.integration.invoice_service.invoices.shop import ISSUER, Json, Shop, expect
from tests.integration.invoice_service.invoices.test_documents import made, path

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def previewed(shop: Shop) -> Json:
    """A pro forma of an entity of its own, whose document is there."""
    entity = shop.code("E")
    expect(await shop.api.put(f"/business-entities/{entity}", {**ISSUER, "is_default": False}), 201)
    invoice = await shop.billing({"price": "10.00"}, business_entity=entity)
    assert (await shop.api.get(path(invoice))).status == 202
    await made(shop, invoice)
    assert (await shop.api.get(path(invoice))).status == 200
    return await shop.get(invoice["number"])


async def renamed(shop: Shop, invoice: Json) -> None:
    body = {**ISSUER, "is_default": False, "name": "Imprimerie du Sud"}
    expect(await shop.api.put(f"/business-entities/{invoice['business_entity']}", body), 200)


async def asked(shop: Shop, invoice: Json) -> list[tuple[int, str]]:
    commands = await shop.outbox(invoice, "document.render.")
    return [(command["version"], command["document"]["issuer"]["name"]) for command in commands]


async def test_an_issuer_with_another_name_is_on_the_next_preview(shop: Shop) -> None:
    invoice = await previewed(shop)
    await renamed(shop, invoice)

    reply = await shop.api.get(path(invoice))
    again = await shop.api.get(path(invoice))

    assert (reply.status, again.status) == (202, 202)
    version = invoice["version"]
    assert await asked(shop, invoice) == [(version + 1, "Imprimerie du Sud")]
    now = await shop.get(invoice["number"])
    assert (now["version"], now["rendering"]["state"]) == (version + 1, "pending")
    await made(shop, now)
    assert (await shop.api.get(path(invoice))).status == 200
    assert (await shop.get(invoice["number"]))["version"] == version + 1


async def test_footer_labels_and_terms_are_too(shop: Shop) -> None:
    term, invoice = shop.code("T"), await previewed(shop)
    words = {"fr": "Comptant", "en": "Cash"}
    expect(await shop.api.put(f"/payment-terms/{term}", {"description": words, "days": 0}), 201)
    expect(await shop.patch(invoice, {"payment_term": term}), 200)

    async def versions() -> int:
        expect(await shop.api.get(path(invoice)), 202)
        ((version, _),) = await asked(shop, invoice)
        return version - int(invoice["version"])

    counts = [await versions(), await versions()]
    async with shop.settings(footer={"fr": "Pied", "en": "Foot"}):
        counts.append(await versions())
    expect(
        await shop.api.put(f"/payment-terms/{term}", {"description": {**words, "fr": "Net"}, "days": 0}), 200
    )
    counts += [await versions(), await versions()]
    expect(await shop.api.put("/translations/total", {"fr": "À payer", "en": "To pay"}), 201)
    counts.append(await versions())
    expect(await shop.api.delete("/translations/total"), 204)

    assert counts == [1, 1, 2, 3, 3, 4]


async def test_a_registration_number_that_comes_later_is_on_it_and_in_the_trail_nothing_else(
    shop: Shop,
) -> None:
    code, tax = shop.code("TX"), shop.code("T")
    taxes: list[Json] = [
        {"code": tax, "name": {"fr": "T", "en": "T"}, "rates": [{"from": "2020-01-01", "rate": "0.05"}]}
    ]
    body = {"description": "x", "taxes": taxes}
    expect(await shop.api.put(f"/tax-codes/{code}", body), 201)
    invoice = await shop.billing({"price": "10.00"}, tax_code=code)
    assert "registration_number_missing" in [warning["code"] for warning in invoice["warnings"]]
    taxes[0] |= {"registration_number": "R-1", "rates": [{"from": "2020-01-01", "rate": "0.06"}]}
    expect(await shop.api.put(f"/tax-codes/{code}", body), 200)

    expect(await shop.api.get(path(invoice)), 202)

    now = await shop.get(invoice["number"])
    assert (now["version"], now["warnings"], now["total"]) == (invoice["version"] + 1, [], "10.60")
    (command,) = await shop.outbox(invoice, "document.render.")
    assert [one["registration_number"] for one in command["document"]["taxes"]] == ["R-1"]
    (entry, *_) = await shop.trail(invoice)
    assert entry["action"] == "invoice.refreshed"
    assert {change["field"]: change["after"] for change in entry["changes"]} == {
        f"taxes.{tax}": "0.60",
        "total": "10.60",
    }


async def test_an_email_goes_with_what_it_says_now(shop: Shop) -> None:
    invoice = await previewed(shop)
    await renamed(shop, invoice)

    expect(await shop.email(invoice), 202)

    assert (await asked(shop, invoice))[-1] == (invoice["version"] + 1, "Imprimerie du Sud")
    assert await shop.outbox(invoice, "email.send") == []
    await made(shop, await shop.get(invoice["number"]))
    assert len(await shop.outbox(invoice, "email.send")) == 1


async def test_a_document_of_which_nobody_knows_what_it_was_asked_for_with_is_taken(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    await made(shop, invoice)

    assert (await shop.api.get(path(invoice))).status == 200


async def test_a_final_says_for_ever_what_it_said(shop: Shop) -> None:
    final = await shop.finalize(await previewed(shop))
    await made(shop, final)
    await renamed(shop, final)

    assert (await shop.api.get(path(final))).status == 200
    assert (await shop.get(final["number"]))["version"] == final["version"]
