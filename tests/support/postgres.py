"""A private PostgreSQL: one per test session (per worker of pytest-xdist), or one per test to be mistreated.

The binaries are those that the application brings along; `FACTURES_TEST_POSTGRES_BIN` (such as
/usr/lib/postgresql/15/bin) makes the same tests run on another version.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from services.standalone.postgres import Server


class PrivatePostgres:
    """A server in a folder of its own; what it held is gone with it."""

    def __init__(self, folder: Path) -> None:
        binaries = os.environ.get("FACTURES_TEST_POSTGRES_BIN")
        self._server = Server(folder, binaries=Path(binaries) if binaries else None, durable=False)

    @property
    def port(self) -> int:
        """Where it listens, on the loopback address. It stays the same over a restart."""
        return self._server.port

    def admin_dsn(self, database: str = "postgres") -> str:
        """The address of a database, as the administrator."""
        return self._server.admin_dsn(database)

    async def create_database(self, name: str) -> None:
        """Create a database unless it exists."""
        await self._server.create_database(name)

    async def start(self) -> None:
        """Start it (again) with the data it has; returns when it takes connections."""
        await self._server.start()

    async def stop(self) -> None:
        """Shut it down, ending all sessions."""
        await self._server.stop()

    async def restart(self) -> None:
        """Shut it down and start it again."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freeze the server and all of its processes: connections stay open and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        # The server first when it stops, so that it starts no further process meanwhile.
        parent = self._server.pid
        children = Path(f"/proc/{parent}/task/{parent}/children")
        os.kill(parent, number)
        for child in children.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), number)

    async def kill(self) -> None:
        """Kill it like a crash (SIGKILL), and wait until it is dead."""
        os.kill(self._server.pid, signal.SIGKILL)
        await self._server.stop()


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A new folder, open to the system account that PostgreSQL runs as when we are root; pytest's own is closed to it.

    It goes with whatever is in it.
    """
    folder = Path(tempfile.mkdtemp(prefix="factures-postgres-")).resolve()
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def running_postgres() -> AsyncIterator[PrivatePostgres]:
    """A server that is up while inside."""
    with reachable_folder() as folder:
        server = PrivatePostgres(folder)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


@pytest.fixture
def postgres_folder() -> Iterator[Path]:
    """An empty folder that the system account of PostgreSQL can reach; it is removed in the end."""
    with reachable_folder() as folder:
        yield folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[PrivatePostgres]:
    """The session's server. Shared: make a database of your own in it, stop nothing."""
    async with running_postgres() as server:
        yield server


@pytest.fixture
async def postgres_instance() -> AsyncIterator[PrivatePostgres]:
    """A server for one test, to be stopped, killed and restarted."""
    async with running_postgres() as server:
        yield server
