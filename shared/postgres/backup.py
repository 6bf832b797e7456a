"""`backup` and `restore` of a service that keeps a small database of its own, and perhaps some files.

FOLDER/tables/NAME.copy    each table, all of one moment
FOLDER/files/…             the files, as they were after that moment
FOLDER/manifest.json       last: without it the folder is no backup
"""

import asyncio
import datetime as dt
import shutil
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.backup_folder import BackupChanged, BackupFolder, BackupRefused, Manifest, TableCopy
from shared.postgres.copying import CopiedTables, as_owner, one_moment


class OtherVersion(BackupRefused):
    """A backup goes into the version that it is of; `migrate` to a later one comes after."""

    def __init__(self, migration: str) -> None:
        super().__init__(f"the backup is of another version than this database ({migration})")
        self.migration = migration


class NotEmpty(BackupRefused):
    """Only an empty database is restored into."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        super().__init__(f"the database is not empty: {', '.join(tables)}")
        self.tables = tables


@dataclass(frozen=True, slots=True)
class Done:
    """How much was backed up or restored."""

    rows: int
    files: int


async def back_up(dsn: str, path: Path, files: Path | None = None) -> Done:
    """Make a backup in a new folder: every table, then what is in the folder `files`.

    Files are taken after the tables: what a row says is in a file is in the backup's, too.

    Raises:
        FolderTaken: something is in it.
        OSError: the disk, or the database. Without a manifest what is there is no backup.
    """
    folder = BackupFolder(path)
    await asyncio.to_thread(folder.begin)
    async with one_moment(dsn) as connection:
        source = CopiedTables(connection)
        tables = tuple(
            [
                TableCopy(name, columns, await source.copy_out(name, columns, folder.table(name)))
                for name, columns in await source.tables()
            ]
        )
        migrations = await source.migrations()
    copied = await asyncio.to_thread(_copied, files, folder) if files is not None else 0
    made_at = dt.datetime.now(dt.UTC).isoformat()
    manifest = Manifest(made_at, migrations, tables, documents=(), missing=())
    await asyncio.to_thread(folder.finish, manifest)
    return Done(_rows(manifest), copied)


async def restore(admin_dsn: str, owner: str, path: Path, files: Path | None = None) -> Done:
    """A backup into an empty, migrated database, in one transaction; its files into `files`, if nothing is there.

    Files that are there already are later than the backup: they stay as they are.

    Raises:
        BackupRefused: it is unfinished, changed, or of another version; something was done in the database.
    """
    folder = BackupFolder(path)
    manifest = await asyncio.to_thread(folder.checked)
    async with as_owner(admin_dsn, owner) as connection:
        target = CopiedTables(connection)
        differing = sorted(dict(manifest.migrations).items() ^ (await target.migrations()).items())
        if differing:
            raise OtherVersion(differing[0][0])
        if filled := await target.filled():
            raise NotEmpty(tuple(filled))
        await target.lift_guards()
        for table in manifest.tables:
            if await target.copy_in(table.name, table.columns, folder.table(table.name)) != table.rows:
                raise BackupChanged(table.name)
        await target.count_on()
        await target.stand_guards()
        # Before the commit: what the rows say is in the files, is.
        brought = await asyncio.to_thread(_brought, folder, manifest, files) if files is not None else 0
    return Done(_rows(manifest), brought)


def command(work: Coroutine[Any, Any, Done], what: str) -> int:
    """Run `back_up` or `restore` for an operator; the exit code."""
    try:
        done = asyncio.run(work)
    except BackupRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    sys.stdout.write(f"{what}: {done.rows} rows, {done.files} files\n")
    return 0


def _rows(manifest: Manifest) -> int:
    return sum(table.rows for table in manifest.tables)


def _copied(source: Path, folder: BackupFolder) -> int:
    """Files that appear whole, under their names; not what is being written, nor a lock."""
    names = [file.relative_to(source) for file in sorted(source.rglob("*")) if file.is_file()]
    kept = [name for name in names if name.name not in _PASSING]
    for name in kept:
        folder.keep(folder.file(str(name)), (source / name).read_bytes())
    return len(kept)


_PASSING = (".lock", ".pending")


def _brought(folder: BackupFolder, manifest: Manifest, target: Path) -> int:
    """Cut off, it leaves its mark, and is begun again."""
    mark = target / ".restoring"
    if target.exists() and any(target.iterdir()) and not mark.exists():
        return 0
    target.mkdir(parents=True, exist_ok=True)
    mark.touch()
    names = manifest.other_files()
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder.file(name), target / name)
    mark.unlink()
    return len(names)
