"""The folder of a backup: tables, documents, exports and other files, and a manifest with the hash of each.

The manifest is written last, in one step: without it a folder is no backup, however much is in it.
"""

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
_MANIFEST = "manifest.json"
_FILES = "files"
_BLOCK = 1024 * 1024


class BackupRefused(Exception):
    """A folder can't be used for or as a backup. The sentence says why."""


class FolderTaken(BackupRefused):
    """A backup is made in an empty folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not empty")
        self.folder = folder


class BackupUnfinished(BackupRefused):
    """There is no manifest: whoever made it did not come to the end."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is no whole backup: it has no manifest")
        self.folder = folder


class BackupChanged(BackupRefused):
    """Something is not as it was written."""

    def __init__(self, file: str) -> None:
        super().__init__(f"the backup has changed since it was made: {file}")
        self.file = file


@dataclass(frozen=True, slots=True)
class TableCopy:
    """One table as it was: its columns in the order of its file, and how many rows."""

    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a whole backup holds. `tables` stand in the order in which they can be loaded.

    `migrations`: name and SHA-256 of each that the database had. `files`: SHA-256 of each file, by its path.
    `missing`: keys of documents that the store did not have when it was asked for them.
    """

    made_at: str
    migrations: Mapping[str, str]
    tables: tuple[TableCopy, ...]
    documents: tuple[str, ...]
    missing: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)

    def other_files(self) -> list[str]:
        """The names of what stands in it beside tables, documents and exports."""
        return [name.removeprefix(f"{_FILES}/") for name in self.files if name.startswith(f"{_FILES}/")]


class BackupFolder:
    """One folder on this machine. Its methods wait for the disk: call them from a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self) -> None:
        """Make it, for nobody else to read: it holds names and addresses.

        Raises:
            FolderTaken: something is in it.
        """
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(self._path.iterdir()):
            raise FolderTaken(self._path)
        for name in ("tables", "exports"):
            (self._path / name).mkdir()

    def table(self, name: str) -> Path:
        """The file of a table."""
        return self._path / "tables" / f"{name}.copy"

    def document(self, key: str) -> Path:
        """The file of a document."""
        return self._path / "documents" / key

    def export(self, service: str) -> Path:
        """The file of what another service told of itself."""
        return self._path / "exports" / f"{service}.jsonl"

    def file(self, name: str) -> Path:
        """Another file of the service, under its name."""
        return self._path / _FILES / name

    def keep(self, path: Path, content: bytes) -> None:
        """Write one file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def finish(self, manifest: Manifest) -> None:
        """Bring every file to the disk, then put the manifest in place."""
        files = {str(file.relative_to(self._path)): _synced(file) for file in self._files()}
        content = dataclasses.asdict(dataclasses.replace(manifest, files=files))
        text = json.dumps({"format": FORMAT, "sha256": _hash_of(content), "content": content}, indent=1)
        new = self._path / f"{_MANIFEST}.new"
        new.write_text(text, encoding="utf-8")
        _synced(new)
        new.rename(self._path / _MANIFEST)
        for folder in (self._path, *(one for one in self._path.rglob("*") if one.is_dir())):
            _sync(folder)

    def checked(self) -> Manifest:
        """The manifest, once every file was found to be what it says.

        Raises:
            BackupUnfinished: there is none.
            BackupChanged: something is not as it was written.
        """
        try:
            read = json.loads((self._path / _MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BackupUnfinished(self._path) from None
        except ValueError:
            raise BackupChanged(_MANIFEST) from None
        if not isinstance(read, dict) or read.get("format") != FORMAT or "content" not in read:
            raise BackupChanged(_MANIFEST)
        content: dict[str, Any] = read["content"]
        if read.get("sha256") != _hash_of(content):
            raise BackupChanged(_MANIFEST)
        for name, sha256 in content["files"].items():
            file = self._path / name
            if not file.is_file() or _sha256(file) != sha256:
                raise BackupChanged(name)
        return _manifest(content)

    def _files(self) -> list[Path]:
        return sorted(file for file in self._path.rglob("*") if file.is_file())


def _manifest(content: Mapping[str, Any]) -> Manifest:
    tables = tuple(
        TableCopy(table["name"], tuple(table["columns"]), table["rows"]) for table in content["tables"]
    )
    return Manifest(
        made_at=content["made_at"],
        migrations=content["migrations"],
        tables=tables,
        documents=tuple(content["documents"]),
        missing=tuple(content["missing"]),
        files=content["files"],
    )


def _hash_of(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _synced(file: Path) -> str:
    _sync(file)
    return _sha256(file)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
