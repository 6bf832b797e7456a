"""The outbox, as the relay sees it: lease, publish elsewhere, then take away or give back.

A lease is a short transaction of its own; every later write names its token, so a relay that was too slow
can't touch what another one has leased since. Rows are taken by state, never by a cursor: a transaction that
commits late is not skipped.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.postgres.pool import Pool

FLOWS = """
    case o.lane
        when 'email' then coalesce(s.body ->> 'outbound', 'on') = 'on'
        when 'trial' then coalesce(s.body ->> 'outbound', 'on') <> 'off'
        when 'transfer' then not coalesce((s.body ->> 'connector_paused')::boolean, false)
        else true
    end"""
"""Whether no switch of the settings `s` holds back the message `o`."""

_LEASE = f"""
    update outbox set lease_token = $1, leased_until = clock_timestamp() + $3, attempts = attempts + 1
    where id in (
        select o.id from outbox o, settings s
        where ((o.lease_token is null and o.available_at <= clock_timestamp())
               or o.leased_until < clock_timestamp())
          and {FLOWS}
        order by o.available_at, o.id
        limit $2
        for update of o skip locked)
    returning id, body, attempts"""


@dataclass(frozen=True, slots=True)
class LeasedMessage:
    """A message that this relay alone may publish, for the time of its lease."""

    id: uuid.UUID
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages wait, how many of them are held back by a switch, and since when the oldest free one.

    `parked`: how many of each kind wait for a person.
    """

    waiting: int
    held: int
    oldest_seconds: float
    parked: Mapping[str, int]


class Outbox:
    """The outbox over a pool; any number of relays may share it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def lease(self, token: uuid.UUID, *, most: int, lease_for: dt.timedelta) -> list[LeasedMessage]:
        """Lease up to `most` messages that may be published now, oldest first."""
        async with self._pool.transaction() as connection:
            rows = await connection.fetch(_LEASE, token, most, lease_for)
        leased = [LeasedMessage(row["id"], row["body"].encode(), row["attempts"]) for row in rows]
        return sorted(leased, key=lambda message: message.id)

    async def published(self, token: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
        """Take away what the bus has confirmed."""
        async with self._pool.acquire() as connection:
            await connection.execute(
                "delete from outbox where id = any($1) and lease_token = $2", list(ids), token
            )

    async def give_back(
        self, token: uuid.UUID, ids: Sequence[uuid.UUID], *, error: str, delay: dt.timedelta
    ) -> None:
        """Give back what could not be published, for another try after `delay`."""
        async with self._pool.acquire() as connection:
            await connection.execute(
                """update outbox set lease_token = null, leased_until = null, last_error = $3,
                                     available_at = clock_timestamp() + $4
                   where id = any($1) and lease_token = $2""",
                list(ids),
                token,
                error,
                delay,
            )

    async def backlog(self) -> Backlog:
        """What waits, for metrics and for operators."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(
                f"""with free as (select o.created_at, {FLOWS} as flows from outbox o, settings s)
                   select count(*) as waiting, count(*) filter (where not flows) as held,
                          coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where flows)), 0)
                              as oldest
                   from free"""
            )
            kinds = await connection.fetch("select kind, count(*) as many from parked_messages group by kind")
        parked = {one["kind"]: one["many"] for one in kinds}
        if row is None:
            return Backlog(0, 0, 0, parked)
        return Backlog(row["waiting"], row["held"], int(row["oldest"]), parked)

    async def clear_leases(self) -> None:
        """Free every lease: only where no other relay can be running (the standalone's start)."""
        async with self._pool.acquire() as connection:
            await connection.execute(
                "update outbox set lease_token = null, leased_until = null where lease_token is not null"
            )
