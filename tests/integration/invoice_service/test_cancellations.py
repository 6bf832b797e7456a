"""Requests that are cancelled at any moment: no connection is lost, nothing is half done."""

import asyncio
import random

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import CreateInvoice, create_invoice
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.domain.errors import Refusal
from tests.support.invoicing import Invoicing

CUSTOMER = {"name": "Ateliers Boréal inc.", "language": "fr"}
_LONGEST_SECONDS = 0.02


async def cancelled(api: Invoicing, chance: random.Random) -> None:
    """One creation of an invoice, cancelled at a moment that only chance knows; or not at all."""

    async def create() -> None:
        context = Context(actor=SYSTEM, now=api.clock(), correlation_id="test")
        async with api.services.transactions.writing() as uow:
            await create_invoice(uow, context, CreateInvoice(customer="C-1"))

    task = asyncio.create_task(create())
    await asyncio.wait([task], timeout=chance.random() * _LONGEST_SECONDS)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() or task.exception() is None or isinstance(task.exception(), Refusal)


@pytest.mark.parametrize("times", [400, pytest.param(5_000, marks=pytest.mark.long)])
async def test_a_cancelled_request_leaves_no_connection_no_transaction_no_lost_message(
    invoicing: Invoicing, times: int
) -> None:
    assert (await invoicing.put("/customers/C-1", CUSTOMER)).status < 300
    chance = random.Random(22)  # noqa: S311 - when each is cancelled, not a secret
    for _ in range(times // 4):
        await asyncio.gather(*(cancelled(invoicing, chance) for _ in range(4)))

    size = invoicing.services.settings.pool_size
    together = asyncio.Barrier(size)

    async def works() -> int:
        async with invoicing.pool.acquire() as connection:
            await together.wait()
            return int(await connection.fetchval("select 1"))

    assert await asyncio.wait_for(asyncio.gather(*(works() for _ in range(size))), 20) == [1] * size
    (open_,) = await invoicing.database.fetch(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'"
    )
    assert open_["count"] == 0
    (made,) = await invoicing.database.fetch(
        """select (select count(*) from invoices) as invoices,
                  (select count(*) from outbox where type = 'events.invoice.created.v1') as told,
                  (select count(*) from audit where action = 'invoice.created') as kept"""
    )
    assert made["invoices"] == made["told"] == made["kept"]
    assert 0 < made["invoices"] < times, "all were cancelled too early, or none in time"
