"""`restore`: a whole backup into an empty system, which then sends nothing until a person lets it.

The documents go first: they are put where they are absent, so that a run that was cut off is simply begun again. The
database is one transaction. What the ledger and the document store know of later numbers is never given out again.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from services.invoice_service.application.context import Context
from services.invoice_service.application.printed_number import printed_number
from services.invoice_service.application.records import NumberSeries, SkippedInterval
from services.invoice_service.domain.errors import Conflict, Invalid
from services.invoice_service.domain.numbering import value_of
from services.invoice_service.domain.sentences import sentence
from shared.backup_folder import BackupFolder, Manifest
from shared.contracts.values import DocumentRef
from shared.documents.store import DocumentChanged

_PDFS = "documents"


class Target(Protocol):
    """The migrated database, inside one transaction, with nobody else in it."""

    async def migrations(self) -> dict[str, str]:
        """Name and SHA-256 of each that was applied."""

    async def filled(self) -> Sequence[str]:
        """Tables that hold more than what a new system starts with."""

    async def empty(self) -> None:
        """Take away what a new system starts with, and the guards, until `close`."""

    async def copy_in(self, table: str, columns: tuple[str, ...], file: Path) -> int:
        """Load the rows of a table; how many."""

    async def hold_back(self, reason: Mapping[str, str]) -> int:
        """Switch off what goes out; forget e-mails on their way, which end as uncertain: how many."""

    async def series(self) -> Sequence[NumberSeries]:
        """The series as they were restored."""

    async def named(self) -> set[str]:
        """The keys of the documents that a row names."""

    async def skip(self, skipped: SkippedInterval, context: Context) -> None:
        """Move a series past an interval, and say why."""

    async def close(self, context: Context, made_at: str) -> None:
        """Put the guards back, and say in the trail what was done."""


class Store(Protocol):
    """The document store."""

    async def put(self, key: str, content: bytes) -> DocumentRef:
        """Keep a document; when the key is taken, what is there stays and is what is returned."""

    async def read(self, key: str) -> bytes:
        """What is under a key."""

    async def keys(self, prefix: str) -> list[str]:
        """What is there under this prefix."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How much was restored, how many e-mails wait for a person, and the numbers that were skipped."""

    rows: int
    documents: int
    uncertain: int
    skipped: tuple[SkippedInterval, ...]
    missing: tuple[str, ...]


async def restore_documents(folder: BackupFolder, manifest: Manifest, store: Store) -> None:
    """Put what the store does not have.

    Raises:
        DocumentChanged: something else is under a key.
        StoreUnavailable: the store; begin again.
    """
    for key in manifest.documents:
        content = await asyncio.to_thread(folder.document(key).read_bytes)
        kept = await store.put(key, content)
        if kept.sha256 != manifest.files[f"documents/{key}"]:
            raise DocumentChanged(key)


def refuse_other_version(manifest: Manifest, applied: Mapping[str, str]) -> None:
    """A backup goes into the version that it is of: `migrate` to a later one comes after.

    Raises:
        Conflict: restore_other_version.
    """
    differing = sorted(dict(manifest.migrations).items() ^ dict(applied).items())
    if differing:
        raise Conflict("restore_other_version", migration=differing[0][0])


async def refuse_filled(target: Target) -> None:
    """Only an empty system is restored into.

    Raises:
        Conflict: restore_not_empty.
    """
    filled = await target.filled()
    if filled:
        raise Conflict("restore_not_empty", tables=", ".join(filled))


async def restore(
    target: Target,
    store: Store,
    folder: BackupFolder,
    manifest: Manifest,
    context: Context,
    ledger: Iterable[Mapping[str, Any]],
) -> Restored:
    """Restore what `checked` has found to be whole. The caller commits.

    Raises:
        Conflict: restore_other_version, restore_not_empty.
        Invalid: backup_changed: a table has another number of rows.
    """
    refuse_other_version(manifest, await target.migrations())
    await refuse_filled(target)
    await restore_documents(folder, manifest, store)
    await target.empty()
    for table in manifest.tables:
        if await target.copy_in(table.name, table.columns, folder.table(table.name)) != table.rows:
            raise Invalid("backup_changed", file=table.name)
    reason = {"code": "restored", "message": sentence("restored", {}).en}
    uncertain = await target.hold_back(reason)
    numbers = {str(row["number"]) for row in ledger if row.get("number")}
    numbers |= await _numbers_in_store(store, await target.named())
    skipped = skips(await target.series(), numbers)
    for one in skipped:
        await target.skip(one, context)
    await target.close(context, manifest.made_at)
    rows = sum(table.rows for table in manifest.tables)
    return Restored(rows, len(manifest.documents), uncertain, skipped, manifest.missing)


async def _numbers_in_store(store: Store, named: Collection[str]) -> set[str]:
    """The numbers of finals whose document outlived what knew of it."""
    numbers: set[str] = set()
    for key in await store.keys(_PDFS):
        if key not in named:
            number = await asyncio.to_thread(printed_number, await store.read(key))
            numbers |= {number} if number else set()
    return numbers


def skips(series: Sequence[NumberSeries], numbers: Iterable[str]) -> tuple[SkippedInterval, ...]:
    """What each series must leave out so that none of these numbers is given again."""
    highest: dict[tuple[str, str], int] = {}
    for number in numbers:
        for one in series:
            value = value_of(one.prefix, number)
            if one.kind != "proforma" and value is not None:
                at = (one.business_entity, one.kind)
                highest[at] = max(highest.get(at, 0), value)
    return tuple(
        SkippedInterval(
            one.business_entity,
            one.kind,
            one.next_value,
            value,
            "restore: the ledger or a document has this number",
        )
        for one in series
        if (value := highest.get((one.business_entity, one.kind), 0)) >= one.next_value
    )
