"""Processor time of a process and what it has started: what a thing costs, however busy the machine is with others."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def processor_milliseconds(root: int) -> float:
    """What a process and all that it has started have used so far; what has ended meanwhile is left out."""
    return sum(_used(pid) for pid in _tree(root)) / 1e6


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in children.read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _used(pid: int) -> int:
    nanoseconds = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            nanoseconds += int(task.read_text(encoding="ascii").split()[0])
    return nanoseconds
