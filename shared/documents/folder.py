"""How a document comes into a local folder: whole or not at all, once, and past a power failure.

obstore's LocalStore never syncs: after a power failure a document could be there by name and empty, and
since documents are never replaced it would stay so.
"""

import os
import uuid
from pathlib import Path


def put_if_absent(root: Path, key: str, content: bytes) -> bool:
    """Write `content` to `root/key` unless that exists; says whether it did. Synced in both cases.

    It is written beside its place under a name with a leading dot (which no key has), synced, then linked:
    of many who race, one wins. A crash may leave such a file behind; nothing ever reads it.

    Raises:
        OSError: the folder can't be written.
    """
    target = root / key
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".{target.name[:64]}.{uuid.uuid4().hex}")
    try:
        with staging.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(staging, target)
        except FileExistsError:
            return False
        else:
            return True
    finally:
        staging.unlink(missing_ok=True)
        sync_folders(root, key)


def sync_folders(root: Path, key: str) -> None:
    """Sync every folder from that of `root/key` up to `root`, so that the names in them last.

    Raises:
        OSError: one of them can't be opened.
    """
    parent = (root / key).parent
    while True:
        descriptor = os.open(parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if parent == root:
            return
        parent = parent.parent
