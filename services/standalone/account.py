"""The system account that PostgreSQL runs as, since it refuses to run as root.

When the application is not root, that is its own account. When it is root, an account without rights is made
once, and the folders on the way to the data are made searchable (never readable) for it.
"""

import asyncio
import os
import pwd
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

NAME = "factures"

_ROOT = 0
_USERADD_SECONDS = 10
_USERADD_PAUSE_SECONDS = 0.1


class AccountError(Exception):
    """The account could not be made, or can't reach what it needs. The sentence says what to do."""


class ProgramMissing(AccountError):
    """A program of the operating system is not installed."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"the program {program!r} is missing; install the package {package!r}")
        self.program = program
        self.package = package


class AccountNotMade(AccountError):
    """`useradd` refused."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"the system account {name!r} for PostgreSQL could not be made: {why}")
        self.name = name
        self.why = why


class FolderNotReachable(AccountError):
    """A folder on the way does not let the account pass, and it is not ours to open."""

    def __init__(self, folder: Path, uid: int) -> None:
        super().__init__(
            f"the system account {uid} can't pass through the folder {folder};"
            f" run 'chmod o+x {folder}', or put the data folder elsewhere"
        )
        self.folder = folder
        self.uid = uid


class DataBelongsToAnother(AccountError):
    """The data was made under another account than the one that starts it now."""

    def __init__(self, folder: Path, owner: int, uid: int) -> None:
        super().__init__(
            f"the database in {folder} belongs to the system account {owner}, this is {uid};"
            " start it as the account (or as root) that started it before"
        )
        self.folder = folder
        self.owner = owner
        self.uid = uid


@dataclass(frozen=True, slots=True)
class Account:
    """Whom PostgreSQL runs as; `switch` when that is not who we are."""

    uid: int
    gid: int
    switch: bool

    def command(self, *command: str | Path, death_signal: str) -> list[str]:
        """The command line that runs `command` as this account.

        The kernel sends it `death_signal` (a name such as INT) when the thread that started it ends, however
        it ends: prctl PR_SET_PDEATHSIG.

        Raises:
            ProgramMissing: `setpriv` is not installed.
        """
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise ProgramMissing("setpriv", "util-linux")
        who = (
            [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--no-new-privs"]
            if self.switch
            else []
        )
        return [setpriv, *who, f"--pdeathsig={death_signal}", "--", *map(str, command)]

    async def run(self, *command: str | Path) -> tuple[int, str]:
        """Run a program as this account to its end: its status and what it wrote.

        Raises:
            ProgramMissing: `setpriv` is not installed.
        """
        process = await asyncio.create_subprocess_exec(
            *self.command(*command, death_signal="KILL"),
            cwd="/",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode(errors="replace")

    def take(self, path: Path) -> None:
        """Make `path` the account's own."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def let_pass(self, path: Path) -> None:
        """See to it that the account can reach `path`: each folder on the way must be searchable.

        Only root opens folders, and only the search permission: what they hold stays unlisted.

        Raises:
            FolderNotReachable: a folder bars the way.
        """
        if not self.switch:
            return
        resolved = path.resolve()
        for folder in [*reversed(resolved.parents), resolved]:
            status = folder.stat()
            if _searchable(status, self):
                continue
            try:
                folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            except OSError as error:
                raise FolderNotReachable(folder, self.uid) from error
            log.warning("folder opened for passing through", folder=str(folder), account=self.uid)


def _searchable(status: os.stat_result, account: Account) -> bool:
    # The first class that fits decides, as in the kernel; the account has no groups but its own.
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def account_for(data: Path, name: str = NAME) -> Account:
    """The account for the database in `data` (which need not exist yet).

    As root: the owner of the data that is there, so that a restored folder goes on working; else `name`,
    which is made when the system has no such account.

    Raises:
        AccountNotMade: the system account could not be made.
        DataBelongsToAnother: the data there is not ours.
    """
    owner = data.stat() if data.exists() else None
    uid = os.geteuid()
    if uid != _ROOT:
        if owner is not None and owner.st_uid != uid:
            raise DataBelongsToAnother(data, owner.st_uid, uid)
        return Account(uid, os.getegid(), switch=False)
    if owner is not None and owner.st_uid != _ROOT:
        return Account(owner.st_uid, owner.st_gid, switch=True)
    entry = _system_account(name)
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _system_account(name: str) -> pwd.struct_passwd:
    deadline = time.monotonic() + _USERADD_SECONDS
    while True:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            why = _add_user(name)
        if why and time.monotonic() > deadline:
            raise AccountNotMade(name, why)


def _add_user(name: str) -> str:
    """Make the account: empty, or why not. Then the list may be locked by another, so look and try again."""
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        raise ProgramMissing("useradd", "passwd")
    done = subprocess.run(  # noqa: S603 - no shell, a fixed program
        [
            *(program, "--system", "--user-group", "--no-create-home"),
            *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return ""
    time.sleep(_USERADD_PAUSE_SECONDS)
    return done.stderr.strip() or f"useradd ended with status {done.returncode}"
