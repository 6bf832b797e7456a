import asyncio
import datetime as dt
import errno
import fcntl
import os
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from services.accounting_sync.connectors.base import Booked, Rejected, Unavailable, Unknown
from services.accounting_sync.connectors.beancount import BeancountConnector
from services.accounting_sync.connectors.beancount_reading import Unreadable
from services.accounting_sync.fingerprint import fingerprint_of
from tests.accounting.documents import invoice, posting

DOCUMENT = "books/2026/00004.beancount"


@pytest.fixture
def ledger(tmp_path: Path) -> BeancountConnector:
    return BeancountConnector(tmp_path, operating_currency="CAD", lock_seconds=5)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".pending")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


async def test_a_document_is_booked_and_found(ledger: BeancountConnector) -> None:
    assert await ledger.find("00004", invoice().invoice_id) is None
    booked = await ledger.book(invoice())
    assert booked == Booked(DOCUMENT, Decimal("114.98"), fingerprint_of(invoice()))
    assert await ledger.find("00004", invoice().invoice_id) == booked


async def test_the_same_again_changes_nothing(ledger: BeancountConnector, tmp_path: Path) -> None:
    booked = await ledger.book(invoice())
    before = contents(tmp_path)
    assert await ledger.book(invoice(attempt=5)) == booked
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("conflicting_repeat", {"due_date": None}),
        ("conflicting_repeat", {"number": "00099", "invoice_id": invoice().invoice_id}),
        ("conflicting_repeat", {"date": dt.date(2020, 1, 1)}),
        ("number_taken", {"invoice_id": "another"}),
        ("number_taken", {"invoice_id": "another", "date": dt.date(2020, 1, 1)}),
    ],
)
async def test_other_content_under_a_known_id_or_number_is_refused(
    ledger: BeancountConnector, tmp_path: Path, code: str, changes: dict[str, object]
) -> None:
    await ledger.book(invoice())
    before = contents(tmp_path)
    with pytest.raises(Rejected) as refused:
        await ledger.book(invoice(**changes))
    assert refused.value.code == code
    assert contents(tmp_path) == before


async def test_a_number_of_another_document_is_refused_when_looked_up(ledger: BeancountConnector) -> None:
    await ledger.book(invoice())
    with pytest.raises(Rejected) as refused:
        await ledger.find("00004", "another")
    assert refused.value.code == "number_taken"


async def test_a_document_is_found_by_its_id_under_another_number(ledger: BeancountConnector) -> None:
    booked = await ledger.book(invoice())
    assert await ledger.find("00099", invoice().invoice_id) == booked


async def test_a_number_claimed_by_an_attempt_that_died_goes_to_whoever_books_first(
    ledger: BeancountConnector, tmp_path: Path
) -> None:
    ledger._folder.lead("died", tmp_path / DOCUMENT)
    assert await ledger.find("00004", "died") is None
    await ledger.book(invoice())
    assert await ledger.find("00005", "died") is None
    with pytest.raises(Rejected):
        await ledger.book(invoice(invoice_id="died"))


async def test_the_echo_is_what_stands_in_the_ledger(ledger: BeancountConnector, tmp_path: Path) -> None:
    await ledger.book(invoice())
    path = tmp_path / DOCUMENT
    path.write_text(path.read_text().replace("114.98", "114.97"))
    booked = await ledger.find("00004", invoice().invoice_id)
    assert booked is not None
    assert booked.total == Decimal("114.97")


async def test_a_document_that_can_not_be_read_is_never_overwritten(
    ledger: BeancountConnector, tmp_path: Path
) -> None:
    await ledger.book(invoice())
    (tmp_path / DOCUMENT).write_bytes(b"\xff")
    for call in (ledger.book(invoice()), ledger.find("00004", invoice().invoice_id)):
        with pytest.raises(Rejected) as refused:
            await call
        assert refused.value.code == "ledger_unreadable"
        assert DOCUMENT in refused.value.message
    assert (tmp_path / DOCUMENT).read_bytes() == b"\xff"
    ((name, entry),) = list(ledger.documents())
    assert name == DOCUMENT
    assert isinstance(entry, Unreadable)


async def test_what_an_accountant_added_stays(ledger: BeancountConnector, tmp_path: Path) -> None:
    await ledger.prepare()
    main, accounts = tmp_path / "ledger.beancount", tmp_path / "books" / "accounts.beancount"
    main.write_text(main.read_text() + "; mine\n")
    accounts.write_text(accounts.read_text() + "1999-01-01 open Income:4444 CAD\n")
    await ledger.prepare()
    await ledger.book(invoice())
    assert main.read_text().endswith("; mine\n")
    assert accounts.read_text().count("Income:4444") == 1


async def test_booking_reads_and_writes_no_other_document(ledger: BeancountConnector, tmp_path: Path) -> None:
    """The ten thousandth costs what the second did: the others could be anything."""
    await ledger.book(invoice(number="first"))
    others = [tmp_path / "books" / "2026" / f"{number:05}.beancount" for number in range(10, 60)]
    for path in others:
        path.write_text("not even a document")
    before = {path: path.stat().st_mtime_ns for path in others}
    files = contents_of_readable(tmp_path, others)
    await ledger.book(invoice())
    assert {path: path.stat().st_mtime_ns for path in others} == before
    after = contents_of_readable(tmp_path, others)
    added = {name for name in after if after[name] != files.get(name)}
    assert added == {DOCUMENT, f".ids/{invoice().invoice_id}"}


def contents_of_readable(folder: Path, others: list[Path]) -> dict[str, bytes]:
    names = {path.relative_to(folder).as_posix() for path in others}
    return {name: content for name, content in contents(folder).items() if name not in names}


def failing_at(calls: int) -> Callable[[int], None]:
    """Wrap os.fsync so that call number `calls` (from 0) says that the disk is full."""
    remaining = iter([False] * calls + [True])
    fsync = os.fsync

    def call(descriptor: int) -> None:
        if next(remaining, False):
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    return call


async def error_of(booking: Awaitable[Booked]) -> Unavailable | Unknown | None:
    try:
        await booking
    except (Unavailable, Unknown) as error:
        return error
    return None


async def test_every_failure_of_the_disk_is_told_for_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    for calls in range(100):
        ledger = BeancountConnector(tmp_path / str(calls), operating_currency="CAD")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing_at(calls))
            error = await error_of(ledger.book(invoice()))
        if error is None:
            break
        told.append(type(error).__name__)
        assert (tmp_path / str(calls) / DOCUMENT).exists() == isinstance(error, Unknown)
        # Whatever it was, the next attempt completes it.
        assert (await ledger.book(invoice())).external_id == DOCUMENT
    assert told == sorted(told)
    assert set(told) == {"Unavailable", "Unknown"}


async def test_a_folder_that_can_not_be_used_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    ledger = BeancountConnector(tmp_path / "file", operating_currency="CAD")
    with pytest.raises(Unavailable, match="can't be used now"):
        await ledger.book(invoice())
    with pytest.raises(OSError, match="exists"):
        await ledger.prepare()


async def test_a_look_up_that_can_not_read_is_unavailable(ledger: BeancountConnector, tmp_path: Path) -> None:
    await ledger.book(invoice())
    (tmp_path / DOCUMENT).unlink()
    (tmp_path / DOCUMENT).mkdir()
    with pytest.raises(Unavailable, match="directory"):
        await ledger.find("00004", invoice().invoice_id)


async def test_a_ledger_locked_for_too_long_is_unavailable(tmp_path: Path) -> None:
    ledger = BeancountConnector(tmp_path, operating_currency="CAD", lock_seconds=0.02)
    await ledger.prepare()
    descriptor = os.open(tmp_path / ".lock", os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(Unavailable, match="locked by another writer"):
            await ledger.book(invoice())
    finally:
        os.close(descriptor)


async def test_many_at_once_in_one_process(ledger: BeancountConnector) -> None:
    same = [ledger.book(invoice()) for _ in range(10)]
    others = [ledger.book(invoice(number=f"N{number}")) for number in range(10)]
    booked = await asyncio.gather(*same, *others)
    assert len({entry.external_id for entry in booked}) == 11
    assert len(list(ledger.documents())) == 11


async def test_the_operating_currency_is_that_of_the_settings(tmp_path: Path) -> None:
    await BeancountConnector(tmp_path, operating_currency="USD").prepare()
    assert 'option "operating_currency" "USD"' in (tmp_path / "ledger.beancount").read_text()


async def test_a_refused_document_writes_nothing(ledger: BeancountConnector, tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        await ledger.book(invoice(postings=(posting("receivable", "1100", "114.98"),)))
    assert contents(tmp_path) == {}


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was moved into place, and what was synced, in order; by name."""
    events: list[str] = []
    replace, fsync = os.replace, os.fsync

    def replaced(source: Path, target: Path) -> None:
        replace(source, target)
        events.append(f"placed {target.name}")

    def synced(descriptor: int) -> None:
        fsync(descriptor)
        events.append(f"synced {Path(f'/dev/fd/{descriptor}').resolve().name}")

    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(os, "fsync", synced)
    return events


async def test_a_document_is_placed_when_what_it_stands_on_is_on_disk(
    ledger: BeancountConnector, tmp_path: Path, on_disk: list[str]
) -> None:
    await ledger.book(invoice())
    placed = on_disk.index("placed 00004.beancount")
    for file, folder in (
        ("ledger.beancount", tmp_path.name),
        ("accounts.beancount", "books"),
        (invoice().invoice_id, ".ids"),
    ):
        there = on_disk.index(f"placed {file}")
        assert f"synced {folder}" in on_disk[there:placed]
    assert "synced 2026" in on_disk[placed:]


@pytest.mark.parametrize("again", ["book", "find"])
async def test_a_document_that_is_found_is_synced_before_it_counts(
    ledger: BeancountConnector, on_disk: list[str], again: str
) -> None:
    """Whoever placed it may have died before that."""
    await ledger.book(invoice())
    on_disk.clear()
    await (ledger.book(invoice()) if again == "book" else ledger.find("00004", invoice().invoice_id))
    assert "synced 2026" in on_disk
    assert not any(event.startswith("placed") for event in on_disk)
