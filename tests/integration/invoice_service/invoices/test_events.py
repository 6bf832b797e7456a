"""`GET /events`: what happens is told as it happens, once, and to whoever was away."""

import asyncio
import dataclasses
import socket
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiohttp import ClientSession

from services.invoice_service.api import events
from services.invoice_service.application.ports.live import Listener
from tests.integration.invoice_service.invoices.shop import Shop, expect, mailed, open_shop, transferred
from tests.support.event_stream import all_told, event_stream
from tests.support.invoicing import make_database, running
from tests.support.postgres import PrivatePostgres
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

BATCH = "insert into happenings (topic, subject, body) values ('batch', $1, '{\"done\": 1}')"


async def test_an_invoice_is_told_from_the_cradle_to_the_ledger(shop: Shop) -> None:
    async with event_stream(shop.api) as stream:
        invoice = await shop.invoice()
        told = await stream.of(invoice, "created")
        assert (told["number"], told["version"], told["status"]) == (invoice["number"], 1, "proforma_draft")

        expect(await shop.patch(invoice, {"message": "Merci"}), 200)
        assert (await stream.of(invoice, "content"))["version"] == 2

        await shop.api.get(f"/invoices/{invoice['number']}/pdf?wait=0")
        assert (await stream.of(invoice, "rendering"))["rendering"] == "pending"
        await shop.rendered(await shop.get(invoice["number"]))
        assert (await stream.of(invoice, "rendering"))["rendering"] == "succeeded"

        email = expect(await shop.email(invoice), 202)
        await shop.result("email.sent", {**mailed(email, "sent"), "invoice_id": invoice["id"]})
        told = await stream.of(invoice, "status")
        assert (told["delivery"], told["status"]) == ("succeeded", "proforma_sent")
        assert "emails" in told["changed"]

        final = await shop.finalize(await shop.get(invoice["number"]))
        assert (await stream.of(invoice, "status"))["number"] == final["number"]
        await shop.result("accounting.transferred", transferred(final))
        told = await stream.of(invoice, "transfer")
        assert (told["transfer"], told["status"]) == ("succeeded", "final_sent")


async def test_what_is_gone_is_told_by_the_number_it_had(shop: Shop) -> None:
    invoice = await shop.invoice(customer=await shop.customer())
    async with event_stream(shop.api) as stream:
        await shop.delete(invoice)
        told = await stream.of(invoice, "deleted")

    assert told == {
        **dict.fromkeys(("version", "status", "rendering", "delivery", "transfer")),
        "id": invoice["id"],
        "number": invoice["number"],
        "changed": ["deleted"],
    }


async def test_what_touches_nobody_else_is_not_told(shop: Shop) -> None:
    invoice = await shop.invoice(customer=await shop.customer())
    _, position = await all_told(shop.api, await now(shop))

    expect(await shop.api.patch(f"/invoices/{invoice['number']}", {"favourite": True}), 200)
    expect(await shop.patch(invoice, {"message": None}), 200)

    assert await all_told(shop.api, position) == ([], await now(shop))


async def now(shop: Shop) -> str:
    async with event_stream(shop.api, wait=0) as stream:
        return stream.position


async def test_what_commits_late_is_neither_lost_nor_told_twice(shop: Shop) -> None:
    late, first, second = (uuid.uuid4() for _ in range(3))
    slow = await asyncpg.connect(shop.database.admin_dsn)
    begun = slow.transaction()
    await begun.start()
    await slow.execute(BATCH, late)
    beginning = await now(shop)
    async with event_stream(shop.api) as stream:
        await shop.database.fetch(BATCH, first)
        heard = [await stream.next()]
        between = await stream.position_behind()
        await begun.commit()
        heard.append(await stream.next())
        await shop.database.fetch(BATCH, second)
        heard.append(await stream.next())
    await slow.close()

    assert [told.data["id"] for told in heard if told] == [str(one) for one in (first, late, second)]
    again, end = await all_told(shop.api, beginning)
    assert sorted(told.data["id"] for told in again) == sorted(map(str, (late, first, second)))
    assert {told.data["id"] for told in (await all_told(shop.api, between))[0]} == {str(late), str(second)}
    assert (await all_told(shop.api, end))[0] == []


async def test_who_was_away_hears_what_happened_and_then_goes_on(shop: Shop) -> None:
    async with event_stream(shop.api) as stream:
        position = stream.position
    invoice = await shop.invoice()
    expect(await shop.patch(invoice, {"message": "Merci"}), 200)

    async with event_stream(shop.api, after=position) as stream:
        told = await stream.of(invoice, "created")
        assert (set(told["changed"]), told["version"]) == ({"created", "content"}, 2)
        expect(await shop.patch(await shop.get(invoice["number"]), {"message": "Bonjour"}), 200)
        assert await stream.of(invoice, "content") == {**told, "version": 3, "changed": ["content"]}


@pytest.mark.parametrize(
    "position", ["1.3:3:", "9999999999.99999999999:99999999999:", "9999999999.9:3:", "9999999999.3:9:99"]
)
async def test_who_was_away_for_too_long_is_told_to_read_again(shop: Shop, position: str) -> None:
    told, end = await all_told(shop.api, position)

    assert [one.name for one in told] == ["resync"]
    assert (await all_told(shop.api, end))[0] == []


async def test_so_is_who_has_missed_too_much(shop: Shop) -> None:
    position = await now(shop)
    await shop.database.fetch(
        "insert into happenings (topic, subject, body) select 'batch', gen_random_uuid(), '{}'"
        " from generate_series(1, 1001)"
    )

    assert [one.name for one in (await all_told(shop.api, position))[0]] == ["resync"]


@pytest.mark.parametrize(
    ("query", "headers", "field"),
    [
        ({"wait": "x"}, {}, "wait"),
        ({"wait": "3601"}, {}, "wait"),
        ({}, {"Last-Event-ID": "1:2:3"}, "Last-Event-ID"),
    ],
)
async def test_what_is_no_position_or_no_time_is_refused(
    shop: Shop, query: dict[str, str], headers: dict[str, str], field: str
) -> None:
    reply = await shop.api.get("/events", query=query, headers=headers)

    assert (reply.status, list(reply.fields)) == (400, [field])


async def test_a_silent_stream_shows_that_it_lives(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    async with event_stream(shop.api) as stream, asyncio.timeout(20):
        assert await stream.response.content.readuntil(b"\n:\n")


async def test_who_takes_nothing_is_dropped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "WRITE_SECONDS", 0.2)
    before = listeners(shop)
    at = urlsplit(shop.api.base)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)  # noqa: FBT003 - as the standard library has it
        await asyncio.get_running_loop().sock_connect(client, (at.hostname, at.port))
        request = f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shop.api.key}\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(client, request.encode())
        await until(lambda: listeners(shop) - before != set())
        (slow,) = listeners(shop) - before
        await shop.database.fetch(
            "insert into happenings (topic, subject, body)"
            " select 'batch', gen_random_uuid(), jsonb_build_object('x', repeat('x', 100000))"
            " from generate_series(1, 200)"
        )
        await until(lambda: slow not in listeners(shop))


def listeners(shop: Shop) -> set[Listener]:
    live: Any = shop.api.services.live
    return set(live._listeners)


async def test_a_stream_ends_well_when_the_process_does(postgres: PrivatePostgres, tmp_path: Path) -> None:
    running_one = running(await make_database(postgres), tmp_path)
    api = await running_one.__aenter__()
    async with ClientSession() as session, event_stream(dataclasses.replace(api, session=session)) as stream:
        await running_one.__aexit__(None, None, None)
        assert await stream.next() is None


async def test_the_reader_goes_on_after_a_restart_of_the_database(
    postgres_instance: PrivatePostgres, tmp_path: Path
) -> None:
    async with (
        open_shop(await make_database(postgres_instance), tmp_path) as shop,
        event_stream(shop.api) as stream,
    ):
        invoice = await shop.invoice(customer=await shop.customer())
        await stream.of(invoice, "created")
        await postgres_instance.restart()
        expect(await shop.patch(invoice, {"message": "Merci"}), 200)
        assert (await stream.of(invoice, "content"))["version"] == 2
