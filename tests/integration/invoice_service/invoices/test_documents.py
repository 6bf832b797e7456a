"""The PDF of an invoice over HTTP: at once, after a while, not yet, or never; and what a person is told."""

import asyncio
import hashlib

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTENT = b"%PDF-1.7 a document"


async def made(shop: Shop, invoice: Json) -> None:
    """The renderer has put the PDF into the store, and says so."""
    kept = await shop.api.services.documents.put(f"{invoice['id']}/{invoice['version']}.pdf", CONTENT)
    document = {"key": kept.key, "sha256": kept.sha256, "size": kept.size}
    data = {"invoice_id": invoice["id"], "version": invoice["version"], "document": document}
    await shop.result("document.rendered", data)


def path(invoice: Json, wait: object = 0) -> str:
    return f"/invoices/{invoice['number']}/pdf?wait={wait}"


async def test_not_yet_it_is_asked_for_once(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})

    replies = [await shop.api.get(path(invoice)) for _ in range(3)]

    for reply in replies:
        assert (reply.status, reply.json) == (202, {"rendering": {"state": "pending"}})
        assert int(reply.headers["Retry-After"]) > 0
    assert len(await shop.outbox(invoice, "document.render.")) == 1


async def test_there_it_is_answered_with_its_tag(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00"}))
    await made(shop, final)

    reply = await shop.api.get(path(final))
    tag = reply.headers["ETag"]
    same = await shop.api.get(path(final), headers={"If-None-Match": f'"other", W/{tag}'})
    other = await shop.api.get(path(final), headers={"If-None-Match": '"other"'})

    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pdf")
    assert tag == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert reply.headers["Content-Disposition"] == f'inline; filename="{final["number"]}.pdf"'
    assert reply.text == CONTENT.decode()
    assert (same.status, same.text, same.headers["ETag"]) == (304, "", tag)
    assert other.status == 200


async def test_it_is_waited_for(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    waiting = asyncio.create_task(shop.api.get(path(invoice, 30)))
    await shop.until_rows(
        "select 1 from outbox where body like '%' || $1 || '%' and type like '%render%'", invoice["id"]
    )

    await made(shop, invoice)

    assert (await waiting).status == 200


async def test_one_that_can_not_be_made_says_so(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    await shop.api.get(path(invoice))
    reason = {"code": "too_slow", "message": "30 s"}
    await shop.result("document.render_failed", {"invoice_id": invoice["id"], "version": 2, "reason": reason})

    reply = await shop.api.get(path(invoice))
    edited = expect(await shop.patch(invoice, {"message": "x"}), 200)
    anew = await shop.api.get(path(edited))

    assert (reply.status, reply.code) == (409, "rendering_failed")
    assert anew.status == 202


async def test_an_edit_asks_for_it_anew(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    await made(shop, invoice)
    edited = expect(await shop.patch(invoice, {"message": "x"}), 200)

    assert (await shop.api.get(path(edited))).status == 202
    (command,) = await shop.outbox(invoice, "document.render.")
    assert (command["version"], command["document"]["message"]) == (edited["version"], "x")


@pytest.mark.parametrize("wait", ["31", "-1", "x", ""])
async def test_a_wait_that_is_none_is_refused(shop: Shop, wait: str) -> None:
    invoice = await shop.invoice(customer=await shop.customer())

    reply = await shop.api.get(path(invoice, wait))

    assert (reply.status, reply.fields) == (400, {"wait": "invalid"})


async def test_what_went_wrong_is_told_newest_first(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice), 202)
    reason = {"code": "too_slow", "message": "30 s"}
    await shop.result("document.render_failed", {"invoice_id": invoice["id"], "version": 2, "reason": reason})

    told = expect(await shop.api.get("/notifications"), 200)["data"]

    assert (told[0]["code"], told[0]["invoice"], told[0]["read_at"]) == (
        "rendering_failed",
        invoice["number"],
        None,
    )
    assert set(told[0]["message"]) == {"fr", "en"}
