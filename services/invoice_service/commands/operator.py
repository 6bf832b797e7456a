"""Who acts when somebody types a command."""

from datetime import UTC, datetime

from services.invoice_service.application.context import Context
from services.invoice_service.domain.actors import Actor, Role
from shared.identifiers import new_id

OPERATOR = Actor("system", "factures", "factures (command line)", Role.ADMIN)


def operator_context() -> Context:
    """The context of one command, now."""
    return Context(OPERATOR, datetime.now(UTC), str(new_id()))
