"""The bus as the services see it; `rabbitmq` and `local` implement it, under one contract suite.

Delivery is at least once and in no promised order. `publish` returns only when the bus has taken the message.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.bus.outcome import Outcome
from shared.contracts.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message; `attempt` counts from 1 and only grows by our own retries."""

    envelope: Envelope
    queue: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ParkedDelivery:
    """A message that was dead-lettered: whence, why, after how many attempts.

    `envelope` is None when the body could not be decoded; `body` is always what was received.
    """

    body: bytes
    envelope: Envelope | None
    queue: str
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many messages of a work queue may be taken now, and how many consumers take from it."""

    queue: str
    waiting: int
    consumers: int


Handler = Callable[[Delivery], Awaitable[Outcome]]
ParkedHandler = Callable[[ParkedDelivery], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Together:
    """An offer to handle at most `most` deliveries at once, which is cheaper than one by one.

    `handler` says of each what became of it; None: nothing, it must be handled alone. So is everything when it raises:
    then it has done nothing.
    """

    handler: Callable[[Sequence[Delivery]], Awaitable[Sequence[Outcome | None]]]
    most: int


class PublishError(Exception):
    """The bus did not take the message; it may be published again."""

    def __init__(self, message_id: str, why: str) -> None:
        super().__init__(f"message {message_id} was not published: {why}")
        self.message_id = message_id
        self.why = why


class Unroutable(PublishError):
    """A mandatory message reached no queue."""


class Refused(PublishError):
    """The bus did not take it: it said no (nack: a full queue), or it could not be reached at all."""


class ConfirmUnknown(PublishError):
    """No confirm came: it may have been taken. Publish it again, with the same id."""


class BusUnavailable(Exception):
    """The bus can't be asked now."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the bus can't be asked now: {why}")
        self.why = why


class Subscription(Protocol):
    """A running consumer."""

    async def stop(self) -> None:
        """Take no more deliveries, wait for those under way to be settled."""

    def alive(self) -> bool:
        """Whether it still consumes."""


class Bus(Protocol):
    """Publish and consume."""

    async def publish(self, envelope: Envelope) -> None:
        """Publish by the envelope's type (its contract says exchange, key and whether it is mandatory).

        Raises:
            PublishError: one of its three kinds; the message was not confirmed.
        """

    async def publish_to_queue(self, queue: str, body: bytes, message_id: str) -> None:
        """Put a body into one queue by name, as attempt 1 (replay of a parked message).

        Raises:
            PublishError: as `publish`.
        """

    async def serve(
        self, queue: str, handler: Handler, *, concurrency: int, together: Together | None = None
    ) -> Subscription:
        """Hand each delivery of `queue` to `handler`, at most `concurrency` at once.

        A bus may take up the offer `together`, for deliveries that come for the first time: each of the
        `concurrency` is then a handful of them, of which what is left over is handled alone, in order.
        An exception of the handler counts as `Retry`. An undecodable body is dead-lettered.
        """

    async def serve_parked(self, handler: ParkedHandler) -> Subscription:
        """Hand each dead-lettered message to `handler`; it is removed when the handler returns."""

    async def ready(self) -> bool:
        """Whether publishing and consuming can work now."""

    async def close(self) -> None:
        """Stop all consumers, drain, close the connections."""


class Queues(Protocol):
    """What a bus tells of its work queues."""

    async def queues(self) -> Sequence[QueueState]:
        """The work queues as they are now.

        Raises:
            BusUnavailable: it can't be asked now.
        """


class WatchedBus(Bus, Queues, Protocol):
    """A bus whose queues can be looked at: what both adapters are."""
