"""One use case, one transaction: all repositories on one connection, committed together or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from shared.postgres.pool import Connection, Pool, PoolBusy

log = structlog.get_logger(__name__)

_PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)

# Until the end of the transaction: to plan what a use case reads and writes takes as long as to run it, and its rows
# are found by their keys whatever these are. It goes with a statement that locks, for no round trip of its own.
PLANNED_ONCE = "set_config('plan_cache_mode', 'force_generic_plan', true)"


class CommitUnknown(Exception):
    """The connection was lost while committing, and the database can't say yet what became of it."""

    def __init__(self) -> None:
        super().__init__("the connection was lost during COMMIT")


class Transaction:
    """A running transaction. `xact` is its id, once what wrote something has told it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.xact: str | None = None


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Transaction]:
    """A transaction that commits when the block ends well, and rolls back otherwise.

    When the connection is lost during COMMIT, the outcome is read back by the transaction's id on another
    connection, never guessed.

    Raises:
        CommitUnknown: the outcome could not be read back.
        asyncpg.PostgresConnectionError: the connection was lost and nothing was committed.
    """
    committing: Transaction | None = None
    try:
        async with pool.acquire() as connection:
            opened = connection.transaction()
            await opened.start()
            running = Transaction(connection)
            try:
                yield running
            except BaseException:
                await _rollback(connection, opened)
                raise
            if running.xact is None:
                running.xact = await connection.fetchval("select pg_current_xact_id_if_assigned()::text")
            committing = running
            await opened.commit()
            committing = None
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, ConnectionError, TimeoutError) as error:
        if committing is None or not await _committed(pool, committing.xact):
            raise
        log.warning("connection lost during commit; it was committed", error=str(error))


async def _rollback(connection: Connection, opened: asyncpg.transaction.Transaction) -> None:
    if connection.is_closed():
        return
    await opened.rollback()


async def _committed(pool: Pool, xact: str | None) -> bool:
    if xact is None:  # nothing was written: nothing can be lost
        return True
    for pause_seconds in (*_PAUSES_SECONDS, None):
        try:
            async with pool.acquire() as connection:
                status = await connection.fetchval("select pg_xact_status($1::text::xid8)", xact)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, PoolBusy, OSError, TimeoutError):
            raise CommitUnknown from None
        if status != "in progress":
            return bool(status == "committed")
        # The server is still at it, or has not seen yet that we are gone.
        if pause_seconds is not None:
            await asyncio.sleep(pause_seconds)
    raise CommitUnknown
