"""Several processes of each kind on one broker and one database: restarted under load, sharing work, and one slow."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.bus import topology
from tests.scaling.balancer import Balancer, balancer
from tests.support.books import assert_books_close, assert_ledger_agrees, eventually
from tests.support.bus_tap import completion
from tests.support.deployment import Deployment, Lay, deployed
from tests.support.ports import stable_port
from tests.support.processes import ServiceProcess
from tests.support.shop_client import Json, ShopClient, settled, shop_client
from tests.support.waiting import until

pytestmark = [pytest.mark.long, pytest.mark.asyncio]

pytest.register_assert_rewrite("tests.support.books")
LEAVE_SECONDS = "5"
CLERKS = 4
_numbers = itertools.count(1)


@dataclass
class Scaled:
    """A deployment, and further processes of its services."""

    factures: Deployment
    shop: ShopClient
    addresses: tuple[str, str]
    twins: list[ServiceProcess] = field(default_factory=list)

    @property
    def processes(self) -> list[ServiceProcess]:
        return [*self.factures.services, *self.twins]

    @asynccontextmanager
    async def more(self, *services: ServiceProcess, times: int = 1) -> AsyncIterator[list[ServiceProcess]]:
        """So many further ones of each while inside; ended in good order."""
        made = [
            service.twin(f"{service.name}-{next(_numbers)}") for service in services for _ in range(times)
        ]
        self.twins += made
        try:
            for process in made:
                process.start()
            await self.factures.ready(*made)
            yield made
            assert await asyncio.gather(*(process.stop() for process in made)) == [0] * len(made)
        finally:
            for process in made:
                process.kill()
                self.twins.remove(process)


@pytest.fixture
async def scaled() -> AsyncIterator[Scaled]:
    """Two processes of the API, and one of each other, with the shop of the story."""
    async with deployed(Lay(settings={"INVOICE_LEAVE_SECONDS": LEAVE_SECONDS})) as factures:
        port = stable_port()
        second = factures.api.twin("api-second", {"INVOICE_PORT": str(port)})
        second.start()
        try:
            await factures.ready(second)
            async with shop_client(factures.address, factures.admin_key) as shop:
                await shop.open_shop()
                addresses = (factures.address, f"http://127.0.0.1:{port}")
                yield Scaled(factures, shop, addresses, [second])
        finally:
            second.kill()


def finished_job() -> Json:
    number = f"S-{next(_numbers)}"
    job = {"number": number, "title": "Affiche", "ordered_quantity": "1", "unit_price": "100.00"}
    return completion(job, message_id=f"mis-{number}")


async def bill(clients: Balancer) -> str | None:
    """A job is done, its pro forma is mailed and made final: its number."""
    received = await clients.call("POST", "/job-completions", finished_job())
    if received is None:
        return None
    number = received["invoice"]
    draft = await clients.call("GET", f"/invoices/{number}/emails/draft")
    if draft is not None:
        email = {key: draft[key] for key in ("from", "to", "cc", "bcc", "subject", "body")}
        await clients.call(
            "POST", f"/invoices/{number}/emails", email, headers={"Idempotency-Key": str(uuid.uuid4())}
        )
    final = await clients.call("POST", f"/invoices/{number}/finalize")
    return None if final is None else str(final["number"])


async def bill_until(clients: Balancer, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await bill(clients)
        await asyncio.sleep(3)  # a clerk thinks: the restarts take minutes, and the books are read whole


async def handled(processes: list[ServiceProcess]) -> dict[str, float]:
    """How many deliveries each has acknowledged."""
    counts = {}
    async with aiohttp.ClientSession() as session:
        for process in processes:
            families = text_string_to_metric_families(await process.metrics(session))
            samples = [s for family in families if family.name == "factures_messages" for s in family.samples]
            counts[process.name] = sum(s.value for s in samples if s.labels.get("outcome") == "ack")
    return counts


@pytest.mark.timeout(600)
async def test_a_rolling_restart_of_everything_loses_no_request(scaled: Scaled) -> None:
    factures = scaled.factures
    workers = [one for one in factures.services if one is not factures.api]
    stopping = asyncio.Event()
    async with scaled.more(*workers), balancer(factures.admin_key, scaled.addresses) as clients:
        await until(lambda: clients.any_ready)
        clerks = [asyncio.create_task(bill_until(clients, stopping)) for _ in range(CLERKS)]

        for process in scaled.processes:
            assert await process.stop() == 0, process.tail()
            process.start()
            await process.ready()

        stopping.set()
        await asyncio.gather(*clerks)
    assert clients.lost == []
    assert clients.answered > 100
    invoices = await assert_books_close(factures, scaled.shop, factures.tap)
    await assert_ledger_agrees(factures, invoices)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("times", [1, 7], ids=["two", "eight"])
async def test_workers_of_a_kind_share_the_work(scaled: Scaled, times: int) -> None:
    factures = scaled.factures
    light = (factures.relay, factures.consumer, factures.mailer, factures.accounting)
    # Each renders in three processes: two of them are as many as two processors feed.
    async with scaled.more(*light, times=times) as many, scaled.more(factures.render) as renders:
        readers = [
            *(one for one in many if not one.name.startswith("relay")),
            *renders,
            *(one for one in factures.services if one not in (factures.api, factures.relay)),
        ]
        before = await handled(readers)
        async with balancer(factures.admin_key, scaled.addresses) as clients:
            await until(lambda: clients.any_ready)
            for _ in range(4):
                await asyncio.gather(*(bill(clients) for _ in range(8)))
        assert clients.lost == []
        await assert_books_close(factures, scaled.shop, factures.tap)
        after = await handled(readers)
    idle = [name for name, count in after.items() if count == before[name]]
    assert idle == [], (before, after)


@pytest.mark.timeout(300)
async def test_a_slow_worker_grows_its_queue_and_nothing_else(scaled: Scaled) -> None:
    factures, shop = scaled.factures, scaled.shop
    factures.mailer.pause()
    try:
        async with balancer(factures.admin_key, scaled.addresses) as clients:
            await until(lambda: clients.any_ready)
            finals = await asyncio.gather(*(bill(clients) for _ in range(12)))

        # All but the mails is done as ever, and the mails wait in one place.
        for number in finals:
            assert number is not None, clients.lost
            await shop.until(number, settled)
        await eventually("messages in the outbox", factures.outbox)
        assert (await factures.tap.waiting()).keys() == {topology.EMAIL}
    finally:
        factures.mailer.resume()
    await assert_books_close(factures, shop, factures.tap)
