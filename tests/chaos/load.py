"""The load: clients that bill jobs, each one after the other, and insist like good clients until they are answered."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp

from tests.chaos.journal import CountingClient, Journal
from tests.support.billing import job
from tests.support.bus_tap import completion, tell_production
from tests.support.deployment import Deployment
from tests.support.shop_client import Json, Refused, settled

THINKING_SECONDS = (0.5, 3.0)
_PAUSE_SECONDS = 0.4
_ANSWER_SECONDS = 30
_HEARTBEAT = "?heartbeat=3"
"""A production system that is cut off notices soon, and tells once more."""
_AGAIN = (412, 503)


class Clerk:
    """One client: its dice decide what it does with each job."""

    def __init__(
        self, number: int, seed: int, shop: CountingClient, factures: Deployment, stopping: asyncio.Event
    ) -> None:
        self._number = number
        self._dice = random.Random(f"{seed} {number}")  # noqa: S311 - to be repeated, not a secret
        self._shop = shop
        self._stopping = stopping
        self._journal = shop.journal
        self._production = factures.amqp_url + _HEARTBEAT

    async def work(self) -> None:
        """Bill one job after another until told to stop; what was begun is brought to its end."""
        bill = 0
        while not self._stopping.is_set():
            bill += 1
            name = f"Z-{self._number}-{bill}"
            try:
                await self._bill(name)
            except (Refused, TimeoutError, aiohttp.ClientError, AssertionError) as error:
                self._journal.complaints.append(f"{name}: {type(error).__name__}: {error}")

    async def _bill(self, name: str) -> None:
        proforma = await self._completed(name)
        if self._chance(0.6):
            await self._edited(name, proforma, f"Brochure {name}, {self._dice.randrange(1000)} feuilles")
        if self._chance(0.35):
            await self._mailed(proforma)
        if not self._chance(0.9):
            return
        await self._think()
        final = await self._finalized(proforma)
        if self._chance(0.5):
            await self._mailed(final["number"])
        if self._chance(0.3):
            await self._credited(final)

    async def _completed(self, name: str) -> str:
        """The job is done: production says so on the bus, or by HTTP. Returns its pro forma."""
        await self._think()
        price = f"{self._dice.randrange(1, 3000) / 100:.2f}"
        event = completion(job(name, unit_price=price), message_id=f"mis-{name}")
        if self._chance(0.5):
            await tell_production(self._production, event, seconds=self._shop.patience, pause=_PAUSE_SECONDS)
        else:
            await self._shop.insist("POST", "/job-completions", event)
        self._journal.jobs.add(name)
        return await self._shop.invoice_of(name, seconds=self._shop.patience)

    async def _edited(self, name: str, number: str, words: str) -> None:
        """Its line says something else, by PATCH under the version that was read."""
        await self._think()
        deadline = time.monotonic() + self._shop.patience
        while not await self._says(number, words):
            assert time.monotonic() < deadline, f"{number} could not be edited"
            await asyncio.sleep(_PAUSE_SECONDS)
        self._journal.descriptions[name] = words

    async def _says(self, number: str, words: str) -> bool:
        """Whether the line says so, when it was made to. An attempt without an answer may have succeeded."""
        invoice = await self._shop.get(f"/invoices/{number}")
        line = invoice["lines"][0]
        if line["description"] == words:
            return True
        headers = {"If-Match": f'"v{invoice["version"]}"'}
        path = f"/invoices/{number}/lines/{line['id']}"
        try:
            await self._shop.call("PATCH", path, {"description": words}, headers=headers)
        except Refused as refused:
            if refused.status not in _AGAIN:
                raise
            return False
        except (aiohttp.ClientError, TimeoutError):
            return False
        return True

    async def _mailed(self, number: str) -> None:
        await self._think()
        email = await self._shop.send(number)
        self._journal.emails[email["id"]] = number

    async def _finalized(self, number: str) -> Json:
        await self._think()
        final = await self._shop.finalize(number)
        self._journal.finals[final["id"]] = final["number"]
        return final

    async def _credited(self, final: Json) -> None:
        """Once accounting has it, all of it or a part is credited; some credits stay pro formas."""
        await self._shop.until(final["number"], settled, seconds=self._shop.patience)
        await self._think()
        body: Json = {"reason": "erreur de quantité"}
        if self._chance(0.5):
            line = final["lines"][0]
            body["lines"] = [{"line": line["id"], "quantity": str(self._dice.randrange(1, 100))}]
        credit = await self._shop.insist("POST", f"/invoices/{final['number']}/credit", body)
        self._journal.credits[credit["id"]] = final["number"]
        if self._chance(0.8):
            await self._finalized(credit["number"])

    def _chance(self, probability: float) -> bool:
        return self._dice.random() < probability

    async def _think(self) -> None:
        """Wait like a person; not any more once there is nothing else to do."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._dice.uniform(*THINKING_SECONDS))


@asynccontextmanager
async def counting_client(
    address: str, key: str, journal: Journal, *, patience: float
) -> AsyncIterator[CountingClient]:
    """A client with this key, whose requests are counted."""
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "fr"}
    timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield CountingClient(session, address, patience, _PAUSE_SECONDS, journal)
