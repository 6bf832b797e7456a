"""Trail, e-mails, notifications and parked messages: lists like all others, newest first."""

import re
from collections.abc import Awaitable, Callable

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNT = 5


async def trail(shop: Shop) -> str:
    invoice = await shop.billing(*({"price": f"{n}.00"} for n in range(1, COUNT)))
    return f"/invoices/{invoice['number']}/audit"


async def emails(shop: Shop) -> str:
    invoice = await shop.billing({"price": "1.00"})
    for _ in range(COUNT):
        expect(await shop.email(invoice), 202)
    return f"/invoices/{invoice['number']}/emails"


async def notifications(shop: Shop) -> str:
    await shop.database.fetch("delete from notifications")
    for n in range(COUNT):
        invoice = await shop.billing({"price": f"{n}.00"})
        await shop.api.get(f"/invoices/{invoice['number']}/pdf?wait=0")
        failed = {
            "invoice_id": invoice["id"],
            "version": 2,
            "reason": {"code": "too_slow", "message": "30 s"},
        }
        await shop.result("document.render_failed", failed)
    return "/notifications"


async def parked(shop: Shop) -> str:
    await shop.database.fetch("delete from parked_messages")
    for n in range(COUNT):
        job = {"number": f"D-{n}", "customer": "none", "title": "Encarts"}
        message = {
            "specversion": "1.0",
            "id": shop.code("m"),
            "source": "urn:test",
            "type": "production.job.completed.v1",
            "time": "2025-07-18T14:00:00Z",
            "data": {"job": {**job, "ordered_quantity": "1", "status": "shipped"}},
        }
        assert expect(await shop.api.post("/job-completions", message), 202)["outcome"] == "parked"
    return "/parked-messages"


Filled = Callable[[Shop], Awaitable[str]]
LISTS = pytest.mark.parametrize(
    ("filled", "sort", "time"),
    [
        (trail, "at", "at"),
        (emails, "created_at", "created_at"),
        (notifications, "at", "at"),
        (parked, "received_at", "received_at"),
    ],
)


async def pages(shop: Shop, path: str, **query: str) -> list[Json]:
    """All of a list, two at a time."""
    rows: list[Json] = []
    while True:
        page = expect(await shop.api.get(path, query={"limit": "2", **query}), 200)
        assert (page["count"], page["count_exact"]) == (COUNT, True)
        rows += page["data"]
        if page["next"] is None:
            return rows
        assert len(page["data"]) == 2
        query["after"] = page["next"]


@LISTS
async def test_a_list_is_read_page_by_page_newest_first(
    shop: Shop, filled: Filled, sort: str, time: str
) -> None:
    path = await filled(shop)

    whole = expect(await shop.api.get(path), 200)

    assert (len(whole["data"]), whole["next"]) == (COUNT, None)
    assert await pages(shop, path) == whole["data"]
    assert await pages(shop, path, sort=sort) == whole["data"][::-1]
    times = [row[time] for row in whole["data"]]
    assert times == sorted(times, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", at) for at in times)


@LISTS
async def test_what_a_list_does_not_declare_is_refused(
    shop: Shop, filled: Filled, sort: str, time: str
) -> None:
    path = await filled(shop)
    other = expect(await shop.api.get(path, query={"limit": "2", "sort": sort}), 200)["next"]

    for name, value in (
        ("limit", "201"),
        ("sort", "colour"),
        ("after", "x"),
        ("after", other),
        ("colour", "x"),
    ):
        reply = await shop.api.get(path, query={name: value})
        assert (reply.status, list(reply.fields)) == (400, [name])


async def test_parked_messages_are_told_apart_by_kind(shop: Shop) -> None:
    path = await parked(shop)

    unknown = expect(await shop.api.get(path, query={"kind": "unknown_reference"}), 200)
    dead = expect(await shop.api.get(path, query={"kind": "dead"}), 200)
    none = await shop.api.get(path, query={"kind": "lost"})

    assert [row["kind"] for row in unknown["data"]] == ["unknown_reference"] * COUNT
    assert (dead["data"], dead["count"]) == ([], 0)
    assert (none.status, none.fields) == (400, {"kind": "invalid"})


async def test_each_caller_reads_notifications_for_itself(shop: Shop) -> None:
    path, other = await notifications(shop), await shop.key("viewer")
    newest, second, *_ = expect(await shop.api.get(path), 200)["data"]
    assert newest["read_at"] is None

    read = expect(await shop.api.post(f"{path}/{newest['id']}/read"), 200)
    shop.api.clock.pass_(minutes=1)
    again = expect(await shop.api.post(f"{path}/{newest['id']}/read"), 200)

    assert (read, again) == ({**newest, "read_at": "2025-07-18T14:00:00Z"}, read)
    unread = expect(await shop.api.get(path, query={"read": "false"}), 200)
    assert (unread["count"], unread["data"][0]) == (COUNT - 1, second)
    assert expect(await shop.api.get(path, query={"read": "true"}), 200)["data"] == [read]
    assert expect(await shop.api.get(path, query={"read": "true"}, key=other), 200)["data"] == []

    expect(await shop.api.post(f"{path}/read"), 204)

    assert expect(await shop.api.get(path, query={"read": "false"}), 200)["data"] == []
    assert read in expect(await shop.api.get(path, query={"read": "true"}), 200)["data"]
    assert expect(await shop.api.get(path, query={"read": "false"}, key=other), 200)["count"] == COUNT


async def test_a_notification_that_is_not_there_is_not_read(shop: Shop) -> None:
    reply = await shop.api.post("/notifications/00000000-0000-7000-8000-000000000000/read")

    assert (reply.status, reply.code) == (404, "not_found")
