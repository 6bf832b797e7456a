"""The port, on PostgreSQL: everything runs in this process, and what it was doing survives it."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Self

import asyncpg
import structlog

from shared.bus.local.deliveries import Deliveries, Identity, Taken
from shared.bus.local.worker import DATABASE_ERRORS, LocalSubscription, Settle
from shared.bus.middleware import (
    Again,
    Done,
    Park,
    counting_publish,
    decoded,
    handle,
    handle_parked,
    publishing,
)
from shared.bus.port import (
    BusUnavailable,
    ConfirmUnknown,
    Handler,
    ParkedDelivery,
    ParkedHandler,
    QueueState,
    Refused,
    Together,
    Unroutable,
)
from shared.bus.retry import RetryPolicy
from shared.bus.topology import DEAD_LETTER_QUEUE, DELIVERY_LIMIT, QUEUES, queues_for
from shared.contracts.envelope import Envelope
from shared.contracts.registry import contract_of
from shared.postgres.pool import Pool, PoolBusy, open_pool

_LEASE = dt.timedelta(seconds=30)
_POLL = dt.timedelta(seconds=1)
_PARKED_CONCURRENCY = 4
_NAMES = {queue.name for queue in QUEUES}

# The server said no; any other error leaves open whether the row is there.
_REFUSALS = (
    PoolBusy,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
)

log = structlog.get_logger(__name__)


class LocalBus:
    """A bus in one database, for one process. A publish wakes the consumer in it."""

    def __init__(self, pool: Pool, policy: RetryPolicy, *, poll: dt.timedelta, lease: dt.timedelta) -> None:
        self._pool = pool
        self._policy = policy
        self._poll = poll
        self._lease = lease
        self._deliveries = Deliveries(pool, lease)
        self._subscriptions: list[LocalSubscription] = []

    @classmethod
    async def open(
        cls, dsn: str, policy: RetryPolicy, *, poll: dt.timedelta = _POLL, lease: dt.timedelta = _LEASE
    ) -> Self:
        """Open the bus; its tables are there (`install`).

        `poll`: how often a consumer looks by itself. `lease`: how long a delivery is held without a sign of life.

        Raises:
            OSError: the database can't be reached.
        """
        pool = await open_pool(dsn, application_name="factures bus")
        try:
            await pool.ready()
        except BaseException:
            await pool.close()
            raise
        return cls(pool, policy, poll=poll, lease=lease)

    async def clear_leases(self) -> None:
        """Deliver at once what the process before us held. For the start of the only process there is."""
        count = await self._deliveries.clear_leases()
        if count:
            log.info("deliveries of a process that ended are delivered again", count=count)

    async def publish(self, envelope: Envelope) -> None:
        """Publish by the envelope's type.

        Raises:
            PublishError: one of its three kinds; the message was not confirmed.
            UnknownMessageType: no contract has this type.
        """
        contract = contract_of(envelope.type)
        queues = queues_for(contract.exchange, contract.routing_key)
        with publishing(envelope) as traced:
            if queues:
                await self._add(queues, Identity.of(traced), traced.encode())
            elif contract.mandatory:
                raise Unroutable(envelope.id, f"no queue takes {envelope.type!r}")

    async def publish_to_queue(self, queue: str, body: bytes, message_id: str) -> None:
        """Put a body into one queue by name, as attempt 1 (replay of a parked message).

        Raises:
            PublishError: as `publish`.
        """
        envelope = decoded(body)
        with counting_publish(envelope.type if envelope else ""):
            if queue not in _NAMES:
                raise Unroutable(message_id, f"there is no queue {queue!r}")
            await self._add((queue,), Identity.of_body(body, message_id), body)

    async def serve(
        self,
        queue: str,
        handler: Handler,
        *,
        concurrency: int,
        together: Together | None = None,  # noqa: ARG002 - an offer
    ) -> LocalSubscription:
        """See `Bus.serve`. Each alone: a shop that has no broker waits for no such load."""

        async def settle(taken: Taken) -> bool:
            if taken.times > DELIVERY_LIMIT + 1:
                log.error("message parked: whoever takes it up dies", queue=queue, times=taken.times)
                return await self._park(taken, "delivery_limit", taken.attempt)
            settlement = await handle(
                handler,
                self._policy,
                queue=queue,
                body=taken.body,
                attempt=taken.attempt,
                waited=taken.waited if taken.attempt == 1 else None,
            )
            match settlement:
                case Again(delay, attempt):
                    return await self._deliveries.put_off(taken, delay, attempt)
                case Park(reason, attempts):
                    return await self._park(taken, reason, attempts)
                case Done():
                    return await self._deliveries.remove(taken)

        return self._subscribe(queue, settle, concurrency)

    async def serve_parked(self, handler: ParkedHandler) -> LocalSubscription:
        """Hand each dead-lettered message to `handler`; it is removed when the handler returns."""

        async def settle(taken: Taken) -> bool:
            settlement = await handle_parked(
                handler, self._policy, _parked_delivery(taken), attempt=taken.attempt
            )
            match settlement:
                case Again(delay, attempt):
                    return await self._deliveries.put_off(taken, delay, attempt)
                case Done():
                    return await self._deliveries.remove(taken)

        return self._subscribe(DEAD_LETTER_QUEUE, settle, _PARKED_CONCURRENCY)

    async def queues(self) -> list[QueueState]:
        """The work queues as they are now. Whoever takes from them is in this process.

        Raises:
            BusUnavailable: the database can't be asked now.
        """
        try:
            waiting = await self._deliveries.waiting()
        except DATABASE_ERRORS as error:
            raise BusUnavailable(f"{type(error).__name__} {error}".strip()) from error
        takers = Counter(one.queue for one in self._subscriptions if one.alive() and not one.stopped())
        return [QueueState(queue.name, waiting.get(queue.name, 0), takers[queue.name]) for queue in QUEUES]

    async def ready(self) -> bool:
        """Whether the database answers and every consumer consumes."""
        try:
            answers = await self._pool.ready()
        except DATABASE_ERRORS:
            return False
        return answers and all(one.alive() for one in self._subscriptions if not one.stopped())

    async def close(self) -> None:
        """Stop all consumers, drain, close the connections."""
        await asyncio.gather(*(subscription.stop() for subscription in self._subscriptions))
        await self._pool.close()

    async def _add(self, queues: Sequence[str], identity: Identity, body: bytes) -> None:
        try:
            await self._deliveries.add(queues, identity, body)
        except _REFUSALS as error:
            raise Refused(identity.message_id, str(error)) from error
        except DATABASE_ERRORS as error:
            raise ConfirmUnknown(identity.message_id, f"{type(error).__name__} {error}".strip()) from error
        self._wake(queues)

    async def _park(self, taken: Taken, reason: str, attempts: int) -> bool:
        parked = await self._deliveries.park(taken, reason, attempts)
        self._wake((DEAD_LETTER_QUEUE,))
        return parked

    def _wake(self, queues: Sequence[str]) -> None:
        for subscription in self._subscriptions:
            if subscription.queue in queues:
                subscription.wake()

    def _subscribe(self, queue: str, settle: Settle, concurrency: int) -> LocalSubscription:
        subscription = LocalSubscription(
            self._deliveries, queue, settle, concurrency=concurrency, poll=self._poll, lease=self._lease
        )
        self._subscriptions.append(subscription)
        return subscription


def _parked_delivery(taken: Taken) -> ParkedDelivery:
    """What the handler of parked messages gets; the table's checks see to it that nothing is missing."""
    if taken.parked is None:
        raise LookupError(f"delivery {taken.id} of the parked messages says not whence it came")
    return ParkedDelivery(
        body=taken.body,
        envelope=decoded(taken.body),
        queue=taken.parked.queue,
        reason=taken.parked.reason,
        attempts=taken.parked.attempts,
    )
