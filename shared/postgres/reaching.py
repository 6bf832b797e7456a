"""A process that starts waits for its database, and works on none that another release has made."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path

import asyncpg
import structlog

from shared.observability.start import CannotStart, Start
from shared.postgres.migration_files import migration_files
from shared.postgres.pool import Connection, Pool, PoolBusy

_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0
_REFUSALS = (
    asyncpg.InvalidAuthorizationSpecificationError,  # no such role, a wrong password, no entry in pg_hba.conf
    asyncpg.InvalidCatalogNameError,  # no such database
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ClientConfigurationError,
    ssl.SSLCertVerificationError,
)
_AWAY = (
    PoolBusy,
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # starting up, shutting down
    asyncpg.InsufficientResourcesError,  # too many connections
)

log = structlog.get_logger(__name__)


class DatabaseRefuses(CannotStart):
    """It answers, and does not let us in as we were told to come."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the database refuses what the settings say: {why}")
        self.why = why


class SchemaDiffers(CannotStart):
    """The database was not migrated to this release, or is another one's."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the database is not of this release ({what}): run `migrate` first")
        self.what = what


@contextmanager
def explained() -> Iterator[None]:
    """For who does not wait: that the database does not let us in, or is empty, is told in a sentence.

    Raises:
        DatabaseRefuses: the settings are wrong.
        SchemaDiffers: what is asked for is not there.
    """
    try:
        yield
    except _REFUSALS as error:
        raise DatabaseRefuses(str(error)) from error
    except asyncpg.UndefinedTableError as error:
        raise SchemaDiffers(str(error)) from error


async def reached(pool: Pool, migrations: Path | Traversable, start: Start) -> None:
    """Wait until the database is there; `start` says so meanwhile. It must have every migration of `migrations`.

    More of them may be there: those of a later release, which an older process works beside.

    Raises:
        DatabaseRefuses: the settings are wrong.
        SchemaDiffers: a migration is missing, or was another file.
    """
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            async with pool.acquire() as connection:
                await _refuse_other_schema(connection, migrations)
        except _REFUSALS as error:
            raise DatabaseRefuses(str(error)) from error
        except _AWAY as error:
            why = f"{type(error).__name__} {error}".strip()
            log.warning("the database is away", why=why, again_in_seconds=pause)
            # Whoever may ask for `/readyz` need not know its address.
            start.waits(f"the database is away ({type(error).__name__})")
        else:
            return
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


async def _refuse_other_schema(connection: Connection, migrations: Path | Traversable) -> None:
    try:
        rows = await connection.fetch("select name, sha256 from schema_migrations")
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
        raise SchemaDiffers(str(error)) from error
    applied = {row["name"]: row["sha256"] for row in rows}
    for file in migration_files(migrations):
        if file.name not in applied:
            raise SchemaDiffers(f"migration {file.name} is missing")
        if applied[file.name] != file.digest:
            raise SchemaDiffers(f"migration {file.name} was another file")
