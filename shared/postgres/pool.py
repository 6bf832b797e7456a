"""The connection pool: one way in, with time limits on both sides."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from typing import Any, TypeAlias

import asyncpg
import structlog

from shared.observability.metrics import (
    DATABASE_BUSY,
    DATABASE_CONNECTIONS,
    DATABASE_CONNECTIONS_LIMIT,
    DATABASE_WAIT_SECONDS,
)

# Text, because asyncpg's classes take parameters only in its type stubs.
Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)


log = structlog.get_logger(__name__)


class PoolBusy(Exception):
    """No connection came free in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no database connection came free within {seconds:g} s")
        self.seconds = seconds


class Pool:
    """A pool of connections to one database, as one role. `name`: what its metrics call it."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", acquire_seconds: float, name: str) -> None:
        self._pool = pool
        self._acquire_seconds = acquire_seconds
        self._name = name
        self._wait_seconds = DATABASE_WAIT_SECONDS.labels(name)
        DATABASE_CONNECTIONS_LIMIT.labels(name).set(pool.get_max_size())
        DATABASE_CONNECTIONS.labels(name, "idle").set_function(pool.get_idle_size)
        DATABASE_CONNECTIONS.labels(name, "used").set_function(lambda: pool.get_size() - pool.get_idle_size())

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """A connection, for as long as the block lasts. Never nest: two at once can starve the pool.

        Raises:
            PoolBusy: none came free in time.
            asyncpg.PostgresConnectionError: it was lost meanwhile.
        """
        asked = time.perf_counter()
        try:
            connection = await self._pool.acquire(timeout=self._acquire_seconds)
        except TimeoutError:
            DATABASE_BUSY.labels(self._name).inc()
            raise PoolBusy(self._acquire_seconds) from None
        self._wait_seconds.observe(time.perf_counter() - asked)
        try:
            yield connection
        except asyncpg.InternalClientError as error:
            # What asyncpg can say of a connection whose server was just killed.
            raise asyncpg.ConnectionDoesNotExistError(str(error)) from error
        finally:
            await self._release(connection)

    async def _release(self, connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> None:
        """Give a connection back. One that died meanwhile is dropped: what was done with it stays done."""
        try:
            await self._pool.release(connection)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            log.warning("a connection was lost", error=f"{type(error).__name__}: {error}")
            with suppress(asyncpg.InterfaceError):  # the pool has ended it already
                connection.terminate()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction: committed when the block ends well, else rolled back."""
        async with self.acquire() as connection, connection.transaction():
            yield connection

    async def ready(self) -> bool:
        """Whether the database answers."""
        async with self.acquire() as connection:
            return bool(await connection.fetchval("select true"))

    async def close(self) -> None:
        """Close the connections, once they are released."""
        for state in ("idle", "used"):
            DATABASE_CONNECTIONS.remove(self._name, state)
        await self._pool.close()


def to_json(value: Any) -> str:  # noqa: ANN401 - any JSON
    """JSON text in which a Decimal is a string: money never becomes a binary float."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:  # noqa: ANN401 - any JSON
    """The value of a JSON text; its numbers with a point become Decimal."""
    return json.loads(text, parse_float=Decimal)


def _plain(value: Any) -> str:  # noqa: ANN401 - json's hook
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)


async def _prepare(connection: Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=to_json, decoder=from_json, schema="pg_catalog")


async def _as_it_is(_connection: Connection) -> None:
    """What was left open is rolled back by asyncpg; nothing else of a session was touched."""


async def open_pool(
    dsn: str,
    *,
    application_name: str,
    max_size: int = 10,
    acquire_seconds: float = 10,
    statement_seconds: float = 30,
    lock_seconds: float = 10,
    sessions_kept: bool = False,
) -> Pool:
    """A pool, which connects when it is asked for a connection: the server need not be there yet (`reached` waits).

    The limits hold on the server too: a lost client can't keep a lock.

    `sessions_kept`: who uses it sets, locks and listens to nothing that outlives its transaction, so that a
    connection comes back as it went: without a round trip that tidies it.
    """
    pool = await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=max_size,
        # To connect, too: a network that swallows a connection says nothing, and asyncpg would wait for a minute.
        timeout=acquire_seconds,
        command_timeout=statement_seconds + 5,
        init=_prepare,
        reset=_as_it_is if sessions_kept else None,
        server_settings={
            "application_name": application_name,
            "statement_timeout": str(int(statement_seconds * 1000)),
            "lock_timeout": str(int(lock_seconds * 1000)),
            "idle_in_transaction_session_timeout": str(int(statement_seconds * 1000)),
            "timezone": "UTC",
        },
    )
    return Pool(pool, acquire_seconds, application_name)
