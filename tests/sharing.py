"""Which tests stay in one process of pytest-xdist: a file's, and those that share what is dear to start."""

from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/web/", "tests/e2e/")
"""Folders whose files share a whole deployment, or the shop of the demonstration and a browser."""


def scope_of(nodeid: str) -> str:
    """The folder of a test, or its file."""
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.split("::", 1)[0])


class SharingScheduling(LoadFileScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """One unit of work a file, or a folder."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
