"""`factures parked`: what an operator types, on the same parked messages that the API shows."""

import json
import uuid

import pytest

from services.invoice_service.commands import parser
from shared.contracts.envelope import Envelope
from tests.integration.invoice_service.invoices.shop import CUSTOMER, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def factures(shop: Shop, *words: object) -> int:
    parsed = parser().parse_args(["parked", *(str(word) for word in words)])
    return int(await parsed.run(shop.api.services.settings, parsed))


async def parked(shop: Shop, customer: str, *, title: str = "Encarts", message_id: str | None = None) -> str:
    """A completion for a customer that nobody knows; the id under which it waits."""
    message_id = message_id or f"mis-{uuid.uuid4().hex}"
    job = {"number": shop.code("D"), "customer": customer, "title": title, "ordered_quantity": "10"}
    await shop.produced(
        Envelope(
            id=message_id,
            source="urn:mis:1",
            type="production.job.completed.v1",
            time=shop.api.clock(),
            data={"job": {**job, "total_price": "10.00", "status": "production_complete"}},
        )
    )
    rows = expect(await shop.api.get("/parked-messages"), 200)["data"]
    return str(next(row["id"] for row in rows if row["message"]["id"] == message_id))


async def test_they_are_listed_and_shown_as_the_api_shows_them(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = await parked(shop, shop.code("C"))

    assert await factures(shop, "list", "--kind", "unknown_reference") == 0
    listed = capsys.readouterr().out
    assert await factures(shop, "show", waiting) == 0
    shown = json.loads(capsys.readouterr().out)

    of_api = expect(await shop.api.get(f"/parked-messages/{waiting}"), 200)
    assert f"{waiting}  " in listed
    assert "production.job.completed.v1" in listed
    assert (shown["id"], shown["body"], shown["reason"]) == (waiting, of_api["body"], of_api["reason"])
    assert await factures(shop, "list", "--kind", "dead") == 0
    assert waiting not in capsys.readouterr().out


async def test_a_replay_that_still_fails_says_so_and_one_that_is_done_changes_nothing_again(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    customer = shop.code("C")
    waiting = await parked(shop, customer)

    assert await factures(shop, "replay", waiting) == 1
    assert "parked" in capsys.readouterr().out
    expect(await shop.api.put(f"/customers/{customer}", CUSTOMER), 201)
    assert await factures(shop, "replay", waiting) == 0
    assert f"{waiting}: applied (" in capsys.readouterr().out
    assert await factures(shop, "replay", waiting) == 1

    assert "not found" in capsys.readouterr().err
    query = {"customer": customer}
    assert expect(await shop.api.get("/invoices", query=query), 200)["count"] == 1
    assert (await shop.api.get(f"/parked-messages/{waiting}")).code == "not_found"


async def test_all_of_a_kind_are_replayed_at_once(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    customer = shop.code("C")
    waiting = [await parked(shop, customer) for _ in range(3)]
    expect(await shop.api.put(f"/customers/{customer}", CUSTOMER), 201)

    await factures(shop, "replay", "--kind", "unknown_reference")

    said = capsys.readouterr().out
    assert all(f"{one}: applied" in said for one in waiting)


async def test_discarding_is_safe_to_repeat_and_leaves_a_trace(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    message_id = f"mis-{uuid.uuid4().hex}"
    waiting = await parked(shop, shop.code("C"), message_id=message_id)

    assert [await factures(shop, "discard", waiting) for _ in range(2)] == [0, 0]

    assert f"{waiting}: discarded\n{waiting}: not parked\n" in capsys.readouterr().out
    (entry,) = await shop.api.audit("parked_message", message_id)
    assert (entry["action"], entry["actor"]["id"]) == ("discarded", "factures")
    assert await factures(shop, "show", waiting) == 1
