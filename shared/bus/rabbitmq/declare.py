"""What the topology is on RabbitMQ, and how it is declared: the same by every service, actively.

A passive declare would check nothing. Bindings are not compared by the broker, so they are made again.
Every argument means the same on 3.10 and on 4.x.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelPreconditionFailed

from shared.bus.rabbitmq.connection import (
    CONNECT_SECONDS,
    broker_errors,
    broker_url,
    ended,
    open_connection,
)
from shared.bus.retry import RetryPolicy, milliseconds
from shared.bus.topology import (
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    DELIVERY_LIMIT,
    EXCHANGES,
    QUEUES,
    retry_queue,
)

# Parked messages have nowhere further to go, and 4.x drops what passes its default limit of 20.
_NO_DELIVERY_LIMIT = 1_000_000
# Without `reject-publish` the broker falls back to at-most-once, and says so only in its log.
_AT_LEAST_ONCE = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
_DIFFERENCE = re.compile(
    r"inequivalent arg '(?P<argument>[^']+)' for (?P<kind>\w+) '(?P<name>[^']+)'"
    r".*?received (?P<ours>.+?) but current is (?P<theirs>.+)$"
)


class TopologyMismatch(Exception):
    """The broker has a queue or an exchange of this name with other arguments."""

    def __init__(self, answer: str) -> None:
        found = _DIFFERENCE.search(answer)
        self.answer = answer
        self.name = found["name"] if found else None
        self.argument = found["argument"] if found else None
        self.ours = found["ours"] if found else None
        self.theirs = found["theirs"] if found else None
        super().__init__(
            f"the {found['kind']} {self.name!r} on the broker is not what this version declares:"
            f" {self.argument} is {self.theirs} there, {self.ours} here; delete it there, or run this version's"
            " settings (RETRY_DELAYS_SECONDS names the retry queues)"
            if found
            else f"the broker refuses a declaration of this version: {answer}"
        )


@dataclass(frozen=True, slots=True)
class QueueDeclaration:
    """A durable queue, its arguments, and its bindings: (exchange, routing key)."""

    name: str
    arguments: Mapping[str, str | int]
    bindings: tuple[tuple[str, str], ...] = ()


def queue_declarations(policy: RetryPolicy) -> tuple[QueueDeclaration, ...]:
    """Every queue: the work queues, the parked messages, and a retry queue for each of them and each delay."""
    work = [
        QueueDeclaration(
            queue.name,
            {
                "x-queue-type": "quorum",
                "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE.name,
                "x-delivery-limit": DELIVERY_LIMIT,
                **_AT_LEAST_ONCE,
            },
            queue.bindings,
        )
        for queue in QUEUES
    ]
    parked = QueueDeclaration(
        DEAD_LETTER_QUEUE,
        {"x-queue-type": "quorum", "x-delivery-limit": _NO_DELIVERY_LIMIT},
        ((DEAD_LETTER_EXCHANGE.name, ""),),
    )
    # One for each queue *and* delay: of a shared one, 32 messages that can't go back hold up everybody's.
    waiting = {
        name: QueueDeclaration(
            name,
            {
                "x-queue-type": "quorum",
                "x-message-ttl": milliseconds(delay),
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": queue.name,
                **_AT_LEAST_ONCE,
            },
        )
        for queue in (*work, parked)
        for delay in policy.delays
        for name in (retry_queue(queue.name, delay),)
    }
    return (parked, *work, *waiting.values())


async def declare_on(connection: AbstractConnection, policy: RetryPolicy) -> None:
    """Declare everything on a throw-away channel: a mismatch costs that channel only.

    Raises:
        TopologyMismatch: something exists with other arguments.
        BrokerLost: the connection went away.
    """
    with broker_errors():
        channel = connection.channel(publisher_confirms=False)
        await channel.initialize(timeout=CONNECT_SECONDS)
        try:
            await _declare_exchanges(channel)
            for queue in queue_declarations(policy):
                await declare_queue(channel, queue)
        except ChannelPreconditionFailed as refused:
            raise TopologyMismatch(str(refused)) from refused
        finally:
            await ended(channel.close())


async def _declare_exchanges(channel: AbstractChannel) -> None:
    for exchange in (*EXCHANGES, DEAD_LETTER_EXCHANGE):
        await channel.declare_exchange(exchange.name, exchange.kind, durable=True, timeout=CONNECT_SECONDS)


async def declare_queue(channel: AbstractChannel, queue: QueueDeclaration) -> None:
    """Declare one queue and bind it."""
    declared = await channel.declare_queue(
        queue.name, durable=True, arguments=dict(queue.arguments), timeout=CONNECT_SECONDS
    )
    for exchange, routing_key in queue.bindings:
        await declared.bind(exchange, routing_key, timeout=CONNECT_SECONDS)


async def declare_topology(url: str, policy: RetryPolicy) -> None:
    """Declare everything at deploy; safe to repeat.

    Raises:
        TopologyMismatch: something exists with other arguments; what came before it in the order is declared.
        BrokerLost: the broker can't be reached.
    """
    connection = await open_connection(broker_url(url, "topology"))
    try:
        await declare_on(connection, policy)
    finally:
        await ended(connection.close())
