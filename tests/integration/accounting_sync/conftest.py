"""A database of the service's own, made as a deployment would make it."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.accounting_sync.composition import migrate, transfer_log_pool
from services.accounting_sync.settings import AccountingSettings
from services.accounting_sync.transfers import PostgresTransferLog
from tests.support.postgres import PrivatePostgres


async def migrated_settings(server: PrivatePostgres, ledger_folder: Path) -> AccountingSettings:
    """Settings for a new, migrated database on `server`."""
    database = f"accounting_{uuid.uuid4().hex[:12]}"
    await server.create_database(database)
    settings = AccountingSettings(
        database_url=SecretStr(f"postgresql://accounting_service:pw@127.0.0.1:{server.port}/{database}"),
        admin_database_url=SecretStr(server.admin_dsn(database)),
        ledger_folder=ledger_folder,
        retry_attempts=3,
    )
    assert await migrate(settings) == ["0001_transfers.sql"]
    return settings


@pytest.fixture
async def settings(postgres: PrivatePostgres, tmp_path: Path) -> AccountingSettings:
    return await migrated_settings(postgres, tmp_path / "ledger")


@pytest.fixture
async def log(settings: AccountingSettings) -> AsyncIterator[PostgresTransferLog]:
    async with transfer_log_pool(settings) as pool:
        yield PostgresTransferLog(pool)
