"""Twenty jobs are billed while processes are killed at random: everything comes to its end, once."""

import asyncio
import random

import pytest

from tests.support.billing import billed, drafted
from tests.support.books import assert_books_close, assert_ledger_agrees
from tests.support.bus_tap import BusTap
from tests.support.deployment import Deployment
from tests.support.service_logs import assert_nothing_private, read_logs
from tests.support.shop_client import ShopClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

JOBS = 20
_STEPS = 4  # of each job
_BETWEEN_KILLS = 6  # steps


class Progress:
    """Counts the steps that were taken, and lets others wait for them."""

    def __init__(self) -> None:
        self.steps = 0
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self) -> None:
        self.steps += 1
        task = asyncio.create_task(self._tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def reached(self, steps: int) -> None:
        """Wait until so many steps were taken."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: self.steps >= steps)


async def test_twenty_jobs_under_random_kills(factures: Deployment, shop: ShopClient, tap: BusTap) -> None:
    progress = Progress()

    async def bill(number: str) -> None:
        proforma = await drafted(factures, shop, number)
        progress()
        await billed(shop, proforma, progress)

    async def kill_some() -> None:
        victims = [*factures.services, *factures.services]
        random.shuffle(victims)  # pytest-randomly has seeded it: the run's seed repeats the order
        for kills, victim in enumerate(victims, start=1):
            await progress.reached(kills * _BETWEEN_KILLS)
            await factures.restart(victim)

    assert len(factures.services) * 2 * _BETWEEN_KILLS <= JOBS * _STEPS
    await asyncio.gather(kill_some(), *(bill(f"R-{number}") for number in range(JOBS)))

    invoices = await assert_books_close(factures, shop, tap)
    await assert_ledger_agrees(factures, invoices)
    ours = [invoice for invoice in invoices if invoice["jobs"][0].startswith("R-")]
    assert [invoice["status"] for invoice in ours] == ["final_sent"] * JOBS
    read_logs(factures)
    assert_nothing_private(factures)
