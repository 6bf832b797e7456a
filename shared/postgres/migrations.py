"""The smallest migrations runner that can be trusted: numbered SQL files, forward only, each applied once.

All pending files run in one transaction under an advisory lock; a file that was applied and has changed since
is refused. The owner of what they create is a role that no service logs in as.
"""

import hashlib
from importlib.resources.abc import Traversable
from pathlib import Path

import asyncpg
import structlog

log = structlog.get_logger(__name__)

_LOCK = 7_403_118_201


class MigrationChanged(Exception):
    """A migration that was already applied is not the file it was."""

    def __init__(self, name: str) -> None:
        super().__init__(f"migration {name} was applied before and has changed since")
        self.name = name


async def migrate(dsn: str, folder: Path | Traversable, *, owner: str) -> list[str]:
    """Apply what is pending as `owner` (a role that `dsn` may become). Returns the names applied now.

    Raises:
        MigrationChanged: an applied file has changed.
    """
    files = _migration_files(folder)
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
            await connection.execute(f'set local role "{owner}"')
            await connection.execute(
                "create table if not exists schema_migrations"
                " (name text primary key, sha256 text not null,"
                " applied_at timestamptz not null default now())"
            )
            applied = {
                row["name"]: row["sha256"]
                for row in await connection.fetch("select name, sha256 from schema_migrations")
            }
            done: list[str] = []
            for entry in files:
                text = entry.read_text(encoding="utf-8")
                digest = hashlib.sha256(text.encode()).hexdigest()
                known = applied.get(entry.name)
                if known is None:
                    await connection.execute(text)
                    await connection.execute(
                        "insert into schema_migrations (name, sha256) values ($1, $2)", entry.name, digest
                    )
                    done.append(entry.name)
                elif known != digest:
                    raise MigrationChanged(entry.name)
        for name in done:
            log.info("migration applied", migration=name)
        return done
    finally:
        await connection.close()


def _migration_files(folder: Path | Traversable) -> list[Path | Traversable]:
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted(files, key=lambda entry: entry.name)


async def ensure_roles(dsn: str, *, owner: str, service: str, password: str) -> None:
    """Create the owner (no login) and the service's login role; the owner gets the public schema.

    `dsn` is an administrator's. Safe to repeat; the password is set anew each time.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
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
