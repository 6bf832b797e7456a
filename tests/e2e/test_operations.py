"""What an operator sees of the thread: messages that keep their contract, logs, parked messages, a clean stop."""

import asyncio
import json
import uuid

import aio_pika
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.bus import topology
from shared.contracts.export_schemas import FOLDER
from shared.contracts.registry import contract_of
from tests.support.billing import billed, drafted, job
from tests.support.books import assert_books_close, eventually
from tests.support.bus_tap import CONTENT_TYPE, BusTap, completion, tell_production
from tests.support.deployment import Deployment
from tests.support.service_logs import assert_nothing_private, read_logs
from tests.support.shop_client import Json, ShopClient, delivered, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_THE_THREAD = {
    "production.job.completed.v1",
    "commands.document.render.v1",
    "commands.email.send.v1",
    "commands.accounting.transfer.v1",
    "results.document.rendered.v1",
    "results.email.recipient_updated.v1",
    "results.email.sent.v1",
    "results.accounting.transferred.v1",
    "events.invoice.created.v1",
    "events.invoice.updated.v1",
    "events.invoice.emailed.v1",
    "events.invoice.finalized.v1",
    "events.invoice.transferred.v1",
}


def schema(name: str) -> Draft202012Validator:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text), format_checker=FormatChecker())


async def test_every_message_on_the_bus_keeps_its_contract(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    await billed(shop, await drafted(factures, shop, "D-1001"))
    await eventually("messages in the outbox", factures.outbox)

    seen = await tap.read()

    assert {message.type for message in seen} >= OF_THE_THREAD
    for message in seen:
        contract = contract_of(message.type)
        schema("envelope").validate(message.body)
        schema(message.type).validate(message.body["data"])
        assert (message.exchange, message.routing_key) == (contract.exchange, contract.routing_key)
        assert (message.message_id, message.content_type) == (message.body["id"], CONTENT_TYPE)
        assert message.persistent
        if contract.exchange != "production":
            assert message.body["correlationid"], message
            assert message.body["source"] == f"urn:factures:{contract.sender}"


async def test_the_logs_follow_a_request_through_all_services(factures: Deployment, shop: ShopClient) -> None:
    request_id = f"story-{uuid.uuid4().hex}"
    number = await drafted(factures, shop, "D-1002", title="Confidentiel 5120")
    await shop.edit(number, body={"note": "Ne rien dire 7314"})
    draft = await shop.get(f"/invoices/{number}/emails/draft")
    email = {key: draft[key] for key in ("from", "to", "subject")} | {"body": "Pour vous seule 9907"}
    headers = {"X-Request-Id": request_id}
    await shop.call("POST", f"/invoices/{number}/emails", email, headers=headers)
    await shop.until(number, delivered)
    await shop.call("POST", f"/invoices/{number}/finalize", headers=headers)
    final = await shop.until(number, settled)

    async def missing() -> set[str]:
        told = [
            one
            for one in read_logs(factures)
            if request_id in (one.get("request_id"), one.get("correlation_id"))
        ]
        return {
            "invoice-api",
            "invoice-relay",
            "render_service",
            "mailer",
            "accounting_sync",
            "invoice-consumer",
        } - {one["service"] for one in told}

    await eventually("services that did not log the request", missing, seconds=20)
    of_workers = [
        one
        for one in read_logs(factures)
        if one.get("correlation_id") == request_id and one.get("invoice_id") == final["id"]
    ]
    assert {one["service"] for one in of_workers} >= {"mailer", "accounting_sync"}
    assert all(one["message_id"] for one in of_workers)
    assert_nothing_private(factures, "Confidentiel 5120", "Ne rien dire 7314", "Pour vous seule 9907")


async def test_a_message_that_names_what_is_unknown_waits_until_it_is_known(
    factures: Deployment, shop: ShopClient
) -> None:
    customer = f"C-{uuid.uuid4().hex[:6]}"
    event = completion(job("D-1003", customer=customer), message_id="mis-D-1003")
    await tell_production(factures.broker.url(), event)
    parked = await _parked(shop, "mis-D-1003")
    assert (parked["kind"], parked["message"]["type"]) == ("unknown_reference", event["type"])

    known = await shop.get("/customers/C-0153")
    body = {name: known[name] for name in ("name", "language", "addresses", "contacts")}
    await shop.call("PUT", f"/customers/{customer}", body)
    replayed = await shop.call("POST", f"/parked-messages/{parked['id']}/replay")

    assert replayed["outcome"] == "applied"
    number = await shop.invoice_of("D-1003")
    assert replayed["invoice"] == number
    assert (await shop.get("/parked-messages"))["data"] == []


async def test_what_is_no_message_at_all_is_shown_to_a_person(factures: Deployment, shop: ShopClient) -> None:
    nonsense = f"nonsense {uuid.uuid4().hex}"
    async with await aio_pika.connect(factures.broker.url()) as connection:
        exchange = (await connection.channel()).default_exchange
        await exchange.publish(aio_pika.Message(nonsense.encode()), topology.PRODUCTION)

    async def shown() -> list[Json]:
        rows = (await shop.get("/parked-messages"))["data"]
        return [row for row in rows if row["body"] == nonsense]

    async def absent() -> bool:
        return not await shown()

    await eventually("not parked", absent)
    (parked,) = await shown()
    assert parked["kind"] == "dead"
    await shop.call("DELETE", f"/parked-messages/{parked['id']}")
    assert await absent()


async def _parked(shop: ShopClient, message_id: str) -> Json:
    found: list[Json] = []

    async def absent() -> bool:
        rows = (await shop.get("/parked-messages"))["data"]
        found[:] = [row for row in rows if row["message"]["id"] == message_id]
        return not found

    await eventually(f"{message_id} is not parked", absent)
    return found[0]


async def test_on_sigterm_every_service_ends_what_it_holds(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    numbers = [await drafted(factures, shop, f"D-11{n:02}") for n in range(3)]
    for number in numbers:
        await shop.send(number)
        await shop.finalize(number)

    for service in factures.services:
        service.ask_to_stop()
    codes = [await service.ended() for service in factures.services]

    assert codes == [0] * 6
    for service in factures.services:
        service.start()
    await factures.ready()
    await asyncio.gather(*(shop.until(number, settled) for number in numbers))
    await assert_books_close(factures, shop, tap)
    for number in numbers:
        history = (await shop.get(f"/invoices/{number}/emails"))["data"]
        assert [(one["state"], one["possible_duplicate"]) for one in history] == [("sent", False)]
    for service in factures.services:
        assert '"event": "stopped"' in service.log.read_text()
