"""The machinery, seen: outbox, queues, answers of workers, and steps that failed."""

import uuid
from collections.abc import Sequence

from services.invoice_service.application.ports.operations import LaneSeen, QueueSeen, Trouble, Troubles
from services.invoice_service.storage.outbox import FLOWS
from services.invoice_service.storage.unit_of_work import Transaction

# The condition is that of the index. A document of an earlier version says nothing of the invoice.
_TROUBLES = """
    with troubled as (
        select a.* from invoice_axes a
        where 'failed' in (a.rendering_state, a.delivery_state, a.transfer_state)
           or 'uncertain' in (a.rendering_state, a.delivery_state, a.transfer_state)
    ), steps as (
        select 'rendering' as step, t.invoice_id, t.rendering_state as state, t.rendering_reason as reason,
               t.rendering_at as at, null::uuid as email
            from troubled t join invoices i on i.id = t.invoice_id and i.version = t.rendering_version
        union all
        select 'email', invoice_id, delivery_state, delivery_reason, delivery_at, delivery_email from troubled
        union all
        select 'transfer', invoice_id, transfer_state, transfer_reason, transfer_at, null from troubled
    ), ranked as (
        select s.*, count(*) over (partition by s.step) as many,
               row_number() over (partition by s.step order by s.at desc nulls last, s.invoice_id) as place
        from steps s where s.state in ('failed', 'uncertain')
    )
    select r.*, i.number, i.sold_to ->> 'name' as customer,
           (select jsonb_agg(jsonb_build_object('email', t.email, 'state', t.state, 'reply', t.reply)
                             order by t.position)
            from email_recipients t where t.email_id = r.email and t.state <> 'sent') as refused
    from ranked r join invoices i on i.id = r.invoice_id
    where r.place <= $1 order by r.step, r.place"""


class Operations:
    """`OperationsRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def outbox(self) -> list[LaneSeen]:
        """See `OperationsRepository.outbox`."""
        rows = await self._connection.fetch(
            f"""select o.lane, {FLOWS} as flows, count(*) as waiting,
                       extract(epoch from clock_timestamp() - min(o.created_at))::bigint as oldest_seconds,
                       count(o.last_error) as failing, max(o.last_error) as error
                from outbox o, settings s group by 1, 2 order by 1, 2"""
        )
        return [LaneSeen(**dict(row)) for row in rows]

    async def parked(self) -> dict[str, int]:
        """See `OperationsRepository.parked`."""
        rows = await self._connection.fetch(
            "select kind, count(*) as many from parked_messages group by kind order by kind"
        )
        return {row["kind"]: row["many"] for row in rows}

    async def troubles(self, *, most: int) -> Troubles:
        """See `OperationsRepository.troubles`."""
        rows = await self._connection.fetch(_TROUBLES, most)
        return Troubles(
            [Trouble(row["step"], uuid.UUID(int=row["invoice_id"].int), dict(row)) for row in rows],
            {row["step"]: row["many"] for row in rows},
        )

    async def queues(self) -> list[QueueSeen]:
        """See `OperationsRepository.queues`."""
        rows = await self._connection.fetch(
            """select queue, waiting, consumers,
                      extract(epoch from clock_timestamp() - seen_at)::bigint as seconds_ago
               from queues_seen order by queue"""
        )
        return [QueueSeen(**dict(row)) for row in rows]

    async def answers(self) -> dict[str, int]:
        """See `OperationsRepository.answers`."""
        rows = await self._connection.fetch(
            "select type, extract(epoch from clock_timestamp() - at)::bigint as seconds_ago from answers_seen"
        )
        return {row["type"]: row["seconds_ago"] for row in rows}

    async def note_queues(self, seen: Sequence[tuple[str, int, int]]) -> None:
        """See `OperationsRepository.note_queues`. In one order: two relays never wait for each other."""
        names, waiting, consumers = zip(*sorted(seen), strict=True) if seen else ((), (), ())
        await self._connection.execute(
            """insert into queues_seen (queue, waiting, consumers, seen_at)
               select q.queue, q.waiting, q.consumers, clock_timestamp()
               from unnest($1::text[], $2::bigint[], $3::integer[]) as q(queue, waiting, consumers)
               on conflict (queue) do update set
                   waiting = excluded.waiting, consumers = excluded.consumers, seen_at = excluded.seen_at""",
            list(names),
            list(waiting),
            list(consumers),
        )

    async def note_answer(self, type_: str) -> None:
        """See `OperationsRepository.note_answer`."""
        await self._connection.execute(
            """insert into answers_seen (type, at) values ($1, clock_timestamp())
               on conflict (type) do update set at = excluded.at""",
            type_,
        )
