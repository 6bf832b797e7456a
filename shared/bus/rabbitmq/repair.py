"""`factures topology --repair`: a queue that lost its leader for good is made anew.

A quorum queue declared less than about a second before its broker is killed comes back without a leader:
publishing to it is never confirmed and consuming never starts.
"""

import asyncio

import structlog
from aiormq.exceptions import ConnectionInternalError

from shared.bus.rabbitmq.connection import (
    CONNECT_SECONDS,
    broker_errors,
    broker_url,
    ended,
    open_connection,
)
from shared.bus.rabbitmq.declare import QueueDeclaration, declare_on, declare_queue, queue_declarations
from shared.bus.retry import RetryPolicy

_GONE_SECONDS = 1.0
"""How long a deleted queue stays away. Declared again within some milliseconds, 3.10 tells its consumers nothing:
they stay registered with the new queue, and what it delivers to them reaches nobody."""

log = structlog.get_logger(__name__)


async def repair_topology(url: str, policy: RetryPolicy, *, probe_seconds: float = 10) -> tuple[str, ...]:
    """Delete and declare again each queue that has no leader and reports no message. Returns their names.

    For an operator, and only while every node of a cluster is up: a queue whose nodes are merely away has no
    leader either, but gets it back with its messages.

    Raises:
        TopologyMismatch: something exists with other arguments.
        BrokerLost: the broker can't be reached.
    """
    connection = await open_connection(broker_url(url, "topology repair"))
    try:
        await declare_on(connection, policy)
    finally:
        await ended(connection.close())
    repaired = []
    for queue in queue_declarations(policy):
        if not await _has_leader(url, queue, probe_seconds):
            log.warning("queue without a leader: deleted and declared again", queue=queue.name)
            await _make_anew(url, queue)
            repaired.append(queue.name)
    return tuple(repaired)


async def _has_leader(url: str, queue: QueueDeclaration, probe_seconds: float) -> bool:
    """Whether the queue answers. A connection of its own: it hangs, or is closed, when there is no leader."""
    connection = await open_connection(broker_url(url, "topology probe"))
    try:
        with broker_errors():
            channel = connection.channel(publisher_confirms=False)
            await channel.initialize(timeout=CONNECT_SECONDS)
            known = await channel.declare_queue(queue.name, passive=True, timeout=CONNECT_SECONDS)
            if known.declaration_result.message_count:
                return True
            try:
                await known.get(fail=False, timeout=probe_seconds)
            except (TimeoutError, ConnectionInternalError):
                return False
            return True
    finally:
        await ended(connection.close())


async def _make_anew(url: str, queue: QueueDeclaration) -> None:
    connection = await open_connection(broker_url(url, "topology repair"))
    try:
        with broker_errors():
            channel = connection.channel(publisher_confirms=False)
            await channel.initialize(timeout=CONNECT_SECONDS)
            await channel.queue_delete(queue.name, timeout=3 * CONNECT_SECONDS)
            await asyncio.sleep(_GONE_SECONDS)
            await declare_queue(channel, queue)
    finally:
        await ended(connection.close())
