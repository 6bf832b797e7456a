"""A program that books a document again and again, each time in a new ledger and in a process of its own that is
killed (SIGKILL) a little later: around every call that changes the disk. Ends with the first that survives.

Run as `python -m tests.accounting.killed_booking <folder>`: once with new ledgers, once with ledgers that hold a
document already. Prints how many bookings were killed in each of the two.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from services.accounting_sync.connectors.beancount import BeancountConnector
from tests.accounting.documents import credit_note, invoice

P = ParamSpec("P")
T = TypeVar("T")

_CALLS = ("open", "mkdir", "fsync", "replace", "close")


class _Fate:
    """Kills the process at the n-th moment: each call counts as two, before and after."""

    def __init__(self, moments: int) -> None:
        self._moments = moments

    def wrap(self, call: Callable[P, T]) -> Callable[P, T]:
        def wrapped(*arguments: P.args, **keywords: P.kwargs) -> T:
            self._strike()
            result = call(*arguments, **keywords)
            self._strike()
            return result

        return wrapped

    def _strike(self) -> None:
        self._moments -= 1
        if self._moments == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _book_and_die(folder: Path, moments: int) -> None:
    ledger = BeancountConnector(folder, operating_currency="CAD")
    fate = _Fate(moments)
    for name in _CALLS:
        setattr(os, name, fate.wrap(getattr(os, name)))
    # Not through the event loop: its own files would be counted too.
    ledger._book(invoice())


def _killed(root: Path, *, in_use: bool) -> int:
    """Book, be killed, one moment later each time; returns how many were killed."""
    for moments in range(1, 1000):
        folder = root / f"{'used' if in_use else 'new'}-{moments:03}"
        folder.mkdir()
        if in_use:
            asyncio.run(BeancountConnector(folder, operating_currency="CAD").book(credit_note()))
        child = os.fork()
        if child == 0:
            _book_and_die(folder, moments)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return moments - 1
    raise AssertionError("it is never done")


if __name__ == "__main__":
    sys.stdout.write(f"{[_killed(Path(sys.argv[1]), in_use=in_use) for in_use in (False, True)]}\n")
