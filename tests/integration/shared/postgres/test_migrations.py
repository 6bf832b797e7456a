import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from shared.postgres.migrations import (
    MigrationBlocked,
    MigrationChanged,
    Patience,
    ensure_roles,
    exit_when_stopped,
    migrate,
)
from tests.support.postgres import PrivatePostgres
from tests.support.waiting import until


async def _prepared(postgres: PrivatePostgres, name: str) -> str:
    await postgres.create_database(name)
    dsn = postgres.admin_dsn(name)
    await ensure_roles(dsn, owner=f"{name}_owner", service=f"{name}_service", password="s3cret'")
    return dsn


def _files(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    (folder / "README.txt").write_text("not SQL", encoding="utf-8")
    return folder


async def _value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        value: object = await connection.fetchval(query)
        return value
    finally:
        await connection.close()


@asynccontextmanager
async def _reading(dsn: str) -> AsyncIterator[None]:
    """A long transaction that has read the table `t`."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.fetch("select * from t")
            yield
    finally:
        await connection.close()


async def test_each_file_once_in_order_and_the_owner_owns(postgres: PrivatePostgres, tmp_path: Path) -> None:
    dsn = await _prepared(postgres, "mig_once")
    folder = _files(tmp_path, b_second="alter table t add m int", a_first="create table t (n int)")
    assert await migrate(dsn, folder, owner="mig_once_owner") == ["a_first.sql", "b_second.sql"]
    assert await migrate(dsn, folder, owner="mig_once_owner") == []
    assert await _value(dsn, "select tableowner from pg_tables where tablename = 't'") == "mig_once_owner"


async def test_two_at_once_apply_it_once(postgres: PrivatePostgres, tmp_path: Path) -> None:
    dsn = await _prepared(postgres, "mig_race")
    folder = _files(tmp_path, a="create table t (n int)")
    applied = await asyncio.gather(*(migrate(dsn, folder, owner="mig_race_owner") for _ in range(4)))
    assert sorted(len(names) for names in applied) == [0, 0, 0, 1]


async def test_a_changed_file_is_refused_and_nothing_is_applied(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    dsn = await _prepared(postgres, "mig_changed")
    await migrate(dsn, _files(tmp_path, a="create table t (n int)"), owner="mig_changed_owner")
    _files(tmp_path, a="create table t (n bigint)", b="create table u (n int)")
    with pytest.raises(MigrationChanged, match=r"a\.sql"):
        await migrate(dsn, tmp_path, owner="mig_changed_owner")
    assert await _value(dsn, "select to_regclass('u')") is None


async def test_a_failing_file_leaves_the_earlier_ones_and_the_next_run_goes_on(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    dsn = await _prepared(postgres, "mig_fails")
    folder = _files(tmp_path, a="create table t (n int)", b="create table u (n int); select 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, folder, owner="mig_fails_owner")
    assert await _value(dsn, "select to_regclass('t') is not null and to_regclass('u') is null")
    _files(tmp_path, b="create table u (n int)", c="create table v (n int)")
    assert await migrate(dsn, folder, owner="mig_fails_owner") == ["b.sql", "c.sql"]


async def test_a_held_table_is_tried_again_until_it_is_free(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    dsn = await _prepared(postgres, "mig_held")
    await migrate(dsn, _files(tmp_path, a="create table t (n int)"), owner="mig_held_owner")
    _files(tmp_path, b="alter table t add m int")
    patience = Patience(lock_seconds=0.05, tries=10_000, pause_seconds=0.01)
    with capture_logs() as logs:
        async with _reading(dsn):
            running = asyncio.create_task(migrate(dsn, tmp_path, owner="mig_held_owner", patience=patience))
            await until(lambda: any("waits for a lock" in entry["event"] for entry in logs))
        assert await running == ["b.sql"]


async def test_a_table_that_stays_held_is_told_and_blocks_no_reader(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    dsn = await _prepared(postgres, "mig_blocked")
    await migrate(dsn, _files(tmp_path, a="create table t (n int)"), owner="mig_blocked_owner")
    _files(tmp_path, b="alter table t add m int")
    patience = Patience(lock_seconds=0.1, tries=3, pause_seconds=0.01)
    reader = await asyncpg.connect(dsn, command_timeout=60)
    reads = 0
    try:
        async with _reading(dsn):
            running = asyncio.create_task(
                migrate(dsn, tmp_path, owner="mig_blocked_owner", patience=patience)
            )
            while not running.done():
                await reader.fetch("select * from t")
                reads += 1
            with pytest.raises(MigrationBlocked, match=r"b\.sql was tried 3 times"):
                await running
    finally:
        await reader.close()
    assert reads
    assert await migrate(dsn, tmp_path, owner="mig_blocked_owner") == ["b.sql"]


async def test_an_index_is_built_beside_writers_and_once_more_after_a_failure(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    dsn = await _prepared(postgres, "mig_index")
    table = "create table t (n int); insert into t values (1), (1)"
    await migrate(dsn, _files(tmp_path, a=table), owner="mig_index_owner")
    built = """-- outside a transaction
-- Two statements;
create unique index concurrently if not exists t_n
    on t (n);
create index concurrently if not exists t_desc on t (n desc);
"""
    _files(tmp_path, b=built)
    with pytest.raises(asyncpg.UniqueViolationError):
        await migrate(dsn, tmp_path, owner="mig_index_owner")
    assert not await _value(dsn, "select indisvalid from pg_index where indexrelid = 't_n'::regclass")
    await _value(dsn, "delete from t")
    assert await migrate(dsn, tmp_path, owner="mig_index_owner") == ["b.sql"]
    valid = "select count(*) from pg_index where indrelid = 't'::regclass and indisvalid"
    assert await _value(dsn, valid) == 2


async def test_who_waits_for_another_does_not_stop_its_index(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    dsn = await _prepared(postgres, "mig_beside")
    await migrate(dsn, _files(tmp_path, a="create table t (n int)"), owner="mig_beside_owner")
    _files(tmp_path, b="-- outside a transaction\ncreate index concurrently if not exists t_n on t (n);")
    with capture_logs() as logs:
        async with _reading(dsn):
            first = asyncio.create_task(migrate(dsn, tmp_path, owner="mig_beside_owner"))
            second = asyncio.create_task(
                ensure_roles(dsn, owner="mig_beside_owner", service="mig_beside_service", password="x")
            )
            third = asyncio.create_task(migrate(dsn, tmp_path, owner="mig_beside_owner"))
            await until(lambda: any("another process" in entry["event"] for entry in logs))
        assert sorted([await first, await third]) == [[], ["b.sql"]]
        await second


async def test_the_service_owns_nothing(postgres: PrivatePostgres, tmp_path: Path) -> None:
    dsn = await _prepared(postgres, "mig_service")
    await migrate(dsn, _files(tmp_path, a="create table t (n int)"), owner="mig_service_owner")
    service = dsn.replace(dsn.split("@")[0], "postgresql://mig_service_service:s3cret%27")
    connection = await asyncpg.connect(service)
    try:
        for statement in ("select * from t", "create table mine (n int)", "drop table t"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


def test_an_operator_is_told_why_in_a_sentence() -> None:
    with pytest.raises(SystemExit, match="tried 3 times"), exit_when_stopped():
        raise MigrationBlocked("0099.sql", 3)
