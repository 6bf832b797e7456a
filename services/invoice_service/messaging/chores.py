"""What is done now and then, beside the relay's publishing. Any number of processes may do it at once.

Each chore is one short unit of work that holds its own against another process that does the same.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Protocol

import structlog

from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict

log = structlog.get_logger(__name__)


class Chore(Protocol):
    """Something that is done once, and again after a while."""

    def __call__(self) -> Awaitable[None]: ...  # noqa: D102 - the name says it


class Chores:
    """Does each of them every `seconds`, by name, one after the other."""

    def __init__(self, chores: Mapping[str, Chore], *, seconds: float) -> None:
        self._chores = chores
        self._seconds = seconds

    async def run(self, stopping: asyncio.Event) -> None:
        """Do them until told to stop. One that fails is tried again the next time."""
        while not stopping.is_set():
            for name, chore in self._chores.items():
                await self._once(name, chore)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await stopping.wait()

    async def _once(self, name: str, chore: Chore) -> None:
        try:
            await chore()
        except (StorageUnavailable, TransactionConflict) as error:
            log.warning("chore put off", chore=name, error=str(error))
        except Exception:
            # Whatever it was, the other chores and the next time must not suffer from it.
            log.exception("chore failed", chore=name)
