"""What sealing the audit trail needs from storage."""

from collections.abc import Sequence
from typing import Protocol

from services.invoice_service.domain.audit_chain import Head, Link


class SealRepository(Protocol):
    """The chain of the audit trail."""

    async def begin(self) -> bool:
        """Whether this transaction may seal: one at a time, whoever comes meanwhile has nothing to do."""

    async def head(self) -> Head:
        """The end of the chain."""

    async def unsealed(self, *, most: int) -> Sequence[tuple[int, str]]:
        """Rows that are in no seal yet, by id, with the text that is hashed."""

    async def keep(self, links: Sequence[Link], *, whole: bool) -> None:
        """Keep a seal of these links; `whole`: they are all that was unsealed."""
