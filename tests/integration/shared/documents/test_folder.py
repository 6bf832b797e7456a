"""What a power failure or a crash finds in a local folder."""

import os
from pathlib import Path

import pytest

from shared.documents import folder

KEY = "documents/ab/abc.pdf"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The order of syncs and links, by what they act on."""
    seen: list[str] = []
    fsync, link = os.fsync, os.link

    def spied_fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append("sync file" if target.is_file() else f"sync {target.name}")
        fsync(descriptor)

    def spied_link(source: Path, target: Path) -> None:
        seen.append("link")
        link(source, target)

    monkeypatch.setattr(os, "fsync", spied_fsync)
    monkeypatch.setattr(os, "link", spied_link)
    return seen


def test_the_bytes_last_before_their_name_and_the_name_before_the_answer(
    tmp_path: Path, calls: list[str]
) -> None:
    root = tmp_path / "root"

    assert folder.put_if_absent(root, KEY, b"content")

    assert calls == ["sync file", "link", "sync ab", "sync documents", "sync root"]


def test_who_comes_second_waits_for_the_name_to_last_as_well(tmp_path: Path, calls: list[str]) -> None:
    root = tmp_path / "root"
    folder.put_if_absent(root, KEY, b"first")
    calls.clear()

    assert not folder.put_if_absent(root, KEY, b"second")

    assert (root / KEY).read_bytes() == b"first"
    assert calls[-3:] == ["sync ab", "sync documents", "sync root"]


def test_a_write_that_fails_leaves_neither_document_nor_staging_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.put_if_absent(tmp_path, KEY, b"content")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    left_behind = tmp_path / "documents/ab/.abc.pdf.0123"
    left_behind.parent.mkdir(parents=True)
    left_behind.write_bytes(b"half a docu")

    assert folder.put_if_absent(tmp_path, KEY, b"content")

    assert (tmp_path / KEY).read_bytes() == b"content"
