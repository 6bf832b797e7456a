"""Migrations as files: their order, their digest, and the statements of one that runs outside a transaction."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

OUTSIDE = "-- outside a transaction"
"""The first line of a file whose statements can't be in one (`create index concurrently`).

A statement ends with a semicolon at the end of a line. The file may be run again after it failed half-way.
"""

_END = re.compile(r";[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
_ONCE_ONLY = re.compile(
    r"\b(?:create\s+(?:unique\s+)?|drop\s+)index\s+concurrently\b(?!\s+if\b)", re.IGNORECASE
)
_CREATED = re.compile(
    r"\bcreate\s+(?:unique\s+)?index\s+concurrently\s+if\s+not\s+exists\s+(\w+)", re.IGNORECASE
)


class MigrationStopped(Exception):
    """Migrations did not go on, and why: said to the operator, who is the one to act."""


class MigrationNotRepeatable(MigrationStopped):
    """A file outside a transaction has a statement that could not be run a second time."""

    def __init__(self, name: str, statement: str) -> None:
        super().__init__(
            f"migration {name} runs outside a transaction and may have to run again:"
            f" `concurrently` needs `if [not] exists` in: {statement}"
        )
        self.name = name
        self.statement = statement


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """A file's name and text."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def outside(self) -> bool:
        """Whether its statements run one by one, outside a transaction."""
        return self.text.splitlines()[:1] == [OUTSIDE]

    def statements(self) -> list[str]:
        """Its statements one by one, without comment lines.

        Raises:
            MigrationNotRepeatable: one of them could not be run again.
        """
        parts = (part.strip() for part in _END.split(_COMMENT.sub("", self.text)))
        found = [part for part in parts if part]
        for statement in found:
            if _ONCE_ONLY.search(statement):
                raise MigrationNotRepeatable(self.name, statement)
        return found


def created_index(statement: str) -> str | None:
    """The index that a statement builds while others write, by its name; None: it builds none."""
    match = _CREATED.search(statement)
    return match[1].lower() if match else None


def waits_harmlessly(statement: str) -> bool:
    """Whether nobody queues up behind this statement while it waits: it is made to run beside readers and writers."""
    return re.search(r"\bconcurrently\b", statement, re.IGNORECASE) is not None


def migration_files(folder: Path | Traversable) -> list[MigrationFile]:
    """The SQL files of a folder, in their order."""
    entries: Iterable[Path | Traversable] = folder.iterdir()
    found = [entry for entry in entries if entry.name.endswith(".sql")]
    return [
        MigrationFile(entry.name, entry.read_text(encoding="utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    ]
