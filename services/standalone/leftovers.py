"""What an earlier run left in a database folder: processes, and a pid file.

A pid file proves nothing (the number may be another process's by now), so a leftover is known by what the
kernel says: a process named `postgres` whose working folder is the data folder. The holder of the lock on
the data folder is the only one who starts or stops such processes.
"""

import asyncio
import os
import re
import signal
import time
from pathlib import Path

import structlog

from services.standalone.account import Account

log = structlog.get_logger(__name__)

_PAUSE_SECONDS = 0.05
_PROCESSES = Path("/proc")


class LeftoverWontStop(Exception):
    """A server of an earlier run is still there after it was asked to stop."""

    def __init__(self, data: Path, pids: list[int], seconds: float) -> None:
        super().__init__(
            f"PostgreSQL of an earlier run still works on {data} (processes {pids})"
            f" {seconds:g} s after it was asked to stop"
        )
        self.data = data
        self.pids = pids
        self.seconds = seconds


async def living(account: Account, data: Path) -> list[int]:
    """The PostgreSQL processes that work on this folder (an absolute path)."""
    # Asked as the account itself: in a container even root may not see another account's working folders.
    # What may not be seen is complained about on the way; those processes are not the account's.
    _, output = await account.run(
        *("find", _PROCESSES, "-mindepth", "2", "-maxdepth", "2"),
        *("-path", f"{_PROCESSES}/[0-9]*/cwd", "-lname", _literally(str(data)), "-printf", r"\0%h\0"),
    )
    pids = [int(Path(process).name) for process in output.split("\0")[1::2]]
    return sorted(pid for pid in pids if _name(pid) == "postgres")


def _literally(path: str) -> str:
    return re.sub(r"([\\*?\[])", r"\\\1", path)


def _name(pid: int) -> str:
    try:
        return (_PROCESSES / str(pid) / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):  # it has ended since
        return ""


def _parent(pid: int) -> int:
    # The name in parentheses may hold anything, so count from its end.
    return int((_PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])


def _interrupt(pids: list[int]) -> None:
    """Ask the server among these to stop; its children follow it (those without it end by themselves)."""
    for pid in pids:
        try:
            if _parent(pid) not in pids:
                os.kill(pid, signal.SIGINT)
        except (FileNotFoundError, ProcessLookupError):  # it has ended since
            continue


async def clear(account: Account, data: Path, *, seconds: float) -> None:
    """Stop what still works on this folder, wait until it is gone, then remove a stale pid file.

    Usually the server got its signal when its starter died and is just finishing. It is not taken over: it
    would not be bound to the life of this process.

    Raises:
        LeftoverWontStop: it is still there after `seconds`.
    """
    pids = await living(account, data)
    if pids:
        log.warning("stopping PostgreSQL of an earlier run", pids=pids)
        _interrupt(pids)
    deadline = time.monotonic() + seconds
    while pids:
        if time.monotonic() > deadline:
            raise LeftoverWontStop(data, pids, seconds)
        await asyncio.sleep(_PAUSE_SECONDS)
        pids = await living(account, data)
    # PostgreSQL itself believes a pid file whose number is any living process, and would not start.
    (data / "postmaster.pid").unlink(missing_ok=True)
