"""One process at a time per data folder: a lock that the kernel takes back however its holder ends."""

import fcntl
import os
import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class DataFolderInUse(Exception):
    """Another process works on the data folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"the data folder {folder} is in use by {holder}")
        self.folder = folder
        self.holder = holder


@contextmanager
def data_folder_lock(folder: Path) -> Iterator[None]:
    """Hold the lock on `folder` (made if missing, for us only to read) while the block lasts.

    Raises:
        DataFolderInUse: another process holds it; the sentence says which.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The file stays when the lock is released: removing it would let two processes lock two files.
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 1_000).decode(errors="replace").strip()
            raise DataFolderInUse(folder, holder or "another process") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{_self_description()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _self_description() -> str:
    started = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"process {os.getpid()} on {socket.gethostname()} since {started}: {shlex.join(sys.orig_argv)}"
