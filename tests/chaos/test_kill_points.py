"""Each process is killed (`kill -9`) where it hurts most: between what it has done and telling of it."""

import asyncio
import signal

import aiohttp
import pytest

from tests.support.billing import billed, drafted, job
from tests.support.books import assert_books_close, eventually
from tests.support.bus_tap import BusTap
from tests.support.deployment import Deployment
from tests.support.killed_process import LAST_WORDS
from tests.support.processes import ServiceProcess
from tests.support.shop_client import Json, ShopClient, settled
from tests.support.visitor import visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

# `_committed` is what the invoice service's processes call after a commit, before they answer or acknowledge.
AFTER_COMMIT = "before services.invoice_service.__main__:_committed"
# With all of its work done. Not at any commit: the API has some of its own as it starts.
BEFORE_COMMIT = "after services.invoice_service.storage.invoices:Invoices.finalize"
BEFORE_ACK = "before shared.bus.rabbitmq.consumer:RabbitMQSubscription._acknowledge"


async def doomed(*services_and_points: tuple[ServiceProcess, str]) -> None:
    """Have these run on until they come to their point."""
    for service, point in services_and_points:
        service.kill()
        service.start(killed=point)
    await asyncio.gather(*(service.ready() for service, _ in services_and_points))


async def died_there(service: ServiceProcess, point: str) -> None:
    """Wait for the death of a doomed service: at its point, and not of something else."""
    assert await service.ended() == -signal.SIGKILL
    assert LAST_WORDS in service.log.read_text().splitlines()[-1]
    assert point in service.log.read_text().splitlines()[-1]


async def dies_and_comes_back(service: ServiceProcess, point: str) -> None:
    await died_there(service, point)
    service.start()
    await service.ready()


@pytest.mark.parametrize("point", [BEFORE_COMMIT, AFTER_COMMIT])
async def test_the_api_around_its_commit(
    factures: Deployment, shop: ShopClient, tap: BusTap, point: str
) -> None:
    number = await drafted(factures, shop, f"K-1{point[:3]}{point[-4:]}")
    await eventually("messages in the outbox", factures.outbox)
    await factures.relay.stop()
    await doomed((factures.api, point))
    with pytest.raises(aiohttp.ClientError):
        await shop.call("POST", f"/invoices/{number}/finalize")
    await dies_and_comes_back(factures.api, point)

    committed = (await shop.get(f"/invoices/{number}"))["status"] == "final_ready"
    assert committed is (point == AFTER_COMMIT)
    assert bool(await factures.outbox()) is committed
    final = await shop.finalize(number)
    factures.relay.start()

    await shop.until(final["number"], settled)
    await assert_books_close(factures, shop, tap)


async def test_the_relay_between_the_confirm_and_the_removal(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    number = await drafted(factures, shop, "K-2")
    await eventually("messages in the outbox", factures.outbox)
    await factures.relay.stop()
    final = await shop.finalize(number)
    waiting = await factures.outbox()
    assert "commands.accounting.transfer.v1" in waiting
    point = "before services.invoice_service.storage.outbox:Outbox.published"
    factures.relay.start(killed=point)
    await died_there(factures.relay, point)
    published = [
        message for message in await tap.read() if message.body["data"].get("invoice_id") == final["id"]
    ]
    before = [message.identity for message in published if message.type in waiting]

    factures.relay.start()

    await shop.until(final["number"], settled)
    await assert_books_close(factures, shop, tap)
    again = [message.identity for message in await tap.read()]
    twice = [identity for identity in before if again.count(identity) == 2]
    assert len(twice) >= len(waiting), "what was confirmed and not removed is published once more"


async def test_the_consumer_between_its_commit_and_its_acknowledgement(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    await doomed((factures.consumer, AFTER_COMMIT))
    number = await drafted(factures, shop, "K-5")
    await died_there(factures.consumer, AFTER_COMMIT)
    # A message that is delivered again has no further effect: what a clerk has said since stays.
    await shop.call("PUT", "/jobs/K-5", {"customer": "C-0153", **_body(job("K-5", title="Affiche"))})

    factures.consumer.start()
    await factures.consumer.ready()

    await drafted(factures, shop, "K-6")
    await assert_books_close(factures, shop, tap)
    assert (await shop.get("/jobs/K-5"))["title"] == "Affiche"
    assert [one["number"] for one in (await shop.get("/jobs/K-5"))["invoices"]] == [number]


def _body(job_: Json) -> Json:
    return {name: value for name, value in job_.items() if name != "number"} | {
        "status": "production_complete"
    }


async def test_the_relay_in_the_middle_of_a_batch(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    refs = [await drafted(factures, shop, f"K-7{letter}") for letter in "abc"]
    # With its work done and not committed; then committed and not told to anybody.
    points = [
        f"before services.invoice_service.storage.batches:Batches.{name}" for name in ("became", "tell")
    ]
    await doomed((factures.relay, points[0]))
    batch = await shop.call("POST", "/invoices/batch", {"action": "finalize_and_email", "invoices": refs})
    await died_there(factures.relay, points[0])
    assert (await shop.get(f"/batches/{batch['id']}"))["done"] == 0

    factures.relay.start(killed=points[1])
    await died_there(factures.relay, points[1])
    factures.relay.start()

    await eventually("invoices of the batch", lambda: _without_outcome(shop, batch))
    outcomes = (await shop.get(f"/batches/{batch['id']}"))["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["succeeded"] * 3, outcomes
    await assert_books_close(factures, shop, tap)
    for ref in refs:
        assert len((await shop.get(f"/invoices/{ref}/emails"))["data"]) == 1


async def _without_outcome(shop: ShopClient, batch: Json) -> int:
    now = await shop.get(f"/batches/{batch['id']}")
    return int(now["total"] - now["done"])


async def test_the_api_between_two_jobs_that_a_clerk_bills_at_once(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    numbers = [f"K-8{letter}" for letter in "abc"]
    for number in numbers:
        body = {"customer": "C-0153", **_body(job(number))}
        await shop.call("PUT", f"/jobs/{number}", body)
    person = {"email": "commis@shop.example", "password": "une longue phrase à retenir"}
    await shop.call("POST", "/users", {**person, "name": "Commis", "role": "biller"})
    async with visiting(shop.address) as clerk:
        await clerk.log_in(**person)
        page = await clerk.get("/work-list?q=K-8")
        point = "after services.invoice_service.web.work_list_billing:_billed"
        await doomed((factures.api, point))
        with pytest.raises(aiohttp.ClientError):
            await clerk.send(page, "/work-list", chosen=numbers)
        await dies_and_comes_back(factures.api, point)
        made = [len((await shop.get(f"/jobs/{number}"))["invoices"]) for number in numbers]
        assert sorted(made) == [0, 0, 1]

        told = await clerk.send(page, "/work-list", chosen=numbers)

    assert told.says("3 proformas préparées.")
    for number in numbers:
        assert len((await shop.get(f"/jobs/{number}"))["invoices"]) == 1
    await assert_books_close(factures, shop, tap)


async def test_each_worker_between_its_effect_and_its_answer(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    number = await drafted(factures, shop, "K-3")
    points = [
        (factures.render, "after shared.documents.store:DocumentStore.put"),
        (factures.mailer, "after services.mailer.smtp:Session.hand_over"),
        (factures.accounting, "after services.accounting_sync.connectors.beancount:BeancountConnector.book"),
        (factures.consumer, AFTER_COMMIT),
    ]
    await doomed(*points)

    _, final = await asyncio.gather(
        asyncio.gather(*(dies_and_comes_back(*one) for one in points)), billed(shop, number)
    )

    await assert_books_close(factures, shop, tap)
    emails = (await shop.get(f"/invoices/{final['number']}/emails"))["data"]
    assert sorted(email["possible_duplicate"] for email in emails) == [False, True]


async def test_each_worker_between_its_answer_and_its_acknowledgement(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    workers = (factures.render, factures.mailer, factures.accounting, factures.consumer)
    points = [(worker, BEFORE_ACK) for worker in workers]
    await doomed(*points)

    async def story() -> str:
        number = await drafted(factures, shop, "K-4")
        return str((await billed(shop, number))["number"])

    _, final = await asyncio.gather(asyncio.gather(*(dies_and_comes_back(*one) for one in points)), story())

    await assert_books_close(factures, shop, tap)
    emails = (await shop.get(f"/invoices/{final}/emails"))["data"]
    assert [email["possible_duplicate"] for email in emails] == [False, False]
