"""Backup and restore, put together: beside the composition, the only module that knows concrete classes."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.invoice_service.application.back_up import back_up
from services.invoice_service.application.context import Context
from services.invoice_service.application.restore import Restored, restore
from services.invoice_service.composition import OWNER, now
from services.invoice_service.domain.errors import Conflict, Invalid
from services.invoice_service.settings import InvoiceSettings
from services.invoice_service.storage.backup import reading_snapshot, restoring_target
from shared.backup_folder import BackupChanged, BackupFolder, BackupUnfinished, FolderTaken, Manifest
from shared.documents.store import DocumentStore
from shared.settings import SettingsRefused


async def make_backup(
    settings: InvoiceSettings, path: Path, exported: Callable[[], Mapping[str, bytes]]
) -> Manifest:
    """A backup in a new folder. `exported` tells what other services own: asked once the tables are copied.

    Raises:
        Conflict: backup_folder_taken.
        StoreUnavailable, OSError: what is there is no backup.
    """
    folder = BackupFolder(path)
    with _refusals():
        await asyncio.to_thread(folder.begin)
    async with reading_snapshot(settings.database_url.get_secret_value()) as snapshot:
        return await back_up(snapshot, DocumentStore(settings.documents_url), folder, exported, now())


@contextmanager
def _refusals() -> Iterator[None]:
    """What is wrong with a folder, as the service says it."""
    try:
        yield
    except FolderTaken as refused:
        raise Conflict("backup_folder_taken", folder=str(refused.folder)) from refused
    except BackupUnfinished as refused:
        raise Invalid("backup_unfinished", folder=str(refused.folder)) from refused
    except BackupChanged as refused:
        raise Invalid("backup_changed", file=refused.file) from refused


async def restore_backup(
    settings: InvoiceSettings, path: Path, ledger: Iterable[Mapping[str, Any]], context: Context
) -> Restored:
    """A backup into an empty, migrated system. `ledger` is what accounting knows by now.

    Raises:
        Invalid, Conflict: backup_unfinished, backup_changed, restore_other_version, restore_not_empty.
        SettingsRefused: no administrator's address.
    """
    if settings.admin_database_url is None:
        raise SettingsRefused(["INVOICE_ADMIN_DATABASE_URL: missing (needed to restore)"])
    folder = BackupFolder(path)
    with _refusals():
        manifest = await asyncio.to_thread(folder.checked)
    store = DocumentStore(settings.documents_url)
    async with restoring_target(settings.admin_database_url.get_secret_value(), OWNER) as target:
        return await restore(target, store, folder, manifest, context, ledger)
