"""`backup` and `restore` of the accounting synchronisation: its table and its ledger."""

from pathlib import Path

import asyncpg
import pytest

from services.accounting_sync.composition import back_up, beancount_connector, restore
from services.accounting_sync.settings import AccountingSettings
from services.accounting_sync.transfers import PostgresTransferLog
from shared.backup_folder import BackupChanged, BackupUnfinished, FolderTaken
from shared.postgres.backup import Done, NotEmpty, OtherVersion
from tests.accounting.documents import invoice
from tests.integration.accounting_sync.conftest import migrated_settings
from tests.support.postgres import PrivatePostgres
from tests.unit.accounting_sync.transfer_log_contract import TRANSFERRED

READ = "select to_jsonb(t)::text from transfers t"


async def fetched(settings: AccountingSettings, query: str) -> list[asyncpg.Record]:
    assert settings.admin_database_url is not None
    connection = await asyncpg.connect(settings.admin_database_url.get_secret_value())
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


def ledger_of(settings: AccountingSettings) -> dict[str, str]:
    """Every file, but for what is passing."""
    files = (file for file in settings.ledger_folder.rglob("*") if file.is_file())
    return {
        str(file.relative_to(settings.ledger_folder)): file.read_text()
        for file in files
        if file.name not in (".lock", ".pending")
    }


@pytest.fixture
async def booked(settings: AccountingSettings, log: PostgresTransferLog) -> AccountingSettings:
    """A system in which one invoice is booked."""
    connector = beancount_connector(settings)
    assert connector is not None
    await connector.prepare()
    await connector.book(invoice())
    async with log.locked("invoice-1") as row:
        await row.save(TRANSFERRED)
    return settings


@pytest.fixture
async def target(postgres: PrivatePostgres, tmp_path: Path) -> AccountingSettings:
    """An empty, migrated system."""
    return await migrated_settings(postgres, tmp_path / "restored")


async def test_table_and_ledger_come_back_and_the_guard_stands(
    booked: AccountingSettings, target: AccountingSettings, tmp_path: Path
) -> None:
    done = await back_up(booked, tmp_path / "backup")
    assert (done.rows, done.files) == (1, len(ledger_of(booked)))
    with pytest.raises(FolderTaken):
        await back_up(booked, tmp_path / "backup")

    assert await restore(target, tmp_path / "backup") == done
    assert await fetched(target, READ) == await fetched(booked, READ)
    assert ledger_of(target) == ledger_of(booked)
    with pytest.raises(asyncpg.PostgresError, match="can no longer change"):
        await fetched(target, "delete from transfers")
    with pytest.raises(NotEmpty, match="transfers"):
        await restore(target, tmp_path / "backup")


async def test_a_ledger_that_is_there_is_later_and_stays(
    booked: AccountingSettings, target: AccountingSettings, tmp_path: Path
) -> None:
    await back_up(booked, tmp_path / "backup")
    kept = target.ledger_folder / "ledger.beancount"
    kept.parent.mkdir()
    kept.write_text("of today")
    assert await restore(target, tmp_path / "backup") == Done(rows=1, files=0)
    assert ledger_of(target) == {"ledger.beancount": "of today"}


async def test_a_ledger_that_was_half_restored_is_begun_again(
    booked: AccountingSettings, target: AccountingSettings, tmp_path: Path
) -> None:
    await back_up(booked, tmp_path / "backup")
    target.ledger_folder.mkdir()
    (target.ledger_folder / ".restoring").touch()
    (target.ledger_folder / "ledger.beancount").write_text("hal")
    await restore(target, tmp_path / "backup")
    assert ledger_of(target) == ledger_of(booked)


async def test_what_is_no_backup_of_this_version_changes_nothing(
    booked: AccountingSettings, target: AccountingSettings, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    await back_up(booked, folder)
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").unlink()
    with pytest.raises(BackupUnfinished):
        await restore(target, folder)
    (folder / "manifest.json").write_text(manifest)
    (folder / "tables/transfers.copy").write_text("")
    with pytest.raises(BackupChanged, match=r"tables/transfers\.copy"):
        await restore(target, folder)
    await back_up(booked, tmp_path / "again")
    await fetched(target, "insert into schema_migrations (name, sha256) values ('0009_later.sql', '')")
    with pytest.raises(OtherVersion, match="0009_later"):
        await restore(target, tmp_path / "again")
    assert await fetched(target, READ) == []
    assert ledger_of(target) == {}
