"""A batch that prints: the documents of many invoices in one PDF."""

import datetime as dt
from collections.abc import Mapping
from io import BytesIO

import pikepdf
import pytest

from services.invoice_service.application.collect_documents import collect_documents
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect
from tests.integration.invoice_service.invoices.test_batches import (
    asked,
    no_other_batch,
    outcomes,
    proformas,
    run,
)

__all__ = ["no_other_batch"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def page(width: int) -> bytes:
    """A PDF of one page, known by its width."""
    pdf, kept = pikepdf.new(), BytesIO()
    pdf.add_blank_page(page_size=(width, 792))
    pdf.save(kept)
    return kept.getvalue()


async def made(shop: Shop, invoice: Json, width: int) -> None:
    """The renderer has made the PDF of an invoice as it stands."""
    invoice = await shop.get(invoice["id"])
    name = f"documents/{invoice['id']}/{invoice['version']}.pdf"
    kept = await shop.api.services.documents.put(name, page(width))
    document = {"key": kept.key, "sha256": kept.sha256, "size": kept.size}
    data = {"invoice_id": invoice["id"], "version": invoice["version"], "document": document}
    await shop.result("document.rendered", data)


async def fetched(shop: Shop, batch: Json, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    """The merged PDF, as bytes."""
    authorized = {"Authorization": f"Bearer {shop.api.key}", **headers}
    address = f"{shop.api.base}/api/v1/batches/{batch['id']}/pdf?wait=0"
    async with shop.api.session.get(address, headers=authorized) as reply:
        return reply.status, reply.headers, await reply.read()


async def test_the_documents_as_they_stand_in_the_order_asked_for(shop: Shop) -> None:
    first, edited, broken, held = await proformas(shop, 4)
    expect(await shop.patch(held, {"hold": {"reason": "x"}}), 200)
    final = await shop.finalize(first)
    refs = [edited["number"], held["number"], final["number"], broken["number"]]
    batch = await run(shop, await asked(shop, "print", *refs))
    assert outcomes(batch) == [(held["number"], "skipped", "on_hold")]
    waiting = await shop.api.get(f"/batches/{batch['id']}/pdf?wait=0")
    assert (waiting.status, waiting.json["done"]) == (202, 1)

    expect(await shop.patch(edited, {"message": "Merci"}), 200)
    await made(shop, final, 300)
    reason = {"code": "rendering_failed", "message": "trop grand"}
    data = {"invoice_id": broken["id"], "version": broken["version"], "reason": reason}
    await shop.result("document.render_failed", data)
    old = await shop.get(edited["number"])
    await run(shop, batch)
    await shop.rendered(old, version=old["version"] - 1)
    await run(shop, batch)
    asked_for = await shop.outbox(edited, "document.render.bulk")
    assert [one["version"] for one in asked_for] == [old["version"] - 1, old["version"]]
    await made(shop, edited, 400)
    batch = await run(shop, batch)

    assert outcomes(batch) == [
        (edited["number"], "succeeded", None),
        (held["number"], "skipped", "on_hold"),
        (final["number"], "succeeded", None),
        (broken["number"], "failed", "rendering_failed"),
    ]
    status, headers, content = await fetched(shop, batch)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    with pikepdf.open(BytesIO(content)) as merged:
        assert [int(one.mediabox[2]) for one in merged.pages] == [400, 300]
        with merged.open_outline() as outline:
            assert [one.title for one in outline.root] == [edited["number"], final["number"]]
    assert (await fetched(shop, batch, **{"If-None-Match": headers["ETag"]}))[0] == 304


async def test_what_is_kept_for_a_batch_is_kept_as_long_as_the_batch(shop: Shop) -> None:
    (invoice,) = await proformas(shop, 1)
    batch = await run(shop, await asked(shop, "print", invoice["number"]))
    await made(shop, invoice, 200)
    await run(shop, batch)
    expect(await shop.patch(invoice, {"message": "x"}), 200)
    transactions, store = shop.api.services.transactions, shop.api.services.documents
    shop.api.clock.pass_(days=10)

    later = shop.api.clock() + dt.timedelta(days=1)
    assert (await collect_documents(transactions, store, before=later - dt.timedelta(days=12))).batches == 0
    assert (await fetched(shop, batch))[0] == 200
    assert len(await store.keys(f"documents/{invoice['id']}")) == 1
    assert (await collect_documents(transactions, store, before=later)).batches == 1
    assert await store.keys(f"documents/{invoice['id']}") == []
    assert (await shop.api.get(f"/batches/{batch['id']}")).status == 404


async def test_nothing_to_print_is_said(shop: Shop) -> None:
    held, gone = await proformas(shop, 2)
    expect(await shop.patch(held, {"hold": {"reason": "x"}}), 200)
    batch = await run(shop, await asked(shop, "print", held["number"]))
    reply = await shop.api.get(f"/batches/{batch['id']}/pdf")
    assert (reply.status, reply.code) == (409, "nothing_printed")

    other = await run(shop, await asked(shop, "email", held["number"]))
    assert (await shop.api.get(f"/batches/{other['id']}/pdf")).status == 404

    batch = await run(shop, await asked(shop, "print", gone["number"]))
    await shop.rendered(gone)
    await run(shop, batch)
    reply = await shop.api.get(f"/batches/{batch['id']}/pdf")
    assert (reply.status, reply.code) == (409, "document_missing")
