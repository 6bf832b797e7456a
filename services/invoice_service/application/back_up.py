"""`backup`: what this service owns, as one moment had it, the documents that it names, and what others tell."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from shared.backup_folder import BackupFolder, Manifest, TableCopy
from shared.contracts.values import DocumentRef
from shared.documents.store import DocumentChanged, DocumentMissing


class Snapshot(Protocol):
    """The database as one moment had it."""

    async def migrations(self) -> dict[str, str]:
        """Name and SHA-256 of each that was applied."""

    async def tables(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """What is backed up, with its columns; a table stands behind those that it refers to."""

    async def copy_out(self, table: str, columns: tuple[str, ...], file: Path) -> int:
        """Write the rows of a table to a file; how many."""

    async def documents(self) -> Sequence[DocumentRef]:
        """Every document that a row names."""


class Store(Protocol):
    """The document store, read."""

    async def get(self, document: DocumentRef) -> bytes:
        """The bytes of a document, if they are what its reference says."""


async def back_up_tables(snapshot: Snapshot, folder: BackupFolder) -> tuple[TableCopy, ...]:
    """Copy every table of one moment."""
    return tuple(
        [
            TableCopy(name, columns, await snapshot.copy_out(name, columns, folder.table(name)))
            for name, columns in await snapshot.tables()
        ]
    )


async def back_up(
    snapshot: Snapshot,
    store: Store,
    folder: BackupFolder,
    exported: Callable[[], Mapping[str, bytes]],
    now: dt.datetime,
) -> Manifest:
    """Make a backup in a folder that `begin` has made; what is returned is what its manifest says.

    A document that is gone or damaged is told in `missing`, and stops nothing: the rest is worth keeping.

    Raises:
        OSError: the disk.
        StoreUnavailable: the store. Without a manifest what was written so far is no backup.
    """
    tables = await back_up_tables(snapshot, folder)
    kept, missing = [], []
    for document in await snapshot.documents():
        try:
            content = await store.get(document)
        except (DocumentMissing, DocumentChanged):
            missing.append(document.key)
            continue
        await asyncio.to_thread(folder.keep, folder.document(document.key), content)
        kept.append(document.key)
    # Last: they know at least of all that the tables say.
    for service, text in (await asyncio.to_thread(exported)).items():
        await asyncio.to_thread(folder.keep, folder.export(service), text)
    manifest = Manifest(
        made_at=now.isoformat(),
        migrations=await snapshot.migrations(),
        tables=tables,
        documents=tuple(kept),
        missing=tuple(missing),
    )
    await asyncio.to_thread(folder.finish, manifest)
    return manifest
