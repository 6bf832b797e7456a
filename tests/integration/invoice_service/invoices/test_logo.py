"""What a snapshot says of the issuer's logo: where it is, never its bytes."""

import uuid

import pytest

from shared.contracts.commands import RenderDocument
from shared.contracts.values import Logo
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect
from tests.support.pictures import data_url, png, svg

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _entity(shop: Shop, logo: bytes | None) -> str:
    code = shop.code("E")
    body = {"name": "Imprimerie", "email": "f@shop.example", "logo": data_url(logo) if logo else None}
    expect(await shop.api.put(f"/business-entities/{code}", body), 201)
    return code


async def _asked(shop: Shop, invoice: Json) -> Logo | None:
    """The logo of the latest render command of an invoice."""
    command = (await shop.outbox(invoice, "document.render"))[-1]
    assert "base64" not in str(command)
    return RenderDocument.model_validate(command).document.issuer.logo


async def test_a_render_command_and_a_frozen_snapshot_refer_to_the_logo(shop: Shop) -> None:
    entity = await _entity(shop, png(7, 5))
    invoice = await shop.billing({"price": "10.00"}, customer=await shop.customer(business_entity=entity))
    expect(await shop.api.get(f"/invoices/{invoice['number']}/pdf", query={"wait": "0"}), 202)
    asked = await _asked(shop, invoice)

    final = await shop.finalize(invoice)

    assert asked is not None
    assert asked.content_type == "image/png"
    assert await shop.api.services.documents.get(asked.document) == png(7, 5)
    assert await _asked(shop, final) == asked
    (row,) = await shop.database.fetch(
        "select snapshot from invoices where id = $1", uuid.UUID(invoice["id"])
    )
    assert asked.document.key in row["snapshot"]
    assert "data:" not in row["snapshot"]


async def test_a_final_keeps_the_logo_that_it_was_made_with(shop: Shop) -> None:
    entity = await _entity(shop, png(7, 5))
    customer = await shop.customer(business_entity=entity)
    final = await shop.finalize(await shop.billing({"price": "10.00"}, customer=customer))
    before = await _asked(shop, final)
    body = {"name": "Imprimerie", "logo": data_url(svg("<g/>"))}
    expect(await shop.api.put(f"/business-entities/{entity}", body), 200)
    reason = {"code": "render_crashed", "message": "x"}
    failed = {"invoice_id": final["id"], "version": final["version"], "reason": reason}
    await shop.result("document.render_failed", failed)

    expect(await shop.api.post(f"/invoices/{final['number']}/render/retry"), 202)
    later = await shop.billing({"price": "10.00"}, customer=customer)
    expect(await shop.api.get(f"/invoices/{later['number']}/pdf", query={"wait": "0"}), 202)

    assert before is not None
    assert await _asked(shop, final) == before
    newer = await _asked(shop, later)
    assert newer is not None
    assert newer.content_type == "image/svg+xml"
    assert await shop.api.services.documents.get(before.document) == png(7, 5)


async def test_an_issuer_without_a_logo(shop: Shop) -> None:
    entity = await _entity(shop, None)
    customer = await shop.customer(business_entity=entity)
    final = await shop.finalize(await shop.billing({"price": "10.00"}, customer=customer))

    assert await _asked(shop, final) is None
