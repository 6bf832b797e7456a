"""The lock on an invoice: whoever waits for it finds the invoice as it is afterwards."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.finalize import finalize
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.storage.invoices import Invoices
from services.invoice_service.storage.unit_of_work import Transaction
from tests.integration.invoice_service.invoices.shop import Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def session(shop: Shop) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A session of the service of one's own."""
    connection = await asyncpg.connect(shop.database.dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def until_it_waits(shop: Shop, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Return once a session waits for a lock."""
    waits = "select 1 from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'"
    await shop.until_rows(waits, connection.get_server_pid())


@pytest.mark.parametrize("ref", ["id", "number"])
@pytest.mark.parametrize("off", list(itertools.product(["off", "on"], repeat=4)))
async def test_who_waits_for_a_finalize_finds_the_final(shop: Shop, ref: str, off: tuple[str, ...]) -> None:
    """In whatever way PostgreSQL does it: it chooses by the size of the tables."""
    invoice = await shop.billing({"price": "1.00"})
    async with session(shop) as connection:
        invoices = Invoices(Transaction(connection))
        for way, set_to in zip(("seqscan", "hashjoin", "mergejoin", "hashagg"), off, strict=True):
            await connection.execute(f"set enable_{way} = {set_to}")
        async with connection.transaction():
            async with shop.api.services.transactions.writing() as uow:
                final = await finalize(uow, Context(SYSTEM, shop.api.clock(), "x"), invoice["number"])
                waiting = asyncio.create_task(invoices.lock(invoice[ref]))
                await until_it_waits(shop, connection)
            assert str(await waiting) == invoice["id"]
            seen = await connection.fetchval("select number from invoices where id = $1", final.invoice.id)
    assert seen == final.invoice.number


async def test_a_credit_locks_its_invoice_first_and_waits_for_it(shop: Shop) -> None:
    invoice = await shop.transferred(await shop.billing({"price": "1.00"}))
    credit = expect(await shop.credit(invoice), 201)
    async with session(shop) as connection, session(shop) as other:
        invoices = Invoices(Transaction(connection))
        async with connection.transaction():
            async with other.transaction():
                await other.execute("update invoices set note = 'x' where number = $1", invoice["number"])
                waiting = asyncio.create_task(invoices.lock(credit["number"]))
                await until_it_waits(shop, connection)
                # What it waits for it has not locked yet, nor anything behind it.
                assert await other.fetchval(
                    "select true from invoices where number = $1 for update skip locked", credit["number"]
                )
            assert str(await waiting) == credit["id"]
            assert not await other.fetch(
                "select 1 from invoices where number = any($1) for update skip locked",
                [credit["number"], invoice["number"]],
            )


async def test_who_waits_for_a_deletion_finds_nothing(shop: Shop) -> None:
    invoice = await shop.transferred(await shop.billing({"price": "1.00"}))
    for doomed in (await shop.billing({"price": "1.00"}), expect(await shop.credit(invoice), 201)):
        async with session(shop) as connection, session(shop) as other, connection.transaction():
            invoices = Invoices(Transaction(connection))
            async with other.transaction():
                await other.execute("delete from invoices where number = $1", doomed["number"])
                waiting = asyncio.create_task(_look(invoices, doomed["number"]))
                await until_it_waits(shop, connection)
            with pytest.raises(NotFound):
                await waiting


async def _look(invoices: Invoices, ref: str) -> None:
    await invoices.load(str(await invoices.lock(ref)), "")
