"""The same scenarios on both buses: each test gets a backend of its own, and opens buses on it."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import pytest

from shared.bus.local import LocalBus
from shared.bus.port import WatchedBus
from shared.bus.rabbitmq import RabbitMQBus
from shared.bus.retry import RetryPolicy
from tests.support.local_bus import new_local_bus
from tests.support.messages import CLOSE_SECONDS
from tests.support.postgres import PrivatePostgres

SHORT = dt.timedelta(milliseconds=200)
LONG = dt.timedelta(milliseconds=500)
POLICY = RetryPolicy(delays=(SHORT, LONG), attempts=3)

OpenBus = Callable[[], Awaitable[WatchedBus]]


class _Backend(Protocol):
    async def open(self) -> WatchedBus: ...


class _RabbitMQ:
    def __init__(self, url: str) -> None:
        self._url = url

    async def open(self) -> WatchedBus:
        return await RabbitMQBus.connect(self._url, POLICY, name="contract")


class _Local:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def open(self) -> WatchedBus:
        return await LocalBus.open(self._dsn, POLICY, poll=dt.timedelta(milliseconds=50))


@pytest.fixture
async def local_bus_dsn(postgres: PrivatePostgres) -> str:
    """A local bus of this test's own."""
    return await new_local_bus(postgres)


@pytest.fixture(params=["rabbitmq", "local"])
def backend(request: pytest.FixtureRequest) -> _Backend:
    """Where the buses of this test meet."""
    if request.param == "rabbitmq":
        return _RabbitMQ(request.getfixturevalue("rabbitmq_url"))
    return _Local(request.getfixturevalue("local_bus_dsn"))


@pytest.fixture
async def open_bus(backend: _Backend) -> AsyncIterator[OpenBus]:
    """Opens a bus; all of a test's meet on one backend, and are closed with it."""
    opened: list[WatchedBus] = []

    async def open_one() -> WatchedBus:
        bus = await backend.open()
        opened.append(bus)
        return bus

    yield open_one
    for bus in opened:
        await asyncio.wait_for(bus.close(), CLOSE_SECONDS)


@pytest.fixture
async def bus(open_bus: OpenBus) -> WatchedBus:
    """A bus that is ready."""
    return await open_bus()
