"""The same scenarios on both buses: each test gets a backend of its own, and opens buses on it."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import pytest

from shared.bus.local import LocalBus, install
from shared.bus.port import Bus
from shared.bus.rabbitmq import RabbitMQBus
from shared.bus.retry import RetryPolicy
from shared.postgres.migrations import ensure_roles
from tests.support.postgres import PrivatePostgres

SHORT = dt.timedelta(milliseconds=200)
LONG = dt.timedelta(milliseconds=500)
POLICY = RetryPolicy(delays=(SHORT, LONG), attempts=3)

OpenBus = Callable[[], Awaitable[Bus]]


class _Backend(Protocol):
    async def open(self) -> Bus: ...


class _RabbitMQ:
    def __init__(self, url: str) -> None:
        self._url = url

    async def open(self) -> Bus:
        return await RabbitMQBus.connect(self._url, POLICY, name="contract")


class _Local:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def open(self) -> Bus:
        return await LocalBus.open(self._dsn, POLICY, poll=dt.timedelta(milliseconds=50))


@pytest.fixture
async def local_dsn(postgres: PrivatePostgres) -> str:
    """A database with the local bus in it, as a role that may just use it."""
    name = f"bus_{uuid.uuid4().hex[:12]}"
    await postgres.create_database(name)
    admin = postgres.admin_dsn(name)
    await ensure_roles(admin, owner="bus_owner", service="bus_user", password="bus")
    await install(admin, owner="bus_owner", service="bus_user")
    parts = urlsplit(admin)
    return urlunsplit(parts._replace(netloc=f"bus_user:bus@{parts.hostname}:{parts.port}"))


@pytest.fixture(params=["rabbitmq", "local"])
def backend(request: pytest.FixtureRequest) -> _Backend:
    """Where the buses of this test meet."""
    if request.param == "rabbitmq":
        return _RabbitMQ(request.getfixturevalue("rabbitmq_url"))
    return _Local(request.getfixturevalue("local_dsn"))


@pytest.fixture
async def open_bus(backend: _Backend) -> AsyncIterator[OpenBus]:
    """Opens a bus; all of a test's meet on one backend, and are closed with it."""
    opened: list[Bus] = []

    async def open_one() -> Bus:
        bus = await backend.open()
        opened.append(bus)
        return bus

    yield open_one
    for bus in opened:
        await bus.close()


@pytest.fixture
async def bus(open_bus: OpenBus) -> Bus:
    """A bus that is ready."""
    return await open_bus()
