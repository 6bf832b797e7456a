"""The SQL of the local bus: deliveries, their leases, and how they are settled.

Nothing here lasts longer than one statement; what is taken up is held by a lease, never by a lock. A settlement
counts only under the lease it was taken up with.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from shared.bus.middleware import decoded
from shared.bus.topology import DEAD_LETTER_QUEUE
from shared.contracts.envelope import Envelope
from shared.postgres.pool import Pool


@dataclass(frozen=True, slots=True)
class Parked:
    """Whence a parked message came, why, and after how many attempts."""

    queue: str
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that we hold under a lease. `times` counts how often it was taken up in its queue.

    `waited`: for how many seconds it was due before that.
    """

    id: int
    lease: uuid.UUID
    body: bytes
    attempt: int
    times: int
    waited: float
    parked: Parked | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two bodies one message."""

    source: str
    message_id: str
    fingerprint: str

    @classmethod
    def of(cls, envelope: Envelope) -> "Identity":
        """That of an envelope."""
        return cls(envelope.source, envelope.id, envelope.fingerprint())

    @classmethod
    def of_body(cls, body: bytes, message_id: str) -> "Identity":
        """That of a body; without an envelope in it, the bytes count."""
        envelope = decoded(body)
        return cls.of(envelope) if envelope else cls("", message_id, sha256(body).hexdigest())


class Deliveries:
    """The table `local_deliveries`."""

    def __init__(self, pool: Pool, lease: dt.timedelta) -> None:
        self._pool = pool
        self._lease = lease

    async def add(self, queues: Sequence[str], identity: Identity, body: bytes) -> None:
        """One delivery per queue, in one statement; what is there already stays as it is."""
        async with self._pool.acquire() as connection:
            await connection.execute(
                "insert into local_deliveries (queue, source, message_id, fingerprint, body)"
                " select queue, $2, $3, $4, $5 from unnest($1::text[]) as queue"
                " on conflict do nothing",
                list(queues),
                identity.source,
                identity.message_id,
                identity.fingerprint,
                body,
            )

    async def take(self, queue: str, limit: int) -> list[Taken]:
        """Take up at most `limit` deliveries that are due and that nobody holds, the oldest first."""
        lease = uuid.uuid4()
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                "update local_deliveries set lease = $2, leased_until = now() + $3, taken = taken + 1"
                " where id in (select id from local_deliveries"
                "  where queue = $1 and available_at <= now()"
                "  and (leased_until is null or leased_until < now())"
                "  order by available_at, id limit $4 for update skip locked)"
                " returning id, body, attempt, taken, parked_from, parked_reason, parked_attempts,"
                "  extract(epoch from clock_timestamp() - available_at)::float8 as waited",
                queue,
                lease,
                self._lease,
                limit,
            )
        return [
            Taken(
                id=row["id"],
                lease=lease,
                body=row["body"],
                attempt=row["attempt"],
                times=row["taken"],
                waited=max(0.0, row["waited"]),
                parked=Parked(row["parked_from"], row["parked_reason"], row["parked_attempts"])
                if row["parked_from"]
                else None,
            )
            for row in rows
        ]

    async def waiting(self) -> dict[str, int]:
        """By queue, how many deliveries are due and held by nobody."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                "select queue, count(*) as many from local_deliveries"
                " where available_at <= now() and (leased_until is null or leased_until < now())"
                " group by queue"
            )
        return {row["queue"]: row["many"] for row in rows}

    async def renew(self, taken: Taken) -> bool:
        """Hold a delivery for longer. False: the lease is ours no more."""
        return await self._settled(
            "update local_deliveries set leased_until = now() + $3 where id = $1 and lease = $2 returning id",
            taken,
            self._lease,
        )

    async def remove(self, taken: Taken) -> bool:
        """It is done."""
        return await self._settled(
            "delete from local_deliveries where id = $1 and lease = $2 returning id", taken
        )

    async def put_off(self, taken: Taken, delay: dt.timedelta, attempt: int) -> bool:
        """Deliver it again after `delay`, as `attempt`."""
        return await self._settled(
            "update local_deliveries set attempt = $4, available_at = now() + $3, taken = 0,"
            " lease = null, leased_until = null where id = $1 and lease = $2 returning id",
            taken,
            delay,
            attempt,
        )

    async def park(self, taken: Taken, reason: str, attempts: int) -> bool:
        """Move it to the parked messages."""
        return await self._settled(
            "with moved as (delete from local_deliveries where id = $1 and lease = $2 returning *),"
            " parked as (insert into local_deliveries (queue, source, message_id, fingerprint, body,"
            "  parked_from, parked_reason, parked_attempts)"
            " select $5, source, message_id, fingerprint, body, queue, $3, $4 from moved"
            " on conflict do nothing)"
            " select id from moved",
            taken,
            reason,
            attempts,
            DEAD_LETTER_QUEUE,
        )

    async def clear_leases(self) -> int:
        """Release what a process held that is gone. Returns how many deliveries that were."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                "update local_deliveries set lease = null, leased_until = null"
                " where lease is not null returning id"
            )
        return len(rows)

    async def _settled(self, statement: str, taken: Taken, *arguments: object) -> bool:
        async with self._pool.acquire() as connection:
            return await connection.fetchval(statement, taken.id, taken.lease, *arguments) is not None
