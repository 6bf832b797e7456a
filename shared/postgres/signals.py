"""Signals between processes on one database: "look now", for those who would look by themselves a little later.

PostgreSQL's NOTIFY, never inside a transaction that writes: there it would make commits wait for one another. A signal
may be lost (a connection that breaks, a pooler between); whoever waits for one also looks from time to time.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeAlias

import asyncpg
import structlog

from shared.postgres.pool import Connection, Pool, PoolBusy

log = structlog.get_logger(__name__)

_FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
_APART_SECONDS = 0.005
_MOST_WAITING = 1000
_CONNECT_SECONDS = 10.0
_ALIVE_SECONDS = 30.0
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0


Heard = Callable[[str], None]
"""What is done about a signal. It is told what that says; "" when it may have come unheard, and may say anything."""


class Sender:
    """Sends signals, many at once; to be run beside the rest."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: dict[tuple[str, str], None] = {}
        self._wanted = asyncio.Event()

    def send(self, channel: str, about: str) -> None:
        """Send one soon. With too many waiting it is dropped: nobody is worse off than with none at all."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting[channel, about] = None
            self._wanted.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until told to stop."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                await _either(stopped, self._wanted)
                self._wanted.clear()
                waiting, self._waiting = list(self._waiting), {}
                if waiting:
                    await self._tell(waiting)
                    await asyncio.sleep(_APART_SECONDS)
        finally:
            stopped.cancel()

    async def _tell(self, waiting: list[tuple[str, str]]) -> None:
        channels, abouts = zip(*waiting, strict=True)
        try:
            async with self._pool.acquire() as connection:
                await connection.execute(
                    "select pg_notify(c, a) from unnest($1::text[], $2::text[]) s (c, a)", channels, abouts
                )
        except (*_FAILURES, PoolBusy) as error:
            log.info("signals not sent", why=f"{type(error).__name__} {error}".strip())


_Raw: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Listener:
    """Hears signals on a connection of its own; to be run beside the rest. `heard`: by channel.

    Whenever it has connected, each is called once: it may have missed something.
    """

    def __init__(self, dsn: str, heard: Mapping[str, Heard], *, application_name: str) -> None:
        self._dsn = dsn
        self._heard = heard
        self._name = application_name

    async def run(self, stopping: asyncio.Event) -> None:
        """Listen until told to stop; a connection that is lost is made again."""
        stopped = asyncio.create_task(stopping.wait())
        pause = _FIRST_PAUSE_SECONDS
        try:
            while not stopping.is_set():
                try:
                    await self._listen(stopped)
                    pause = _FIRST_PAUSE_SECONDS
                except _FAILURES as error:
                    log.info("signals not heard", why=f"{type(error).__name__} {error}".strip())
                await asyncio.wait({stopped}, timeout=pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        finally:
            stopped.cancel()

    async def _listen(self, stopped: "asyncio.Task[bool]") -> None:
        """Until told to stop.

        Raises:
            one of `_FAILURES`: the connection could not be had, or was lost.
        """
        connection: _Raw = await asyncpg.connect(
            self._dsn,
            timeout=_CONNECT_SECONDS,
            command_timeout=_CONNECT_SECONDS,
            server_settings={"application_name": self._name},
        )
        try:
            for channel in self._heard:
                await connection.add_listener(channel, self._hear)
            for heard in self._heard.values():
                heard("")
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            while not stopped.done():
                await _either(stopped, lost, seconds=_ALIVE_SECONDS)
                if not stopped.done():
                    await connection.execute("select")  # a network that swallowed it would not tell
        finally:
            with suppress(*_FAILURES):
                await connection.close(timeout=1)

    def _hear(self, _connection: Connection, _pid: int, channel: str, about: object) -> None:
        self._heard[channel](str(about))


async def _either(
    stopped: "asyncio.Task[bool]", event: asyncio.Event, *, seconds: float | None = None
) -> None:
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({stopped, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
