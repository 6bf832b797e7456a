"""Consuming one queue: callbacks, a bound on concurrency, a way back after every loss, a graceful end."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import ChannelInvalidStateError

from shared.bus.port import PublishError
from shared.bus.rabbitmq.connection import CONNECT_SECONDS, BrokerLost, Link, broker_errors, ended
from shared.bus.rabbitmq.publisher import Publisher, broker_message
from shared.identifiers import new_id

_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0

_T = TypeVar("_T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What takes a delivery's place: the same body under the same id, elsewhere, with other headers."""

    exchange: str
    routing_key: str
    headers: Mapping[str, str | int]


Deliver = Callable[[Sequence[AbstractIncomingMessage]], Awaitable[Sequence[Replacement | None]]]
"""Says of each of them what takes its place."""


class RabbitMQSubscription:
    """A consumer of one queue.

    Prefetch is what is handled at once, so that no message waits here while another process is idle. A handler takes
    what has come by then, at most `most`; it never waits for more. It runs
    in a task of ours: the library ends its own when the channel closes, and a mail would be cut in half.
    """

    def __init__(
        self,
        link: Link,
        publisher: Publisher,
        redeclare: Callable[[AbstractConnection], Awaitable[None]],
        queue: str,
        deliver: Deliver,
        concurrency: int,
        *,
        most: int = 1,
    ) -> None:
        self._link = link
        self._publisher = publisher
        self._redeclare = redeclare
        self._queue = queue
        self._deliver = deliver
        self._prefetch = concurrency * most
        self._most = most
        self._arrived: deque[AbstractIncomingMessage] = deque()
        self._slots = asyncio.Semaphore(concurrency)
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._consuming = False
        self._task = asyncio.create_task(self._keep_consuming(), name=f"bus consumer {queue}")

    def alive(self) -> bool:
        """Whether the broker delivers to it now."""
        return self._consuming

    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    async def stop(self) -> None:
        """Take no more deliveries, wait for those under way to be settled."""
        self._stopping.set()
        await asyncio.wait([self._task])

    async def _keep_consuming(self) -> None:
        connection: AbstractConnection | None = None
        pause = _PAUSE_SECONDS
        while not self._stopping.is_set():
            lost = connection
            connection = await self._unless_stopped(self._link.connection())
            if connection is None:
                break
            try:
                if connection is lost:
                    # The connection held and the consumer did not: was the queue deleted?
                    await self._redeclare(connection)
                await self._consume(connection)
                pause = _PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - whatever it is, it is logged, and a consumer never gives up
                # A queue that is broken takes the whole connection down when it is asked: not too often.
                log.warning("not consuming", queue=self._queue, why=str(error), again_in_seconds=pause)
            if not await self._stopped_within(pause):
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        await self._drained()

    async def _consume(self, connection: AbstractConnection) -> None:
        """Consume until the channel is lost, the broker cancels the consumer, or we stop."""
        with broker_errors():
            channel = connection.channel(publisher_confirms=False)
            await channel.initialize(timeout=CONNECT_SECONDS)
        try:
            with broker_errors():
                await channel.set_qos(prefetch_count=self._prefetch, timeout=CONNECT_SECONDS)
                underlay = await channel.get_underlay_channel()
                cancelled = asyncio.Event()
                underlay.on_consumer_cancel_callbacks.add(lambda _frame: cancelled.set())
                queue = await channel.get_queue(self._queue, ensure=False)
                # No time limit: a queue without a leader answers when it has one again.
                tag = await self._unless_stopped(queue.consume(self._take))
            if tag is None:
                return
            self._consuming = True
            log.info("consuming", queue=self._queue)
            over = asyncio.ensure_future(cancelled.wait())
            stopping = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait([underlay.closing, over, stopping], return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            stopping.cancel()
            self._consuming = False
            if self._stopping.is_set():
                await ended(queue.cancel(tag))
                await self._drained()
            else:
                log.warning("consumer lost", queue=self._queue, cancelled_by_broker=cancelled.is_set())
        finally:
            self._consuming = False
            await ended(channel.close())

    async def _take(self, message: AbstractIncomingMessage) -> None:
        self._arrived.append(message)
        task = asyncio.create_task(self._handle_arrived(), name=f"bus delivery {self._queue}")
        self._under_way.add(task)
        task.add_done_callback(self._over)

    async def _handle_arrived(self) -> None:
        """One for each message: it takes others along, or finds that its own was taken along."""
        async with self._slots:
            taken = [self._arrived.popleft() for _ in range(min(self._most, len(self._arrived)))]
            # What has not begun by then goes back with the channel.
            messages = [
                message for message in taken if not (self._stopping.is_set() or _channel_lost(message))
            ]
            if messages:
                replacements = await self._deliver(messages)
                await asyncio.gather(*map(self._settle, messages, replacements))

    async def _settle(self, message: AbstractIncomingMessage, replacement: Replacement | None) -> None:
        if replacement is None or await self._replaced(message, replacement):
            await self._acknowledge(message)

    async def _replaced(self, message: AbstractIncomingMessage, replacement: Replacement) -> bool:
        """Publish what takes the delivery's place. Says whether it is confirmed.

        While it can't be published the delivery stays ours, unsettled. It goes back to its queue with its
        channel, when that is lost or when we stop, and is delivered again; it is never requeued by us.
        """
        copy = broker_message(message.body, message.message_id or str(new_id()), replacement.headers)
        while True:
            try:
                await self._publisher.publish(
                    copy, exchange=replacement.exchange, routing_key=replacement.routing_key
                )
            except PublishError as error:
                log.warning("delivery not settled yet", queue=self._queue, why=str(error))
            else:
                return True
            if _channel_lost(message) or await self._stopped_within(_PAUSE_SECONDS):
                return False

    async def _acknowledge(self, message: AbstractIncomingMessage) -> None:
        try:
            with broker_errors():
                await message.ack()
        except BrokerLost:
            log.warning("handled, but not acknowledged: it will be delivered again", queue=self._queue)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery failed outside its handler", queue=self._queue, exc_info=error)

    async def _drained(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    async def _unless_stopped(self, work: Coroutine[Any, Any, _T]) -> _T | None:
        """The result of `work`; None when we stop before it is there."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            stopping.cancel()
            if not working.done():
                working.cancel()


def _channel_lost(message: AbstractIncomingMessage) -> bool:
    """Whether the channel that delivered it is gone: the broker delivers it again."""
    try:
        return message.channel.is_closed
    except ChannelInvalidStateError:
        return True
