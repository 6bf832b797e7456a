"""Idempotency keys: claimed by a lock of the transaction, kept with the answer that they got."""

from collections.abc import Collection, Mapping

from services.invoice_service.application.records import KeptAnswer
from services.invoice_service.domain.errors import Conflict, Invalid
from services.invoice_service.storage.unit_of_work import Transaction


class PostgresIdempotency:
    """See the port `IdempotencyRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def claim(self, caller: str, key: str, fingerprint: str) -> KeptAnswer | None:
        """See the port."""
        row = await self._transaction.connection.fetchrow(
            "select state, status, headers, body from claim_idempotency_key($1, $2, $3)",
            caller,
            key,
            fingerprint,
        )
        if row is None or row["state"] == "running":
            raise Conflict("idempotency_in_progress")
        if row["state"] == "mismatch":
            raise Invalid("idempotency_key_reused")
        if row["state"] == "new":
            return None
        return KeptAnswer(status=row["status"], body=row["body"], headers=row["headers"])

    async def kept(self, caller: str, keys: Collection[str]) -> Mapping[str, KeptAnswer]:
        """See the port."""
        rows = await self._transaction.connection.fetch(
            "select key, status, headers, body from idempotency_keys where caller = $1 and key = any($2)"
            " and created_at > clock_timestamp() - interval '24 hours'",
            caller,
            list(keys),
        )
        return {row["key"]: KeptAnswer(row["status"], row["body"], row["headers"]) for row in rows}

    async def keep(self, caller: str, key: str, fingerprint: str, answer: KeptAnswer) -> None:
        """See the port. Each new answer takes up to ten old ones away, so the table stays small by itself."""
        self._transaction.xact = await self._transaction.connection.fetchval(
            """
            with expired as (
                delete from idempotency_keys
                where (caller, key) in (
                    select caller, key from idempotency_keys
                    where created_at < clock_timestamp() - interval '24 hours' and (caller, key) <> ($1, $2)
                    order by created_at limit 10 for update skip locked
                )
            )
            insert into idempotency_keys (caller, key, fingerprint, status, headers, body)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (caller, key) do update set
                fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers,
                body = excluded.body, created_at = excluded.created_at
            returning pg_current_xact_id()::text
            """,
            caller,
            key,
            fingerprint,
            answer.status,
            dict(answer.headers),
            answer.body,
        )
