from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from services.accounting_sync.composition import migrate, transfer_log_pool
from services.accounting_sync.settings import AccountingSettings
from services.accounting_sync.transfers import LogUnavailable, PostgresTransferLog, TransferBusy
from shared.postgres.pool import open_pool
from shared.settings import SettingMissing
from tests.integration.accounting_sync.conftest import migrated_settings
from tests.support.postgres import PrivatePostgres
from tests.unit.accounting_sync.transfer_log_contract import (
    FAILED,
    SENDING,
    TRANSFERRED,
    TransferLogContract,
)


class TestPostgresTransferLog(TransferLogContract):
    """The scenarios that it shares with the one in memory; `log` is the fixture of the conftest."""

    @pytest.fixture
    def log(self, log: PostgresTransferLog) -> PostgresTransferLog:
        return log


async def test_every_row_is_listed_by_id(log: PostgresTransferLog) -> None:
    rows = [replace(SENDING, invoice_id=id_) for id_ in ("c", "a", "b")]
    for row in rows:
        async with log.locked(row.invoice_id) as locked:
            await locked.save(row)
    assert [row.invoice_id async for row in log.all()] == ["a", "b", "c"]


async def test_two_pools_exclude_each_other(settings: AccountingSettings, log: PostgresTransferLog) -> None:
    async with transfer_log_pool(settings) as pool, log.locked("invoice-1"):
        with pytest.raises(TransferBusy):
            async with PostgresTransferLog(pool).locked("invoice-1"):
                pass


async def test_the_service_can_do_no_more_than_it_needs(settings: AccountingSettings) -> None:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        for statement in (
            "delete from transfers",
            "truncate transfers",
            "alter table transfers disable trigger all",
            "drop table transfers",
            "create table mine (x int)",
            "alter function refuse_change_of_transferred() rename to mine",
            "update schema_migrations set sha256 = ''",
            "set role accounting_owner",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_what_is_transferred_is_final_for_the_owner_too(
    settings: AccountingSettings, log: PostgresTransferLog
) -> None:
    async with log.locked("invoice-1") as row:
        await row.save(TRANSFERRED)
    assert settings.admin_database_url is not None
    connection = await asyncpg.connect(settings.admin_database_url.get_secret_value())
    try:
        for statement in ("update transfers set total = total", "delete from transfers"):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await connection.execute(statement)
            assert refused.value.sqlstate == "FA001"
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "row",
    [
        replace(TRANSFERRED, external_id=None),
        replace(TRANSFERRED, settled_at=None),
        replace(TRANSFERRED, reason=FAILED.reason),
        replace(FAILED, reason=None),
        replace(SENDING, settled_at=FAILED.settled_at),
        replace(SENDING, fingerprint="short"),
        replace(SENDING, attempt=0),
        replace(SENDING, state="lost"),  # type: ignore[arg-type]  # the database must not rely on mypy
    ],
)
async def test_rows_that_make_no_sense_are_refused(log: PostgresTransferLog, row: object) -> None:
    async with log.locked("invoice-1") as locked:
        with pytest.raises(LogUnavailable, match="CheckViolation"):
            await locked.save(row)  # type: ignore[arg-type]  # one is of no known state
        assert await locked.read() is None


async def test_migrating_again_changes_nothing(settings: AccountingSettings) -> None:
    assert await migrate(settings) == []


async def test_migrating_needs_an_administrator_and_a_password(settings: AccountingSettings) -> None:
    with pytest.raises(SettingMissing, match="ACCOUNTING_ADMIN_DATABASE_URL"):
        await migrate(settings.model_copy(update={"admin_database_url": None}))
    url = "postgresql://accounting_service@127.0.0.1/accounting"
    with pytest.raises(SettingMissing, match="ACCOUNTING_DATABASE_URL"):
        await migrate(
            AccountingSettings.model_validate(
                {"database_url": url, "admin_database_url": settings.admin_database_url}
            )
        )


async def test_a_server_that_goes_away_is_told_and_comes_back(
    postgres_instance: PrivatePostgres, tmp_path: Path
) -> None:
    settings = await migrated_settings(postgres_instance, tmp_path)
    async with transfer_log_pool(settings) as pool:
        log = PostgresTransferLog(pool)
        async with log.locked("invoice-1") as row:
            await row.save(SENDING)
            await postgres_instance.stop()
            with pytest.raises(LogUnavailable):
                await row.save(replace(SENDING, total=Decimal(0)))
            with pytest.raises(LogUnavailable):
                await row.read()
        with pytest.raises(LogUnavailable):
            async with log.locked("invoice-1"):
                pass
        with pytest.raises(LogUnavailable):
            [row async for row in log.all()]

        await postgres_instance.start()
        async with log.locked("invoice-1") as row:
            assert await row.read() == SENDING


async def test_no_free_connection_is_told(settings: AccountingSettings) -> None:
    pool = await open_pool(
        settings.database_url.get_secret_value(),
        application_name="tests",
        max_size=1,
        acquire_seconds=1,
    )
    try:
        async with PostgresTransferLog(pool).locked("invoice-1"):
            with pytest.raises(LogUnavailable, match="PoolBusy"):
                async with PostgresTransferLog(pool).locked("invoice-2"):
                    pass
    finally:
        await pool.close()
