"""Looks at rendering processes from outside."""

import os
import select
from pathlib import Path

MODULE = b"services.render_service.engine.child"


def rendering_processes(parent: int) -> set[int]:
    """The ids of the rendering processes that `parent` has."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if int(status[1]) == parent and status[0] != "Z" and MODULE in command:
            found.add(int(folder.name))
    return found


def ended_within(pid: int, seconds: float) -> bool:
    """Whether a process, ours or not, ends in that time."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
