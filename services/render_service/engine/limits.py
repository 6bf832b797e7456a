"""What a rendering process may use, and how it holds itself to it (the kernel enforces)."""

import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Self

_PR_SET_PDEATHSIG = 1
_MAX_OPEN_FILES = 64
_MAX_FONT_BYTES = 8 * 1_048_576


@dataclass(frozen=True, slots=True)
class Limits:
    """Per process: `memory_bytes` of address space, `jobs` before it is replaced; per job: seconds."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    jobs: int
    niceness: int = 0

    def to_arguments(self) -> list[str]:
        """As command-line arguments."""
        return [str(value) for value in asdict(self).values()]

    @classmethod
    def from_arguments(cls, arguments: list[str]) -> Self:
        """Back from `to_arguments`."""
        memory, cpu, wall, jobs, niceness = arguments
        return cls(int(memory), int(cpu), float(wall), int(jobs), int(niceness))


def confine(limits: Limits) -> None:
    """Put this process under its limits, for good. It writes to its pipes, to files only in `writing_fonts`."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold a customer's document
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, _MAX_FONT_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))
    os.nice(limits.niceness)


@contextmanager
def writing_fonts() -> Iterator[None]:
    """While inside, files may be written: WeasyPrint hands a style sheet's own fonts to Fontconfig as files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def grant_cpu(seconds: int) -> None:
    """Let this process use `seconds` more of CPU; beyond that SIGXCPU ends it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))


def die_with(parent: int) -> None:
    """Have the kernel kill this process when `parent` dies; exit at once if it already has.

    (Strictly: when the thread that started it ends, which is the one of the service's event loop.)
    Only Linux can do that. Elsewhere the end of the pipe from the parent ends the process between two jobs.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(0)
