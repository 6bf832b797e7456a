"""One connection to the broker that comes back by itself.

A plain connection under a loop of our own, not aio-pika's robust one: after each reconnect the topology is
declared again before anything is published or consumed, which a robust connection would not wait for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AuthenticationError, ProbableAuthenticationError

from shared.observability.start import CannotStart, Start, at_work

CONNECT_SECONDS = 10.0
_HEARTBEAT_SECONDS = 10
_ENDING_SECONDS = 3.0
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class BrokerLost(Exception):
    """The connection or the channel went away under us, or could not be had."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the broker can't be reached: {why}")
        self.why = why


class BrokerRefuses(CannotStart):
    """It answers, and does not let us in as we were told to come."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the broker refuses what AMQP_URL says: {why}")
        self.why = why


def refusal(error: Exception) -> BrokerRefuses | None:
    """What an error in connecting says of the settings: a wrong user or password.

    A virtual host that is not there is waited for, like a queue that is not what we declare: another may yet make it.
    """
    cause = error.__cause__
    wrong = isinstance(cause, AuthenticationError | ProbableAuthenticationError)
    return BrokerRefuses(str(cause)) if wrong else None


@contextmanager
def broker_errors() -> Iterator[None]:
    """Turn all the ways in which aio-pika reports a lost connection into one.

    Raises:
        BrokerLost: any of them.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        # aiormq ends what waits on a closed channel with a cancellation of its own. Nobody cancelled *us*.
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerLost("the channel was closed") from error
    except (TimeoutError, *CONNECTION_EXCEPTIONS) as error:
        raise BrokerLost(f"{type(error).__name__} {error}".strip()) from error


def broker_url(url: str, name: str) -> str:
    """The address with our heartbeat (a silent broker is noticed within about half a minute) and a name.

    Raises:
        ValueError: it is no AMQP address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
        raise ValueError("the broker's address must look like amqp://user:password@host:5672/")
    query = {"heartbeat": str(_HEARTBEAT_SECONDS), "name": name} | dict(parse_qsl(parts.query))
    return urlunsplit(parts._replace(query=urlencode(query)))


async def open_connection(url: str) -> AbstractConnection:
    """A plain connection.

    Raises:
        BrokerLost: there is none to be had.
    """
    with broker_errors():
        return await aio_pika.connect(url, timeout=CONNECT_SECONDS)


async def ended(ending: Awaitable[object]) -> None:
    """Run what ends a consumer, a channel or a connection; how it fares is of no interest any more.

    aiormq can wait for ever when the connection dies meanwhile, even on being cancelled: so it is given some
    seconds, then left to itself.
    """
    task = asyncio.ensure_future(ending)
    done, _ = await asyncio.wait([task], timeout=_ENDING_SECONDS)
    if not done:
        task.cancel()
    elif not task.cancelled() and (error := task.exception()) is not None:
        log.debug("not ended in good order", why=str(error))


async def until_lost(connection: AbstractConnection) -> None:
    """Wait until a connection ends, by whatever cause."""
    if connection.transport is not None:
        await asyncio.wait([connection.transport.connection.closing])


class Link:
    """Keeps one connection open; `prepare` runs on each new one before it counts as up.

    `start`: is told why there is no connection yet.
    """

    def __init__(
        self,
        url: str,
        prepare: Callable[[AbstractConnection], Awaitable[None]],
        start: Start | None = None,
    ) -> None:
        self._url = url
        self._prepare = prepare
        self._start = start or at_work()
        self._tried = asyncio.Event()
        self._refused = asyncio.Event()
        self._refusal: BrokerRefuses | None = None
        self._current: asyncio.Future[AbstractConnection] = asyncio.Future()
        self._task = asyncio.create_task(self._keep(), name="bus link")

    async def tried(self) -> None:
        """Wait until the first attempt to connect has ended, well or not."""
        await self._tried.wait()

    async def reached(self) -> None:
        """Wait until it is up.

        Raises:
            BrokerRefuses: it can't be, with these settings.
        """
        waiting = [asyncio.ensure_future(one) for one in (self.connection(), self._refused.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        if self._refusal is not None and not self.up():
            raise self._refusal

    def up(self) -> bool:
        """Whether the connection is open and prepared."""
        return self._current.done()

    async def connection(self) -> AbstractConnection:
        """The open connection; waits for it, for ever if need be."""
        return await asyncio.shield(self._current)

    async def close(self) -> None:
        """Close the connection and open no other."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            if await self._once():
                pause = _FIRST_PAUSE_SECONDS
            self._tried.set()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _once(self) -> bool:
        """Connect, and stay until the connection is lost. Says whether it was up at all."""
        connection: AbstractConnection | None = None
        broker = _without_secrets(self._url)
        try:
            connection = await open_connection(self._url)
            await self._prepare(connection)
            self._current.set_result(connection)
            self._tried.set()
            log.info("connected to the broker", broker=broker)
            await until_lost(connection)
            log.warning("the connection to the broker was lost", broker=broker)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged, and the next attempt may go better
            log.warning("the broker can't be used now", broker=broker, why=str(error))
            self._start.waits(_shown(error))
            if (refused := refusal(error)) is not None:
                self._refusal = refused
                self._refused.set()
        finally:
            was_up = self._current.done()
            if was_up:
                self._current = asyncio.Future()
            if connection is not None:
                await ended(connection.close())
        return was_up


def _shown(error: Exception) -> str:
    """Why it is not there, for whoever may ask for `/readyz`: without its address, unless it is ours to say."""
    return (
        f"the broker is away ({type(error.__cause__).__name__})"
        if isinstance(error, BrokerLost)
        else str(error)
    )


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or ''}{parts.path}"
