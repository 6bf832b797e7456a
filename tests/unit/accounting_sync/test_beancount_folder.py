import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting_sync.connectors.beancount_folder import LedgerBusy, LedgerFolder, file_name

KEYS = st.one_of(st.text(min_size=1), st.text(alphabet="./%~-a ", min_size=1), st.text(min_size=100))


def ledger(folder: Path, *, lock_seconds: float = 5) -> LedgerFolder:
    return LedgerFolder(folder, lock_seconds=lock_seconds)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("00004", "00004"),
        ("F-2026_1", "F-2026_1"),
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        ("é%", "%C3%A9%25"),
        ("a b~", "a%20b%7E"),
    ],
)
def test_file_names_are_readable(key: str, name: str) -> None:
    assert file_name(key) == name


@given(KEYS, KEYS)
def test_file_names_are_safe_and_differ_when_keys_do(one: str, other: str) -> None:
    name = file_name(one)
    assert len(name) <= 120
    assert name[0] != "."
    assert not set(name) & set("/\\\0 ")
    assert (name == file_name(other)) == (one == other)


def test_a_lock_that_is_held_by_another_is_waited_for_then_given_up(tmp_path: Path) -> None:
    impatient = ledger(tmp_path, lock_seconds=0.02)
    with ledger(tmp_path).locked(), pytest.raises(LedgerBusy, match=r"for 0\.02 s"), impatient.locked():
        pass


def test_a_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    def fail_inside() -> None:
        with ledger(tmp_path).locked():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    with ledger(tmp_path, lock_seconds=0).locked():
        descriptor = os.open(tmp_path / ".lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)


def refuse(number: int) -> Callable[..., object]:
    def call(*_arguments: object, **_keywords: object) -> object:
        raise OSError(number, os.strerror(number))

    return call


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_file_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    folder = ledger(tmp_path)
    path = folder.document_path(2026, "00004")
    with monkeypatch.context() as patch:
        patch.setattr(os, broken, refuse(errno.ENOSPC))
        with pytest.raises(OSError, match="No space"):
            folder.place(path, "whole")
    assert folder.find_by_number("00004") is None
    folder.place(path, "whole")
    assert path.read_text() == "whole"
    assert folder.find_by_number("00004") == path


def test_a_file_is_on_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ledger(tmp_path)
    path = folder.document_path(2026, "00004")
    folder.place(path, "old")
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(f"/dev/fd/{fd}").read_text()))
    folder.place(path, "new")
    assert synced == ["new"]


def test_syncing_brings_each_folder_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ledger(tmp_path)
    path = folder.document_path(2026, "00004")
    folder.place(path, "x")
    folder.lead("i", path)
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(f"/dev/fd/{fd}").resolve()))
    folder.sync(path)
    assert set(synced) == {tmp_path, tmp_path / "books", tmp_path / ".ids", tmp_path / "books" / "2026"}


def test_documents_are_found_by_number_in_any_year_and_by_id(tmp_path: Path) -> None:
    folder = ledger(tmp_path)
    assert folder.find_by_number("00004") is None
    assert folder.find_by_id("i") is None
    assert list(folder.documents()) == []

    path = folder.document_path(2026, "00004")
    folder.lead("i", path)
    assert folder.find_by_id("i") is None  # it leads to what was never written
    folder.place(folder.document_path(2025, "00001"), "x")
    folder.place(path, "x")
    assert folder.find_by_number("00004") == path
    assert folder.find_by_id("i") == path
    assert folder.relative(path) == "books/2026/00004.beancount"


def test_only_documents_are_listed(tmp_path: Path) -> None:
    folder = ledger(tmp_path)
    paths = [folder.document_path(year, number) for year, number in ((2025, "b"), (2026, "a"), (2026, "c"))]
    for path in [*paths, folder.accounts, tmp_path / "books" / "2026" / ".x.beancount"]:
        folder.place(path, "x")
    folder.place(tmp_path / "books" / "2026" / "notes.txt", "x")
    assert list(folder.documents()) == paths
