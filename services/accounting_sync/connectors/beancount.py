"""The built-in accounting software: a beancount ledger in a folder, for anybody to read, check and back up.

A document is booked exactly once, by its id and its number, whatever is retried and by how many processes.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.accounting_sync.connectors import beancount_text as text
from services.accounting_sync.connectors.base import Booked, Rejected, Unavailable, Unknown
from services.accounting_sync.connectors.beancount_folder import LedgerBusy, LedgerFolder
from services.accounting_sync.connectors.beancount_reading import BookedDocument, Unreadable, read_document
from services.accounting_sync.fingerprint import fingerprint_of
from shared.contracts.commands import TransferInvoice


class BeancountConnector:
    """Books into the ledger in `folder`, which it creates when it is missing."""

    name = "beancount"

    def __init__(self, folder: Path, *, operating_currency: str, lock_seconds: float = 30) -> None:
        self._folder = LedgerFolder(folder, lock_seconds=lock_seconds)
        self._operating_currency = operating_currency
        self._turn = asyncio.Lock()  # so that our own threads never wait for each other at the file lock

    async def prepare(self) -> None:
        """Create the ledger where there is none, so that it can be read and checked from the start.

        Raises:
            OSError, LedgerBusy: it can't be written now.
        """
        async with self._turn:
            await asyncio.to_thread(self._prepare)

    async def find(self, number: str, invoice_id: str) -> Booked | None:
        """The document booked under this id; see `Connector.find` for what it raises."""
        return await asyncio.to_thread(self._find, number, invoice_id)

    async def book(self, transfer: TransferInvoice) -> Booked:
        """Book a document; the same again changes nothing. See `Connector.book` for what it raises."""
        async with self._turn:
            return await asyncio.to_thread(self._book, transfer)

    def documents(self) -> Iterator[tuple[str, BookedDocument | Unreadable]]:
        """Every document as it stands in the ledger now, with its external id. Raises OSError."""
        for path in self._folder.documents():
            try:
                yield self._folder.relative(path), read_document(path.read_bytes())
            except Unreadable as error:
                yield self._folder.relative(path), error

    def _prepare(self) -> None:
        with self._folder.locked():
            self._complete_ledger()

    def _complete_ledger(self) -> None:
        if not self._folder.accounts.exists():
            self._folder.place(self._folder.accounts, "; The accounts, opened when they were first used.\n")
        if not self._folder.main.exists():
            self._folder.place(self._folder.main, text.main_file(self._operating_currency))

    def _book(self, transfer: TransferInvoice) -> Booked:
        fingerprint = fingerprint_of(transfer)
        document = text.document_file(transfer, fingerprint)
        with _unavailable_on_error(), self._folder.locked():
            booked = self._find(transfer.number, transfer.invoice_id)
            if booked is None:
                booked = self._add(transfer, document)
        if booked.fingerprint != fingerprint:
            raise Rejected(
                "conflicting_repeat",
                f"{transfer.number} is in the ledger already, with other content: {booked.external_id}",
            )
        return booked

    def _add(self, transfer: TransferInvoice, document: str) -> Booked:
        path = self._folder.document_path(transfer.date.year, transfer.number)
        self._complete_ledger()
        self._open_accounts(transfer)
        self._folder.lead(transfer.invoice_id, path)
        self._folder.sync(path)
        self._folder.place(path, document)
        try:
            self._folder.sync(path)
            return self._booked(path, self._read(path))
        except OSError as error:
            raise Unknown(f"{path.name} is in the ledger, but may not be on disk: {error}") from error

    def _open_accounts(self, transfer: TransferInvoice) -> None:
        known = self._folder.accounts.read_text(encoding="utf-8")
        wanted = text.accounts_file(known, transfer.postings)
        if wanted != known:
            self._folder.place(self._folder.accounts, wanted)

    def _find(self, number: str, invoice_id: str) -> Booked | None:
        with _unavailable_on_error():
            by_number = self._folder.find_by_number(number)
            path = by_number or self._folder.find_by_id(invoice_id)
            if path is None:
                return None
            document = self._read(path)
            if document.invoice_id == invoice_id:
                self._folder.sync(path)  # whoever placed it may have died before that
                return self._booked(path, document)
            if by_number is None:
                return None  # the id was to lead here, but another document came first
            name = self._folder.relative(path)
            raise Rejected("number_taken", f"{number} is another document in the ledger: {name}")

    def _read(self, path: Path) -> BookedDocument:
        try:
            return read_document(path.read_bytes())
        except Unreadable as error:
            name = self._folder.relative(path)
            raise Rejected("ledger_unreadable", f"{name} in the ledger can't be read: {error}") from error

    def _booked(self, path: Path, document: BookedDocument) -> Booked:
        return Booked(self._folder.relative(path), document.total, document.fingerprint)


@contextmanager
def _unavailable_on_error() -> Iterator[None]:
    try:
        yield
    except (OSError, LedgerBusy) as error:
        raise Unavailable(f"the ledger can't be used now: {error}") from error
