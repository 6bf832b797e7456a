"""The audit trail under the eyes of somebody who is the database's superuser, and rewrites the past."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.invoice_service.commands import parser
from services.invoice_service.messaging.sealer import Sealer
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def factures(shop: Shop, *words: str) -> int:
    parsed = parser().parse_args(words)
    return int(await parsed.run(shop.api.services.settings, parsed))


async def verified(shop: Shop, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """What `factures verify` finds in the trail."""
    capsys.readouterr()
    await factures(shop, "verify", "--ledger", "none", *words)
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("audit: ")]


async def seal(shop: Shop, *, batch: int = 7) -> int:
    return await Sealer(shop.api.services.transactions, batch).seal_all()


async def head(shop: Shop, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    await factures(shop, "head")
    return capsys.readouterr().out.splitlines()[-1]


@asynccontextmanager
async def superuser(shop: Shop) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A transaction of the administrator with the triggers off, undone in the end."""
    connection = await asyncpg.connect(shop.database.admin_dsn)
    try:
        await connection.execute("set lock_timeout = '10s'")
        for table in ("audit", "audit_chain", "audit_seals"):
            await connection.execute(f"alter table {table} disable trigger all")
        yield connection
        for table in ("audit", "audit_chain", "audit_seals"):
            await connection.execute(f"alter table {table} enable always trigger append_only")
    finally:
        await connection.close()


async def _age(shop: Shop) -> None:
    """All that is sealed was sealed ten minutes ago. Locks nothing but the seals."""
    connection = await asyncpg.connect(shop.database.admin_dsn)
    try:
        await connection.execute("set lock_timeout = '10s'")
        async with connection.transaction():
            await connection.execute("alter table audit_seals disable trigger append_only")
            await connection.execute("update audit_seals set sealed_at = sealed_at - interval '11 minutes'")
            await connection.execute("alter table audit_seals enable always trigger append_only")
    finally:
        await connection.close()


async def settled(shop: Shop) -> int:
    """Everything sealed, ten minutes ago; a row of the middle."""
    for _ in range(3):
        await shop.billing({"price": "10.00"})
    await seal(shop)
    await _age(shop)
    await shop.customer()
    await seal(shop)
    await shop.customer()
    await seal(shop)
    # A change that was refused leaves a gap among the numbers: half of the last may be no row.
    ((row,),) = await shop.database.fetch(
        "select max(id) from audit"
        " where id <= (select settled_id / 2 from audit_seals order by number desc limit 1)"
    )
    return int(row)


async def test_each_row_is_sealed_once_whoever_seals_and_verify_is_content(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.billing({"price": "10.00"})

    await asyncio.gather(*(seal(shop, batch=3) for _ in range(4)))
    await seal(shop)

    ((rows, sealed, last),) = await shop.database.fetch(
        "select (select count(*) from audit), count(*), max(position) from audit_chain"
    )
    assert rows == sealed == last > 3
    assert await verified(shop, capsys) == []
    assert await factures(shop, "seal") == 0
    assert "sealed 0 rows" in capsys.readouterr().out


async def test_a_row_that_is_committed_late_is_sealed_all_the_same(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    insert = "insert into audit (actor, action, subject_kind, subject) values ('{}', 'late', 'test', $1) returning id"
    slow = await asyncpg.connect(shop.database.admin_dsn)
    try:
        running = slow.transaction()
        await running.start()
        late = await slow.fetchval(insert, "late")
        for _ in range(3):
            # Long ago, and sealed again and again: but the slow one is under way still.
            await shop.customer()
            await seal(shop)
            await _age(shop)
        await running.commit()
    finally:
        await slow.close()
    for _ in range(3):
        await shop.customer()
        await seal(shop)

    ((sealed,),) = await shop.database.fetch("select count(*) from audit_chain where audit_id = $1", late)
    assert sealed == 1
    assert await verified(shop, capsys) == []


async def test_a_row_that_was_changed_is_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    row = await settled(shop)
    async with superuser(shop) as connection:
        was = await connection.fetchval("select subject from audit where id = $1", row)
        await connection.execute("update audit set subject = 'another' where id = $1", row)

        found = await verified(shop, capsys)

        await connection.execute("update audit set subject = $2 where id = $1", row, was)
    assert found == [f"audit: audit {row}: the row has changed"]
    assert await verified(shop, capsys) == []


async def test_a_row_that_was_removed_is_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    row = await settled(shop)
    async with superuser(shop) as connection:
        await connection.execute("create table taken as select * from audit where id = $1", row)
        await connection.execute("delete from audit where id = $1", row)

        found = await verified(shop, capsys)

        await connection.execute("insert into audit overriding system value select * from taken")
        await connection.execute("drop table taken")
    assert found == [f"audit: audit {row}: the row was removed"]


async def test_a_row_that_was_inserted_into_the_past_is_told(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.database.fetch("select nextval(pg_get_serial_sequence('audit', 'id'))")
    gap = (await shop.database.fetch("select max(id) + 1 as id from audit"))[0]["id"]
    await settled(shop)
    async with superuser(shop) as connection:
        await connection.execute(
            "insert into audit (id, actor, action, subject_kind, subject) overriding system value"
            " values ($1, '{}', 'approved', 'invoice', 'x')",
            gap,
        )

        found = await verified(shop, capsys)

        await connection.execute("delete from audit where id = $1", gap)
    assert found == [f"audit: audit {gap}: the row was inserted among sealed ones"]


async def test_who_makes_the_whole_chain_anew_is_found_by_a_head_that_was_kept(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    row = await settled(shop)
    kept = await head(shop, capsys)
    async with superuser(shop) as connection:
        was = await connection.fetchval("select subject from audit where id = $1", row)
        await connection.execute("create table chain_was as select * from audit_chain")
        await connection.execute("create table seals_were as select * from audit_seals")
        await connection.execute("delete from audit_chain")
        await connection.execute("delete from audit_seals")
        await connection.execute("update audit set subject = 'another' where id = $1", row)
    await seal(shop)

    alone, against = await verified(shop, capsys), await verified(shop, capsys, "--head", kept)

    async with superuser(shop) as connection:
        await connection.execute("update audit set subject = $2 where id = $1", row, was)
        await connection.execute("delete from audit_chain")
        await connection.execute("delete from audit_seals")
        await connection.execute("insert into audit_seals select * from seals_were")
        await connection.execute("insert into audit_chain select * from chain_was")
        await connection.execute("drop table chain_was, seals_were")
    assert alone == []
    assert [line.rpartition(": ")[2] for line in against] == ["the chain is not the one whose head was kept"]
    assert await verified(shop, capsys, "--head", kept) == []


async def test_the_service_itself_can_not_touch_the_chain(shop: Shop) -> None:
    await seal(shop)
    connection = await asyncpg.connect(shop.database.dsn)
    try:
        for statement in (
            "update audit_chain set audit_id = 0",
            "delete from audit_seals",
            "truncate audit_chain",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await shop.database.fetch("update audit_chain set audit_id = 0")


async def test_a_document_whose_bytes_changed_is_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    final: Json = await shop.finalize(await shop.billing({"price": "10.00"}))
    document = await shop.api.services.documents.put("test/kept.pdf", b"%PDF-1.7 as it was")
    await shop.result(
        "document.rendered",
        {"invoice_id": final["id"], "version": final["version"], "document": document.model_dump()},
    )
    path = shop.api.services.settings.documents_url.removeprefix("file://") + f"/{document.key}"
    assert (
        expect(await shop.api.get(f"/invoices/{final['number']}"), 200)["rendering"]["state"] == "succeeded"
    )
    await factures(shop, "verify", "--ledger", "none")
    assert f"document: {final['number']}" not in capsys.readouterr().out

    await asyncio.to_thread(_spoil, path)

    assert await factures(shop, "verify", "--ledger", "none") == 1
    assert f"document: {final['number']}" in capsys.readouterr().out


def _spoil(path: str) -> None:
    with open(path, "r+b") as file:  # noqa: PTH123 - the path of a URL
        file.seek(5)
        file.write(b"X")
