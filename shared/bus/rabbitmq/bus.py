"""The port, on RabbitMQ: what is published where, and what a delivery carries besides its body."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Self

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from shared.bus.middleware import (
    Again,
    Arrival,
    Done,
    Park,
    Settlement,
    counting_publish,
    decoded,
    handle_all,
    handle_parked,
    publishing,
)
from shared.bus.port import BusUnavailable, Handler, ParkedHandler, QueueState, Together
from shared.bus.rabbitmq import headers
from shared.bus.rabbitmq.connection import BrokerLost, Link, broker_errors, broker_url
from shared.bus.rabbitmq.consumer import Deliver, RabbitMQSubscription, Replacement
from shared.bus.rabbitmq.declare import declare_on
from shared.bus.rabbitmq.publisher import Publisher, broker_message
from shared.bus.retry import RetryPolicy
from shared.bus.topology import DEAD_LETTER_EXCHANGE, DEAD_LETTER_QUEUE, QUEUES, retry_queue
from shared.contracts.envelope import Envelope
from shared.contracts.registry import contract_of
from shared.observability.start import Start

_LOOK_SECONDS = 10.0
_PARKED_CONCURRENCY = 4
"""Parked messages are few; some at once, so that one that fails doesn't hold up the others."""


class RabbitMQBus:
    """A bus over two connections: the broker may block the one that publishes, and consuming goes on."""

    def __init__(
        self, url: str, policy: RetryPolicy, *, name: str, publish_seconds: float, start: Start | None = None
    ) -> None:
        self._policy = policy
        self._declaring = asyncio.Lock()
        self._publish_link = Link(broker_url(url, f"{name} publish"), self._declare, start)
        self._consume_link = Link(broker_url(url, f"{name} consume"), self._declare, start)
        self._publisher = Publisher(self._publish_link, publish_seconds)
        self._subscriptions: list[RabbitMQSubscription] = []

    @classmethod
    async def connect(
        cls,
        url: str,
        policy: RetryPolicy,
        *,
        name: str,
        publish_seconds: float = 10,
        start: Start | None = None,
    ) -> Self:
        """A bus that keeps itself connected. A broker that is down is waited for, without an end: see `ready`.

        `name` shows in the broker's list of connections; `publish_seconds` is how long a confirm may take;
        `start` is told why it is not up yet.

        Raises:
            ValueError: `url` is no AMQP address.
        """
        bus = cls(url, policy, name=name, publish_seconds=publish_seconds, start=start)
        try:
            await asyncio.gather(bus._publish_link.tried(), bus._consume_link.tried())
        except asyncio.CancelledError:
            await bus.close()
            raise
        return bus

    async def reached(self) -> None:
        """Wait until both connections are up, with the topology that we declare.

        Raises:
            BrokerRefuses: they can't be, with these settings.
        """
        await asyncio.gather(self._publish_link.reached(), self._consume_link.reached())

    async def publish(self, envelope: Envelope) -> None:
        """Publish by the envelope's type.

        Raises:
            PublishError: one of its three kinds; the message was not confirmed.
            UnknownMessageType: no contract has this type.
        """
        contract = contract_of(envelope.type)
        with publishing(envelope) as traced:
            await self._publisher.publish(
                broker_message(traced.encode(), traced.id, headers.of_published()),
                exchange=contract.exchange,
                routing_key=contract.routing_key,
                mandatory=contract.mandatory,
            )

    async def publish_to_queue(self, queue: str, body: bytes, message_id: str) -> None:
        """Put a body into one queue by name, as attempt 1 (replay of a parked message).

        Raises:
            PublishError: as `publish`.
        """
        envelope = decoded(body)
        with counting_publish(envelope.type if envelope else ""):
            await self._publisher.publish(
                broker_message(body, message_id, headers.of_published()), exchange="", routing_key=queue
            )

    async def serve(
        self, queue: str, handler: Handler, *, concurrency: int, together: Together | None = None
    ) -> RabbitMQSubscription:
        """See `Bus.serve`. What was delivered before is handled alone: it may be what a process died of."""

        async def deliver(messages: Sequence[AbstractIncomingMessage]) -> list[Replacement | None]:
            arrivals = [
                Arrival(
                    message.body, headers.attempt(message), headers.waited(message), bool(message.redelivered)
                )
                for message in messages
            ]
            settlements = await handle_all(handler, self._policy, arrivals, queue=queue, together=together)
            return [replacement(settlement) for settlement in settlements]

        def replacement(settlement: Settlement) -> Replacement | None:
            match settlement:
                case Again(delay, attempt):
                    return Replacement("", retry_queue(queue, delay), {headers.ATTEMPT: attempt})
                case Park(reason, attempts):
                    said = headers.of_parked(queue, reason, attempts)
                    return Replacement(DEAD_LETTER_EXCHANGE.name, "", said)
                case Done():
                    return None

        return self._subscribe(queue, deliver, concurrency, most=together.most if together else 1)

    async def serve_parked(self, handler: ParkedHandler) -> RabbitMQSubscription:
        """Hand each dead-lettered message to `handler`; it is removed when the handler returns."""

        async def deliver(messages: Sequence[AbstractIncomingMessage]) -> list[Replacement | None]:
            return [await one(message) for message in messages]

        async def one(message: AbstractIncomingMessage) -> Replacement | None:
            parked = headers.parked(message)
            settlement = await handle_parked(handler, self._policy, parked, attempt=headers.attempt(message))
            match settlement:
                case Again(delay, attempt):
                    said = headers.of_parked(parked.queue, parked.reason, parked.attempts)
                    return Replacement(
                        "", retry_queue(DEAD_LETTER_QUEUE, delay), said | {headers.ATTEMPT: attempt}
                    )
                case Done():
                    return None

        return self._subscribe(DEAD_LETTER_QUEUE, deliver, _PARKED_CONCURRENCY)

    async def queues(self) -> list[QueueState]:
        """The work queues as they are now, on a channel of its own: one that is missing ends it.

        Raises:
            BusUnavailable: the broker can't be asked now, or lacks a queue.
        """
        if not self._consume_link.up():
            raise BusUnavailable("not connected")
        try:
            with broker_errors():
                async with asyncio.timeout(_LOOK_SECONDS):
                    connection = await self._consume_link.connection()
                    async with connection.channel() as channel:
                        found = [await channel.declare_queue(queue.name, passive=True) for queue in QUEUES]
        except BrokerLost as error:
            raise BusUnavailable(error.why) from error
        return [
            QueueState(
                one.name,
                one.declaration_result.message_count or 0,
                one.declaration_result.consumer_count or 0,
            )
            for one in found
        ]

    async def ready(self) -> bool:
        """Whether both connections are up, the topology is the one we declare, and every consumer consumes."""
        consumers = (one for one in self._subscriptions if not one.stopped())
        return self._publish_link.up() and self._consume_link.up() and all(one.alive() for one in consumers)

    async def close(self) -> None:
        """Stop all consumers, drain, close the connections."""
        await asyncio.gather(*(subscription.stop() for subscription in self._subscriptions))
        await self._publisher.close()
        await asyncio.gather(self._publish_link.close(), self._consume_link.close())

    async def _declare(self, connection: AbstractConnection) -> None:
        async with self._declaring:
            await declare_on(connection, self._policy)

    def _subscribe(
        self, queue: str, deliver: Deliver, concurrency: int, *, most: int = 1
    ) -> RabbitMQSubscription:
        subscription = RabbitMQSubscription(
            self._consume_link, self._publisher, self._declare, queue, deliver, concurrency, most=most
        )
        self._subscriptions.append(subscription)
        return subscription


@asynccontextmanager
async def connected_bus(
    url: str, policy: RetryPolicy, *, name: str, start: Start
) -> AsyncIterator[RabbitMQBus]:
    """The bus of a process: entered once the broker is there, closed in the end.

    Raises:
        BrokerRefuses: it can't be used with these settings.
    """
    bus = await RabbitMQBus.connect(url, policy, name=name, start=start)
    try:
        await bus.reached()
        yield bus
    finally:
        await bus.close()
