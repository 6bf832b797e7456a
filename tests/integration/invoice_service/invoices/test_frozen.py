"""What is final stays as it is: against the service's own role, and against everybody else."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio

from services.invoice_service.application.context import Context
from services.invoice_service.application.finalize import finalize
from services.invoice_service.domain.actors import SYSTEM
from tests.integration.invoice_service.invoices.shop import Json, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

FROZEN, NOT_ALLOWED = "FA001", "42501"
NEW_LINE = """insert into invoice_lines (id, invoice_id, position, kind, description, quantity, total)
              values (gen_random_uuid(), $1, 99, 'text', 'x', 1, 1)"""


@dataclass(frozen=True)
class Kept:
    """A transferred invoice with its document, a final that is not transferred, and a pro forma."""

    shop: Shop
    sent: Json
    ready: Json
    draft: Json

    def ids(self) -> list[uuid.UUID]:
        return [uuid.UUID(invoice["id"]) for invoice in (self.sent, self.ready, self.draft)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kept(shop: Shop) -> AsyncIterator[Kept]:
    """They are the same before and after all tests."""
    sent = await shop.transferred(await shop.invoice())
    await shop.rendered(sent)
    ready = await shop.finalize(await shop.billing({"price": "1.00"}))
    yield Kept(shop, await shop.get(sent["number"]), ready, await shop.billing({"price": "2.00"}))


async def refused(dsn: str, sql: str, *values: object, first: str | None = None) -> str | None:
    """The SQLSTATE that a statement ends with, None when it passes; nothing of it stays."""
    connection = await asyncpg.connect(dsn)
    try:
        transaction = connection.transaction()
        await transaction.start()
        try:
            if first:
                await connection.execute(first)
            await connection.execute(sql, *values)
        except asyncpg.PostgresError as error:
            return str(error.sqlstate)
        finally:
            await transaction.rollback()
    finally:
        await connection.close()
    return None


CONTENT = [
    *(
        f"update invoices set {change} where id = $1"
        for change in (
            "total = total + 1", "subtotal = 0", "date = '2020-01-01'", "due_date = null",
            "sold_to = '{}'", "bill_to = '{}'", "ship_to = null", "language = 'en'", "currency = 'USD'",
            "message = 'x'", "tax_code = null", "final_number = '99999'",
            "final_number = null, status = 'proforma_draft'",
            "proforma_number = 'PF-X'", "number_key = 'x'", "version = version + 1", "kind = 'credit_note'",
            "snapshot = null", "snapshot = snapshot || '{\"x\": 1}'", "snapshot_sha256 = 'x'", "search = 'x'",
            "hold = '{\"reason\": \"x\"}'", "manual = '{x}'", "finalized_at = now()", "created_at = now()",
            "status = 'proforma_sent'", "id = gen_random_uuid()", "business_entity = 'OTHER'", "exchange_rate = 2",
        )
    ),
    "delete from invoices where id = $1",
    "update invoice_lines set total = total + 1 where invoice_id = $1",
    "update invoice_lines set position = position + 10 where invoice_id = $1",
    "delete from invoice_lines where invoice_id = $1",
    NEW_LINE,
    "update invoice_taxes set amount = amount + 1 where invoice_id = $1",
    "delete from invoice_taxes where invoice_id = $1",
    """insert into invoice_taxes (invoice_id, position, code, name, rate, base, amount)
       values ($1, 9, 'X', '{}', 0, 0, 0)""",
    "update invoice_documents set sha256 = 'x' where invoice_id = $1",
    "delete from invoice_documents where invoice_id = $1",
]  # fmt: skip
TABLES = ("invoices", "invoice_lines", "invoice_taxes", "invoice_documents", "audit")


@pytest.mark.parametrize("sql", CONTENT)
async def test_the_service_changes_nothing_of_a_final(kept: Kept, sql: str) -> None:
    expected = NOT_ALLOWED if sql.startswith("update invoice_documents") else FROZEN

    assert await refused(kept.shop.database.dsn, sql, kept.ids()[0]) == expected


@pytest.mark.parametrize("sql", CONTENT)
@pytest.mark.parametrize("first", [None, "set session_replication_role = replica"])
async def test_nor_does_an_administrator_by_accident(kept: Kept, sql: str, first: str | None) -> None:
    if first and "id = gen_random_uuid()" in sql:
        first = None  # a restore never does that either
    assert await refused(kept.shop.database.admin_dsn, sql, kept.ids()[0], first=first) == FROZEN


@pytest.mark.parametrize(
    "sql",
    [
        "update invoice_lines set invoice_id = $1 where invoice_id = $2",
        "update invoice_lines set invoice_id = $2 where invoice_id = $1",
        "update invoice_taxes set invoice_id = $1, position = 9 where invoice_id = $2",
        "update invoice_taxes set invoice_id = $2, position = 9 where invoice_id = $1",
    ],
)
async def test_nothing_moves_into_or_out_of_a_final(kept: Kept, sql: str) -> None:
    sent, _, draft = kept.ids()

    assert await refused(kept.shop.database.dsn, sql, sent, draft) == FROZEN


async def test_what_was_transferred_is_not_made_ready_again(kept: Kept) -> None:
    assert (
        await refused(
            kept.shop.database.dsn, "update invoices set status = 'final_ready' where id = $1", kept.ids()[0]
        )
        == FROZEN
    )


@pytest.mark.parametrize(
    "sql",
    [
        *(f"truncate {table} cascade" for table in TABLES),
        *(f"alter table {table} disable trigger all" for table in TABLES),
        *(f"drop table {table} cascade" for table in TABLES),
        "drop trigger final_is_frozen on invoices",
        "drop trigger append_only on audit",
        "create or replace function guard_final_invoice() returns trigger language plpgsql as 'begin return new; end'",
        "drop function guard_final_invoice() cascade",
        "alter function take_number(text, text) rename to other",
        "set session_replication_role = replica",
        "set role invoice_owner",
        "alter table invoices owner to invoice_service",
        "grant all on audit to invoice_service",
        "create table mine (x int)",
        "update audit set action = 'x'",
        "delete from audit",
        "delete from inbox",
        "update number_series_intervals set reason = 'x'",
        "delete from number_series",
        "delete from invoice_axes",
        "insert into schema_migrations select * from schema_migrations",
    ],
)
async def test_the_service_can_not_get_around_it(kept: Kept, sql: str) -> None:
    if sql.startswith("grant"):
        # PostgreSQL only warns somebody who has nothing to grant; then nothing must have been granted.
        assert await refused(kept.shop.database.dsn, "delete from audit", first=sql) == NOT_ALLOWED
        return
    assert await refused(kept.shop.database.dsn, sql) == NOT_ALLOWED


@pytest.mark.parametrize(
    "sql", ["update audit set action = 'x'", "delete from audit", *(f"truncate {t} cascade" for t in TABLES)]
)
async def test_an_administrator_rewrites_no_history_by_accident(kept: Kept, sql: str) -> None:
    assert await refused(kept.shop.database.admin_dsn, sql) == FROZEN


@pytest.mark.parametrize(
    "sql",
    [
        "update invoices set note = 'x', updated_at = now() where id = $1",
        "update invoices set status = 'final_sent' where id = $1",
        "update invoice_axes set delivery_state = 'pending' where invoice_id = $1",
        "insert into favourites values ('x', $1)",
    ],
)
async def test_what_is_not_content_moves(kept: Kept, sql: str) -> None:
    assert await refused(kept.shop.database.dsn, sql, kept.ids()[1]) is None


async def test_a_pro_forma_is_free(kept: Kept) -> None:
    draft = kept.ids()[2]
    for sql in (
        NEW_LINE,
        "update invoices set message = 'x' where id = $1",
        "delete from invoices where id = $1",
    ):
        assert await refused(kept.shop.database.dsn, sql, draft) is None


async def test_nothing_of_all_this_left_a_trace(kept: Kept) -> None:
    for invoice in (kept.sent, kept.ready, kept.draft):
        assert await kept.shop.get(invoice["number"]) == invoice


async def test_a_line_that_comes_while_a_finalize_is_under_way_never_lands_in_the_final(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    late = await asyncpg.connect(shop.database.dsn)
    try:
        async with shop.api.services.transactions.writing() as uow:
            final = (await finalize(uow, Context(SYSTEM, shop.api.clock(), "x"), invoice["number"])).invoice
            inserting = asyncio.create_task(late.execute(NEW_LINE, final.id))
            waits = "select 1 from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'"
            await shop.until_rows(waits, late.get_server_pid())
        with pytest.raises(asyncpg.PostgresError) as caught:
            await inserting
    finally:
        await late.close()

    assert caught.value.sqlstate == FROZEN
    assert len((await shop.get(final.number))["lines"]) == 1


async def test_a_finalize_waits_for_a_line_that_is_being_added(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    early = await asyncpg.connect(shop.database.dsn)
    try:
        async with early.transaction():
            await early.execute(NEW_LINE, uuid.UUID(invoice["id"]))
            finalizing = asyncio.create_task(shop.finalize(invoice))
            waits = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            await shop.until_rows(waits)
            assert not finalizing.done()
    finally:
        await early.close()

    final = await finalizing
    assert (len(final["lines"]), final["subtotal"]) == (2, "2.00")
