"""What is asked of the render service for a pro forma that changes all the time (ADR 22)."""

import datetime as dt
import uuid

import pytest

from services.invoice_service.storage.outbox import Outbox
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect
from tests.integration.invoice_service.invoices.test_documents import path

pytestmark = pytest.mark.asyncio(loop_scope="module")

RENDER = "document.render."


async def previewed(shop: Shop, invoice: Json, times: int) -> Json:
    """Edited so many times, looked at after each; the broker is down meanwhile."""
    for _ in range(times):
        invoice = expect(await shop.patch(invoice, {"message": f"v{invoice['version']}"}), 200)
        expect(await shop.api.get(path(invoice)), 202)
    return invoice


async def waiting(shop: Shop, invoice: Json) -> list[tuple[int, bool]]:
    """Version of each command that waits, and whether it is a preview."""
    return [(one["version"], one["preview"]) for one in await shop.outbox(invoice, RENDER)]


async def test_of_twenty_edits_the_last_one_is_asked_for(shop: Shop) -> None:
    invoice = await previewed(shop, await shop.billing({"price": "10.00"}), 20)

    assert await waiting(shop, invoice) == [(invoice["version"], True)]


async def test_an_edit_that_nobody_looks_at_yet_takes_the_old_preview_away(shop: Shop) -> None:
    other = await previewed(shop, await shop.billing({"price": "10.00"}), 1)
    invoice = await previewed(shop, await shop.billing({"price": "10.00"}), 1)

    expect(await shop.patch(invoice, {"message": "x"}), 200)

    assert await waiting(shop, invoice) == []
    assert await waiting(shop, other) == [(other["version"], True)]


async def test_one_that_a_relay_has_leased_is_left_to_it(shop: Shop) -> None:
    invoice = await previewed(shop, await shop.billing({"price": "10.00"}), 1)
    outbox = Outbox(shop.api.pool)
    await outbox.lease(uuid.uuid4(), most=100_000, lease_for=dt.timedelta(days=1))

    later = await previewed(shop, invoice, 1)

    assert await waiting(shop, invoice) == [(invoice["version"], True), (later["version"], True)]
    await outbox.clear_leases()


async def test_what_an_email_waits_for_is_asked_for_whatever_comes_later(shop: Shop) -> None:
    invoice = await previewed(shop, await shop.billing({"price": "10.00"}), 1)
    expect(await shop.email(invoice), 202)
    expect(await shop.email(invoice), 202)
    assert await waiting(shop, invoice) == [(invoice["version"], False)]

    later = await previewed(shop, invoice, 2)

    assert await waiting(shop, invoice) == [(invoice["version"], False), (later["version"], True)]
    await shop.rendered(invoice)
    assert len(await shop.outbox(invoice, "email.send")) == 2


async def test_a_final_takes_the_place_of_its_previews(shop: Shop) -> None:
    invoice = await previewed(shop, await shop.billing({"price": "10.00"}, tax_code="00"), 1)

    final = await shop.finalize(invoice)
    expect(await shop.api.get(path(final)), 202)

    assert await waiting(shop, final) == [(final["version"], False)]


async def test_nobody_wants_to_see_what_is_deleted(shop: Shop) -> None:
    invoice = await previewed(shop, await shop.billing({"price": "10.00"}), 1)

    assert (await shop.delete(invoice)).status == 204

    assert await waiting(shop, invoice) == []
