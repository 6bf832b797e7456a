"""The folder of a beancount ledger: who may write to it, and how a file gets there whole or not at all.

    ledger.beancount             options and one include; written once
    books/accounts.beancount     the openings of the accounts
    books/2026/00004.beancount   one document, named for its number, in the year of its date
    .ids/<invoice id>            which file a document's id leads to
    .lock  .pending              the writers' lock; the file being written

Everything is written to `.pending`, synced, and moved into place. A document is moved last, when all that it
stands on is on disk: a crash leaves either no document (accounts opened too early and an id that leads nowhere
do no harm) or the whole of it. Files are looked up by name: no operation reads the other documents.
"""

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLAIN = re.compile(r"[A-Za-z0-9_-]")
_LONGEST_NAME = 120
_POLL_SECONDS = 0.005


class LedgerBusy(Exception):
    """Another process kept the ledger's lock for too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the ledger was locked by another writer for {seconds:g} s")
        self.seconds = seconds


def file_name(key: str) -> str:
    """A file name for a number or an id: other keys have other names, none is hidden or leaves its folder."""
    name = "".join(
        character if _PLAIN.match(character) else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in key
    )
    if len(name) > _LONGEST_NAME:
        return f"{name[:60]}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    return name


class LedgerFolder:
    """The files of one ledger. Every write needs `locked`; reads need nothing, for files appear whole."""

    def __init__(self, folder: Path, *, lock_seconds: float) -> None:
        self._folder = folder
        self._lock_seconds = lock_seconds
        self._books = folder / "books"
        self._ids = folder / ".ids"
        self.main = folder / "ledger.beancount"
        self.accounts = self._books / "accounts.beancount"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only writer, among all processes. The system frees the lock when its holder dies.

        Raises:
            LedgerBusy: another writer did not finish in time.
        """
        _make_folder(self._folder)
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._take(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._lock_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LedgerBusy(self._lock_seconds) from None
                time.sleep(_POLL_SECONDS)
            else:
                return

    def place(self, path: Path, text: str) -> None:
        """Put a file in place, whole; it is there for good after `sync`. Raises OSError: it is not in place."""
        _make_folder(path.parent)
        pending = self._folder / ".pending"
        with pending.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(pending, path)  # noqa: PTH105 - one system call, which the tests can stop before and after

    def sync(self, path: Path) -> None:
        """Bring to disk what was placed in the folder of `path` and in those that every document stands on."""
        for folder in (self._folder, self._books, self._ids, path.parent):
            if folder.is_dir():
                _sync_folder(folder)

    def document_path(self, year: int, number: str) -> Path:
        """Where a document of that year goes."""
        return self._books / f"{year:04d}" / f"{file_name(number)}.beancount"

    def find_by_number(self, number: str) -> Path | None:
        """The file of the document with this number: one look per year of books."""
        name = f"{file_name(number)}.beancount"
        found = (year / name for year in self._years())
        return next((path for path in found if path.exists()), None)

    def find_by_id(self, invoice_id: str) -> Path | None:
        """The file that this id leads to, if it was written."""
        try:
            path = self._folder / (self._ids / file_name(invoice_id)).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return path if path.exists() else None

    def lead(self, invoice_id: str, document: Path) -> None:
        """Make an id lead to a document's file, before that is written."""
        self.place(self._ids / file_name(invoice_id), self.relative(document) + "\n")

    def documents(self) -> Iterator[Path]:
        """The files of all documents, by year and name."""
        for year in self._years():
            yield from sorted(path for path in year.glob("*.beancount") if not path.name.startswith("."))

    def relative(self, document: Path) -> str:
        """A document's file as seen from the ledger: its id in the accounting software."""
        return document.relative_to(self._folder).as_posix()

    def _years(self) -> list[Path]:
        try:
            return sorted(entry for entry in self._books.iterdir() if entry.is_dir())
        except FileNotFoundError:
            return []


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, and sync each into the one above it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
