"""What the services stand on goes away and comes back: they catch up by themselves, none is restarted."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.billing import drafted, finalized, job, mailed
from tests.support.books import assert_books_close, eventually
from tests.support.bus_tap import BusTap, completion
from tests.support.deployment import Deployment
from tests.support.shop_client import Refused, ShopClient

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def nobody_restarted(factures: Deployment) -> AsyncIterator[None]:
    before = [service.pid for service in factures.services]
    yield
    assert all(service.running() for service in factures.services)
    assert [service.pid for service in factures.services] == before


async def test_the_broker_is_killed_and_comes_back(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    numbers = [await drafted(factures, shop, f"B-{n}") for n in range(4)]
    for number in numbers:
        await shop.send(number)

    factures.broker.kill()

    # The API needs no broker: neither to finalize, nor to take in what production or a clerk says.
    for number in numbers[:3]:
        assert (await shop.call("POST", f"/invoices/{number}/finalize"))["status"] == "final_ready"
    told = completion(job("B-4"), message_id="mis-B-4")
    numbers.append((await shop.call("POST", "/job-completions", told))["invoice"])
    await shop.send(numbers[-1])
    assert "commands.accounting.transfer.v1" in await factures.outbox()
    await factures.broker.restart()

    await asyncio.gather(*(finalized(shop, number) for number in numbers))
    await assert_books_close(factures, shop, tap)


@pytest.mark.long
async def test_the_broker_takes_nothing_more_for_lack_of_memory(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    numbers = [await drafted(factures, shop, f"A-{n}") for n in range(3)]
    before = factures.relay.log.read_text().count("message not published")
    await asyncio.to_thread(factures.broker.control, "set_vm_memory_high_watermark", "absolute", "1")
    try:
        for number in numbers:
            assert (await shop.call("POST", f"/invoices/{number}/finalize"))["status"] == "final_ready"

        async def confirmed() -> bool:
            return factures.relay.log.read_text().count("message not published") == before

        await eventually("every message is confirmed", confirmed)
        assert "commands.accounting.transfer.v1" in await factures.outbox()
    finally:
        await asyncio.to_thread(factures.broker.control, "set_vm_memory_high_watermark", "absolute", "2GB")

    await asyncio.gather(*(finalized(shop, number) for number in numbers))
    await assert_books_close(factures, shop, tap)


async def test_postgresql_is_killed_and_comes_back(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    numbers = [await drafted(factures, shop, f"P-{n}") for n in range(4)]
    for number in numbers:
        await shop.send(number)
    for number in numbers[:2]:
        await shop.finalize(number)

    await factures.postgres.kill()

    with pytest.raises(Refused) as refused:
        await shop.call("POST", f"/invoices/{numbers[2]}/finalize")
    assert (refused.value.status, refused.value.problem["code"]) == (503, "unavailable")
    await factures.postgres.start()

    await asyncio.gather(*(finalized(shop, number) for number in numbers))
    await assert_books_close(factures, shop, tap)


async def test_the_mail_server_is_down_and_comes_back(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    number = await drafted(factures, shop, "M-1")
    await factures.mail_down()
    email = await shop.send(number)

    async def untried() -> bool:
        lines = factures.mailer.log.read_text().splitlines()
        return not any(email["id"] in line and '"phase": "connect"' in line for line in lines)

    await eventually("the mailer has not tried", untried)
    (waiting,) = (await shop.get(f"/invoices/{number}/emails"))["data"]
    assert waiting["state"] != "sent"
    final = await finalized(shop, number)
    await factures.mail_up()

    async def unsent() -> list[str]:
        history = (await shop.get(f"/invoices/{number}/emails"))["data"]
        return [one["state"] for one in history if one["state"] != "sent"]

    await eventually("e-mails not sent", unsent)
    assert (await mailed(shop, final["number"]))["delivery"]["state"] == "succeeded"
    await assert_books_close(factures, shop, tap)
