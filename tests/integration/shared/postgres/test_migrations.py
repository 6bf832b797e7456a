import asyncio
from pathlib import Path

import asyncpg
import pytest

from shared.postgres.migrations import MigrationChanged, ensure_roles, migrate
from tests.support.postgres import PrivatePostgres


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


async def test_each_file_once_in_order_and_the_owner_owns(postgres: PrivatePostgres, tmp_path: Path) -> None:
    dsn = await _prepared(postgres, "mig_once")
    folder = _files(tmp_path, b_second="alter table t add m int", a_first="create table t (n int)")
    assert await migrate(dsn, folder, owner="mig_once_owner") == ["a_first.sql", "b_second.sql"]
    assert await migrate(dsn, folder, owner="mig_once_owner") == []
    connection = await asyncpg.connect(dsn)
    try:
        owner = await connection.fetchval("select tableowner from pg_tables where tablename = 't'")
        assert owner == "mig_once_owner"
    finally:
        await connection.close()


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
    connection = await asyncpg.connect(dsn)
    try:
        assert await connection.fetchval("select to_regclass('u')") is None
    finally:
        await connection.close()


async def test_a_failing_file_leaves_nothing(postgres: PrivatePostgres, tmp_path: Path) -> None:
    dsn = await _prepared(postgres, "mig_fails")
    folder = _files(tmp_path, a="create table t (n int)", b="select 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, folder, owner="mig_fails_owner")
    connection = await asyncpg.connect(dsn)
    try:
        assert await connection.fetchval("select to_regclass('t')") is None
    finally:
        await connection.close()


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
