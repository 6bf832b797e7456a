"""Buses on one virtual host of a broker: the session's, or one that may be mistreated."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from urllib.parse import quote

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection

from shared.bus.rabbitmq import RabbitMQBus
from shared.bus.retry import RetryPolicy
from tests.support.messages import CLOSE_SECONDS
from tests.support.rabbitmq import Broker, RabbitMQBroker, virtual_host

POLICY = RetryPolicy(delays=(dt.timedelta(milliseconds=200),), attempts=3)

Connect = Callable[..., Awaitable[RabbitMQBus]]


SETTLED_SECONDS = 5
"""A queue younger than this may come back from a kill without a leader."""


class Host:
    """A virtual host: its address, and an operator's hands."""

    def __init__(self, broker: Broker, name: str) -> None:
        self.broker: Broker = broker
        self.name = name
        self.url = broker.url(name)

    def delete_queue(self, queue: str) -> None:
        """Delete a queue with what it holds."""
        self.broker.manage("DELETE", f"/queues/{self.name}/{queue}")

    def limit_queue(self, queue: str, length: int) -> None:
        """Let a queue hold no more than `length` messages."""
        self.broker.manage(
            "PUT",
            f"/policies/{self.name}/full",
            {"pattern": f"^{queue}$", "definition": {"max-length": length}, "apply-to": "queues"},
        )

    def unbind(self, exchange: str, queue: str, routing_key: str) -> None:
        """Remove a binding."""
        self.broker.manage("DELETE", f"/bindings/{self.name}/e/{exchange}/q/{queue}/{routing_key or '~'}")

    def cut_connections(self) -> int:
        """Close every client connection, as an operator or a load balancer would. Returns how many."""
        ours = [
            connection["name"]
            for connection in json.loads(self.broker.manage("GET", "/connections"))
            if connection["vhost"] == self.name
        ]
        for name in ours:
            self.broker.manage("DELETE", f"/connections/{quote(name, safe='')}")
        return len(ours)


class FragileHost(Host):
    """One of a broker of our own, which may be killed and frozen."""

    broker: RabbitMQBroker


@pytest.fixture
def host(rabbitmq: Broker) -> Iterator[Host]:
    """A virtual host of the session's broker."""
    with virtual_host(rabbitmq) as name:
        yield Host(rabbitmq, name)


@pytest.fixture
def fragile_host(rabbitmq_instance: RabbitMQBroker) -> FragileHost:
    """A virtual host of a broker that may be killed and frozen.

    It is not dropped: to delete a queue while it gets its leader, after a restart, kills what dead-letters
    on the whole node (RabbitMQ 3.10), and every later declaration fails.
    """
    return FragileHost(rabbitmq_instance, rabbitmq_instance.create_virtual_host())


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens buses, and closes them in the end."""
    opened: list[RabbitMQBus] = []

    async def open_one(url: str, *, publish_seconds: float = 10) -> RabbitMQBus:
        bus = await RabbitMQBus.connect(url, POLICY, name="test", publish_seconds=publish_seconds)
        opened.append(bus)
        return bus

    yield open_one
    for bus in opened:
        await asyncio.wait_for(bus.close(), CLOSE_SECONDS)


@pytest.fixture
async def plain(host: Host) -> AsyncIterator[AbstractConnection]:
    """A plain connection to the virtual host: another program's."""
    connection = await aio_pika.connect(host.url)
    yield connection
    await connection.close()
