"""How many statements a request costs the database, whatever the size of what it works on."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.invoice_service.storage.invoice_reads import LOAD_ONE
from services.invoice_service.storage.invoices import Invoices
from services.invoice_service.storage.unit_of_work import Transaction
from shared.postgres.pool import Connection
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, text_line
from tests.support.invoicing import Reply

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Counted:
    """The statements of the API, without those that read and write nothing (BEGIN, COMMIT, SET); `trips`: with them."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        assert shop.api.pool is not None
        self._acquire = shop.api.pool.acquire
        self.statements: list[str] = []
        self.trips = 0
        monkeypatch.setattr(shop.api.pool, "acquire", self._counting)

    @asynccontextmanager
    async def _counting(self) -> AsyncIterator[Connection]:
        async with self._acquire() as connection:
            connection.add_query_logger(self._note)
            try:
                yield connection
            finally:
                connection.remove_query_logger(self._note)

    def _note(self, query: asyncpg.connection.LoggedQuery) -> None:
        self.trips += 1
        if not query.query.startswith(("BEGIN", "COMMIT", "ROLLBACK", "set local")):
            self.statements.append(" ".join(query.query.split())[:60])

    async def of(self, call: Awaitable[Reply], status: int) -> list[str]:
        """The statements of one call."""
        self.statements, self.trips = [], 0
        expect(await call, status)
        return self.statements


@pytest.fixture
def counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The shop's statements, counted."""
    return Counted(shop, monkeypatch)


async def large(shop: Shop) -> Json:
    """A pro forma with a job, charges and many lines."""
    account, customer = await shop.account(), await shop.customer()
    charge = {"description": "x", "quantity": "1", "unit_price": "1.00", "gl_account": account}
    charges = [{**charge, "id": f"x{n}"} for n in range(5)]
    invoice = await shop.invoice(job=await shop.job(customer, extra_charges=charges))
    for _ in range(5):
        expect(await shop.add_line(invoice, text_line("1.00")), 201)
        invoice["version"] += 1
    return await shop.get(invoice["number"])


async def test_creating(shop: Shop, counted: Counted) -> None:
    account, customer = await shop.account(), await shop.customer()
    charges = [
        {"id": f"x{n}", "description": "x", "quantity": "1", "unit_price": "1.00", "gl_account": account}
        for n in range(5)
    ]
    job = await shop.job(customer, extra_charges=charges)

    from_job = await counted.of(shop.api.post("/invoices", {"job": job}), 201)
    empty = await counted.of(shop.api.post("/invoices", {"customer": customer}), 201)

    assert len(from_job) <= 6, from_job
    assert len(empty) <= 6, empty


async def test_finalizing(shop: Shop, counted: Counted) -> None:
    invoice, other = await large(shop), await large(shop)
    expect(await shop.patch(other, {"date": "2025-07-01"}), 200)

    statements = await counted.of(shop.api.post(f"/invoices/{invoice['number']}/finalize"), 200)
    again = await counted.of(shop.api.post(f"/invoices/{invoice['number']}/finalize"), 200)
    dated = await counted.of(shop.api.post(f"/invoices/{other['number']}/finalize"), 200)

    assert len(statements) <= 4, statements
    assert len(dated) <= 5, dated
    assert len(again) <= 3, again


async def test_finalizing_a_credit(shop: Shop, counted: Counted) -> None:
    invoice = await shop.transferred(await large(shop))
    credit = expect(await shop.credit(invoice), 201)

    statements = await counted.of(shop.api.post(f"/invoices/{credit['number']}/finalize"), 200)

    # The credited invoice and its other credits are read besides, and the jobs locked that it releases.
    assert len(statements) <= 9, statements


async def test_editing(shop: Shop, counted: Counted) -> None:
    invoice = await large(shop)

    patched = await counted.of(shop.patch(invoice, {"message": "x"}), 200)
    invoice["version"] += 1
    line = await counted.of(shop.patch_line(invoice, {"quantity": "900"}), 200)

    assert len(patched) <= 4, patched
    assert len(line) <= 6, line


async def test_reading(shop: Shop, counted: Counted) -> None:
    first = await large(shop)
    for _ in range(3):
        await large(shop)

    one = await counted.of(shop.api.get(f"/invoices/{first['number']}"), 200)
    trips = counted.trips
    page = await counted.of(
        shop.api.get("/invoices", query={"limit": "200", "status": "all", "q": "encarts"}), 200
    )

    assert (len(one), trips) == (1, 1), one
    assert len(page) <= 2, page


async def test_a_read_is_planned_a_few_times_and_then_no_more(shop: Shop) -> None:
    invoice = await large(shop)
    assert shop.api.pool is not None
    async with shop.api.pool.acquire() as connection:
        invoices = Invoices(Transaction(connection))
        for ref in (invoice["number"], invoice["id"]) * 5:
            await invoices.load(ref, "somebody")

        planned = await connection.fetchrow(
            "select custom_plans, generic_plans from pg_prepared_statements where statement = $1", LOAD_ONE
        )

    # PostgreSQL decides after five: what it reads for one id must look no dearer for any other.
    assert planned is not None
    assert planned["custom_plans"] <= 5
    assert planned["generic_plans"] >= 5
