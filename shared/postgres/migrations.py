"""The smallest migrations runner that can be trusted: numbered SQL files, forward only, each applied once.

One runner at a time (an advisory lock), each file in a transaction of its own. A file never waits long for a table:
who waits for one lets nobody else at it, readers neither, so it gives up soon and tries again. A file that was
applied and has changed since is refused. The owner of what they create is a role that no service logs in as.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

import asyncpg
import structlog

from shared.postgres.migration_files import (
    MigrationFile,
    MigrationStopped,
    created_index,
    migration_files,
    waits_harmlessly,
)

log = structlog.get_logger(__name__)

_LOCK = 7_403_118_201
_LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a file waits for a lock, and so at most whoever comes after it; how often it is tried; the pauses."""

    lock_seconds: float = 2
    tries: int = 20
    pause_seconds: float = 3


class MigrationChanged(MigrationStopped):
    """A migration that was already applied is not the file it was."""

    def __init__(self, name: str) -> None:
        super().__init__(f"migration {name} was applied before and has changed since")
        self.name = name


class MigrationBlocked(MigrationStopped):
    """A migration did not get the locks that it needs: somebody holds them for long."""

    def __init__(self, name: str, tries: int) -> None:
        super().__init__(
            f"migration {name} was tried {tries} times and did not get its lock: a long transaction holds it"
            " (pg_stat_activity says which). Those before it are applied; run migrate again"
        )
        self.name = name
        self.tries = tries


async def migrate(
    dsn: str, folder: Path | Traversable, *, owner: str, patience: Patience | None = None
) -> list[str]:
    """Apply what is pending as `owner` (a role that `dsn` may become). Returns the names applied now.

    What was applied before an error stays, and the next call goes on after it.

    Raises:
        MigrationChanged: an applied file has changed; nothing was applied.
        MigrationBlocked: a file did not get its locks.
        MigrationNotRepeatable: a file outside a transaction could not be run again.
    """
    files = migration_files(folder)
    connection = await asyncpg.connect(dsn)
    try:
        async with _alone(connection):
            await connection.execute(f'set role "{owner}"')
            pending = await _pending(connection, files)
            for file in pending:
                await _patiently(connection, file, patience or Patience())
                log.info("migration applied", migration=file.name)
            return [file.name for file in pending]
    finally:
        await connection.close()


async def _pending(connection: asyncpg.Connection, files: list[MigrationFile]) -> list[MigrationFile]:
    await connection.execute(
        "create table if not exists schema_migrations"
        " (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
    )
    # For each process to see, as it starts, whether they are those of its release.
    await connection.execute("grant select on schema_migrations to public")
    rows = await connection.fetch("select name, sha256 from schema_migrations")
    applied = {row["name"]: row["sha256"] for row in rows}
    for file in files:
        if applied.get(file.name, file.digest) != file.digest:
            raise MigrationChanged(file.name)
    return [file for file in files if file.name not in applied]


async def _patiently(connection: asyncpg.Connection, file: MigrationFile, patience: Patience) -> None:
    for tried in range(1, patience.tries + 1):
        try:
            await _lock_timeout(connection, patience.lock_seconds)
            await _apply(connection, file, patience)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if tried == patience.tries:
                raise MigrationBlocked(file.name, tried) from error
            log.warning("migration waits for a lock", migration=file.name, tried=tried, error=str(error))
            await asyncio.sleep(patience.pause_seconds)
        else:
            return


async def _apply(connection: asyncpg.Connection, file: MigrationFile, patience: Patience) -> None:
    if file.outside:
        for statement in file.statements():
            await _outside(connection, statement, patience)
        await _record(connection, file)
    else:
        async with connection.transaction():
            await connection.execute(file.text)
            await _record(connection, file)


async def _outside(connection: asyncpg.Connection, statement: str, patience: Patience) -> None:
    if waits_harmlessly(statement):
        # It waits for every transaction that is older, and giving up would throw away what it has built.
        await _lock_timeout(connection, 0)
    index = created_index(statement)
    if index is not None:
        await _drop_if_broken(connection, index)
    await connection.execute(statement)
    await _lock_timeout(connection, patience.lock_seconds)


async def _drop_if_broken(connection: asyncpg.Connection, index: str) -> None:
    """An index whose building failed stays behind, invalid, and `if not exists` would take it for the whole one."""
    broken = await connection.fetchval(
        "select c.oid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid"
        " where c.relname = $1 and pg_table_is_visible(c.oid) and not i.indisvalid",
        index,
    )
    if broken is not None:
        await connection.execute(f"drop index concurrently if exists {broken}")


async def _record(connection: asyncpg.Connection, file: MigrationFile) -> None:
    await connection.execute(
        "insert into schema_migrations (name, sha256) values ($1, $2)", file.name, file.digest
    )


async def _lock_timeout(connection: asyncpg.Connection, seconds: float) -> None:
    await connection.execute("select set_config('lock_timeout', $1, false)", f"{round(seconds * 1000)}ms")


@asynccontextmanager
async def _alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Only one at a time, however long the other takes. The lock ends with the connection, if not before.

    It is asked for, not waited for: an index that is built by the other one would wait for our waiting.
    """
    told = False
    while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
        if not told:
            log.info("another process migrates this database: waiting for it")
            told = True
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    yield
    await connection.execute("select pg_advisory_unlock($1)", _LOCK)


@contextmanager
def exit_when_stopped() -> Iterator[None]:
    """Why migrations did not go on is said on standard error, and ends the process with 1."""
    try:
        yield
    except MigrationStopped as error:
        sys.exit(f"{error}")


async def ensure_roles(dsn: str, *, owner: str, service: str, password: str) -> None:
    """Create the owner (no login) and the service's login role; the owner gets the public schema.

    `dsn` is an administrator's. Safe to repeat; the password is set anew each time.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with _alone(connection), connection.transaction():
            for role, kind in ((owner, "nologin"), (service, "login")):
                if not await connection.fetchval("select true from pg_roles where rolname = $1", role):
                    await connection.execute(f'create role "{role}" {kind}')
            literal = await connection.fetchval("select quote_literal($1::text)", password)
            await connection.execute(f'alter role "{service}" password {literal}')
            await connection.execute(f'alter schema public owner to "{owner}"')
            await connection.execute(f'grant usage on schema public to "{service}"')
            database = await connection.fetchval("select quote_ident(current_database())")
            await connection.execute(f'grant create, connect on database {database} to "{owner}"')
            await connection.execute(f'grant connect on database {database} to "{service}"')
    finally:
        await connection.close()
