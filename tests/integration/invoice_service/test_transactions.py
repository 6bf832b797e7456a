"""What becomes of a use case when the database does not play along."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.reference import Product
from services.invoice_service.domain.texts import Localized
from services.invoice_service.storage.reference_repositories import ReferenceRepositories
from services.invoice_service.storage.transactions import PostgresTransactions
from services.invoice_service.storage.unit_of_work import Transaction
from tests.support.invoicing import Database, Invoicing, make_database, running
from tests.support.postgres import PrivatePostgres

REP = {"name": "Julie"}


@asynccontextmanager
async def lock_of(database: Database, statement: str) -> AsyncIterator[asyncpg.Connection]:
    """Another session that holds what `statement` locks."""
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        async with connection.transaction():
            await connection.execute(statement)
            yield connection
    finally:
        await connection.close()


async def waiting(database: Database, count: int = 1) -> None:
    """Wait until so many sessions wait for a lock."""
    async with asyncio.timeout(10):
        while True:
            rows = await database.fetch(
                "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            if len(rows) >= count:
                return


async def test_a_pool_without_a_free_connection_says_so(invoicing_database: Database, tmp_path: Path) -> None:
    async with (
        running(invoicing_database, tmp_path, pool_size=2, pool_acquire_seconds=1) as api,
        api.pool.acquire(),
        api.pool.acquire(),
    ):
        reply = await api.get("/settings")

    assert (reply.status, reply.code) == (503, "unavailable")
    assert int(reply.headers["Retry-After"]) > 0


async def test_a_lock_is_waited_for_no_longer_than_the_limit(
    invoicing_database: Database, tmp_path: Path
) -> None:
    async with running(invoicing_database, tmp_path, lock_seconds=0.2) as api:
        await api.put("/sales-reps/JT", REP)
        async with lock_of(invoicing_database, "select from sales_reps for update"):
            reply = await api.put("/sales-reps/JT", {"name": "Autre"})
        after = await api.put("/sales-reps/JT", {"name": "Autre"})

    assert (reply.status, reply.code) == (503, "unavailable")
    assert after.status == 200


async def test_a_statement_takes_no_longer_than_the_limit(
    invoicing_database: Database, tmp_path: Path
) -> None:
    async with running(invoicing_database, tmp_path, statement_seconds=0.2, lock_seconds=5) as api:
        await api.put("/sales-reps/JT", REP)
        async with lock_of(invoicing_database, "select from sales_reps for update"):
            reply = await api.put("/sales-reps/JT", {"name": "Autre"})

    assert (reply.status, reply.code) == (503, "unavailable")


async def test_two_that_create_the_same_at_once_both_succeed(invoicing: Invoicing) -> None:
    for path, body in (
        ("/sales-reps/JT", REP),
        ("/customers/C-1", {"name": "x"}),
    ):
        replies = await asyncio.gather(
            *(invoicing.put(path, {**body, "active": n % 2 == 0}) for n in range(8))
        )
        assert sorted(reply.status for reply in replies) == [200] * 7 + [201]


async def test_two_that_create_the_same_job_at_once_both_succeed(invoicing: Invoicing) -> None:
    await invoicing.put("/customers/C-1", {"name": "x"})
    job = {"customer": "C-1", "title": "x", "ordered_quantity": "1", "status": "shipped"}

    replies = await asyncio.gather(
        *(invoicing.put("/jobs/D-1", {**job, "po_number": str(n)}) for n in range(8))
    )

    assert sorted(reply.status for reply in replies) == [200] * 7 + [201]
    assert len(await invoicing.audit("job", "D-1")) == 8


async def test_the_loser_of_a_race_to_create_replaces(invoicing: Invoicing) -> None:
    """Held up between its look and its insert, so that it surely finds the code taken."""
    insert = "insert into sales_reps (code, name) values ('JT', 'Winner')"
    async with lock_of(invoicing.database, insert):
        loser = asyncio.create_task(invoicing.put("/sales-reps/JT", REP))
        await waiting(invoicing.database)
    reply = await loser

    assert (reply.status, reply.json["name"]) == (200, "Julie")
    (told,) = await invoicing.audit("sales_rep", "JT")
    assert told["changes"] == [{"field": "name", "before": "Winner", "after": "Julie"}]


FIRST_JOB = """insert into jobs (number, customer, title, ordered_quantity, status)
    values ('D-1', 'C-0', 'First', 1, 'shipped')"""


@pytest.mark.parametrize(
    ("path", "body", "insert"),
    [
        ("/customers/C-1", {"name": "Second"}, "insert into customers (code, name) values ('C-1', 'First')"),
        (
            "/jobs/D-1",
            {"customer": "C-0", "title": "Second", "ordered_quantity": "1", "status": "shipped"},
            FIRST_JOB,
        ),
    ],
)
async def test_so_does_the_loser_with_a_customer_or_a_job(
    invoicing: Invoicing, path: str, body: dict[str, str], insert: str
) -> None:
    await invoicing.put("/customers/C-0", {"name": "x"})
    async with lock_of(invoicing.database, insert):
        loser = asyncio.create_task(invoicing.put(path, body))
        await waiting(invoicing.database)
    reply = await loser

    assert (reply.status, reply.json.get("name", reply.json.get("title"))) == (200, "Second")


async def test_a_lost_deadlock_is_tried_again(invoicing: Invoicing) -> None:
    await invoicing.put("/customers/C-1", {"name": "x"})
    await invoicing.put("/sales-reps/JT", REP)
    async with lock_of(invoicing.database, "select from sales_reps for update") as other:
        # It locks the customer, then its foreign key waits for the sales rep.
        put = asyncio.create_task(invoicing.put("/customers/C-1", {"name": "y", "sales_rep": "JT"}))
        await waiting(invoicing.database)
        await other.execute("set local deadlock_timeout = '1h'")  # so that the other one is the victim
        await other.execute("update customers set name = 'z' where code = 'C-1'")
    reply = await put

    assert (reply.status, reply.json["name"]) == (200, "y")


async def test_a_reference_that_goes_away_meanwhile_is_an_unknown_one(invoicing: Invoicing) -> None:
    record = Product("P-1", Localized("a", "b"), gl_account="9999")

    with pytest.raises(Invalid) as refused:
        async with invoicing.services.transactions.writing() as uow:
            await uow.reference.insert(record)

    assert refused.value.code == "unknown_reference"
    assert [error.field for error in refused.value.errors] == ["gl_account"]


async def test_a_defect_stays_a_defect(invoicing: Invoicing) -> None:
    transactions = PostgresTransactions(invoicing.pool, lambda transaction: transaction)

    with pytest.raises(asyncpg.InterfaceError):
        async with transactions.writing() as transaction:
            await transaction.connection.fetch("select $1::int")
    with pytest.raises(asyncpg.UndefinedTableError):
        async with transactions.writing() as transaction:
            await transaction.connection.fetch("select from nowhere")


async def test_a_text_that_no_database_keeps_is_invalid(invoicing: Invoicing) -> None:
    with pytest.raises(Invalid):
        async with invoicing.services.transactions.writing() as uow:
            await uow.reference.get(Product, "a\0b")


async def test_serialisation_failures_are_told_apart(invoicing: Invoicing) -> None:
    transactions = PostgresTransactions(invoicing.pool, lambda transaction: transaction)
    raised = "do $$ begin raise exception using errcode = '{}'; end $$"

    with pytest.raises(TransactionConflict):
        async with transactions.writing() as transaction:
            await transaction.connection.execute(raised.format("40001"))
    with pytest.raises(StorageUnavailable):
        async with transactions.writing() as transaction:
            await transaction.connection.execute(raised.format("57P01"))


async def test_reading_can_not_write_and_sees_one_moment(invoicing: Invoicing) -> None:
    transactions = PostgresTransactions(invoicing.pool, ReferenceRepositories)

    with pytest.raises(StorageUnavailable):
        async with transactions.reading() as uow:
            await uow.settings.put({"currency": "USD"})
    async with transactions.reading() as uow:
        before = await uow.settings.get()
        await invoicing.patch("/settings", {"currency": "USD"})
        assert await uow.settings.get() == before


async def test_a_transaction_that_wrote_knows_its_id(invoicing: Invoicing) -> None:
    seen: list[Transaction] = []

    def build(transaction: Transaction) -> ReferenceRepositories:
        seen.append(transaction)
        return ReferenceRepositories(transaction)

    transactions = PostgresTransactions(invoicing.pool, build)

    async with transactions.writing() as uow:
        await uow.audit.append(Context(SYSTEM, invoicing.clock(), "c-1"), "created", "test", "x")
        status = await seen[0].connection.fetchval("select pg_xact_status($1::text::xid8)", seen[0].xact)

    assert status == "in progress"


async def test_while_the_database_is_away_it_is_unavailable_and_then_comes_back(
    postgres_instance: PrivatePostgres, tmp_path: Path
) -> None:
    database = await make_database(postgres_instance)
    async with running(database, tmp_path) as api:
        assert (await api.put("/sales-reps/JT", REP)).status == 201
        await postgres_instance.stop()
        away = [
            await api.get("/sales-reps/JT"),
            await api.put("/sales-reps/JT", REP),
            await api.get("//readyz"),
        ]
        live = await api.get("//livez")
        await postgres_instance.start()
        async with asyncio.timeout(20):
            while (back := await api.get("/sales-reps/JT")).status == 503:
                pass

    assert [reply.status for reply in away] == [503, 503, 503]
    assert {reply.code for reply in away[:2]} == {"unavailable"}
    assert live.status == 200
    assert (back.status, back.json["name"]) == (200, "Julie")
