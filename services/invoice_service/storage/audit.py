"""The audit trail."""

from collections.abc import Iterable
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.domain.changes import Change
from services.invoice_service.storage.unit_of_work import Transaction


def audit_row(
    context: Context, action: str, subject_kind: str, subject: str, changes: Iterable[Change]
) -> dict[str, Any]:
    """A row of the trail, as the function `append_trail` takes it."""
    return {
        "at": context.now,
        "actor": context.actor.as_dict(),
        "action": action,
        "subject_kind": subject_kind,
        "subject": subject,
        "changes": [change.as_dict() for change in changes],
        "correlation_id": context.correlation_id,
    }


class PostgresAudit:
    """See the port `AuditTrail`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def append(
        self, context: Context, action: str, subject_kind: str, subject: str, changes: Iterable[Change] = ()
    ) -> None:
        """See the port. Tells the transaction its id, by which the outcome of a lost COMMIT is read back."""
        self._transaction.xact = await self._transaction.connection.fetchval(
            "insert into audit (at, actor, action, subject_kind, subject, changes, correlation_id)"
            " values ($1, $2, $3, $4, $5, $6, $7) returning pg_current_xact_id()::text",
            context.now,
            context.actor.as_dict(),
            action,
            subject_kind,
            subject,
            [change.as_dict() for change in changes],
            context.correlation_id,
        )
