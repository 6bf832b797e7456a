"""Steps that are pending with nothing under way for them."""

import datetime as dt
import uuid

from services.invoice_service.application.ports.sweep import StuckStep
from services.invoice_service.storage.unit_of_work import Transaction

# `'pending' in (…)` is what the partial index of the axes says.
_PENDING = """
    select 'rendering' as kind, a.invoice_id as id, a.invoice_id, a.rendering_at as since,
           array['commands.document.render.v1', 'commands.document.render.bulk.v1'] as types
        from invoice_axes a
        where 'pending' in (a.rendering_state, a.delivery_state, a.transfer_state) and a.rendering_state = 'pending'
    union all
    select 'transfer', a.invoice_id, a.invoice_id, a.transfer_at, array['commands.accounting.transfer.v1']
        from invoice_axes a
        where 'pending' in (a.rendering_state, a.delivery_state, a.transfer_state) and a.transfer_state = 'pending'
    union all
    select 'email', e.id, e.invoice_id, e.created_at, array['commands.email.send.v1']
        from emails e where e.state in ('prepared', 'sending')"""

_STUCK = f"""
    select p.kind, p.id, p.invoice_id, p.since, coalesce(s.attempts, 0) as attempts
    from ({_PENDING}) p
    left join swept_steps s on s.kind = p.kind and s.id = p.id and s.since = p.since
    where p.since < $1 and coalesce(s.asked_at, p.since) < $1
      and not exists (
          select from outbox o
          where o.invoice_id = p.invoice_id and o.type = any (p.types)
            and (p.kind <> 'email' or position(p.id::text in o.body) > 0))"""


class Steps:
    """`StepRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def stuck(self, before: dt.datetime, *, most: int) -> list[StuckStep]:
        """See `StepRepository.stuck`."""
        rows = await self._connection.fetch(f"{_STUCK} order by p.since, p.id limit $2", before, most)
        return [
            StuckStep(
                kind=row["kind"],
                id=uuid.UUID(int=row["id"].int),
                invoice_id=uuid.UUID(int=row["invoice_id"].int),
                since=row["since"],
                attempts=row["attempts"],
            )
            for row in rows
        ]

    async def still_stuck(self, step: StuckStep, before: dt.datetime) -> bool:
        """See `StepRepository.still_stuck`."""
        found: bool = await self._connection.fetchval(
            f"select exists ({_STUCK} and p.kind = $2 and p.id = $3 and coalesce(s.attempts, 0) = $4)",
            before,
            step.kind,
            step.id,
            step.attempts,
        )
        return found

    async def asked_again(self, step: StuckStep, now: dt.datetime) -> None:
        """See `StepRepository.asked_again`."""
        await self._connection.execute(
            """insert into swept_steps (kind, id, since, attempts, asked_at) values ($1, $2, $3, $4, $5)
               on conflict (kind, id) do update
                   set since = excluded.since, attempts = excluded.attempts, asked_at = excluded.asked_at""",
            step.kind,
            step.id,
            step.since,
            step.attempts + 1,
            now,
        )

    async def forget_answered(self) -> None:
        """See `StepRepository.forget_answered`."""
        await self._connection.execute(
            f"""delete from swept_steps s
                where not exists (select from ({_PENDING}) p where p.kind = s.kind and p.id = s.id)"""
        )
