"""Does the checks of the books that somebody asked for, beside the API. Any number of processes may run it.

Whoever takes a check holds it by a lease, and renews it; whose process has died loses it, and another one begins anew.
"""

import asyncio
import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog

from services.invoice_service.application.book_checks import kept
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.book_checks import Claimed
from services.invoice_service.application.ports.transactions import (
    StorageUnavailable,
    TransactionConflict,
    Transactions,
)
from services.invoice_service.application.verify import Report

log = structlog.get_logger(__name__)

_MOST_ATTEMPTS = 3


class BookChecker:
    """`check` does one. `poll_seconds`: how often what another process has left is looked for."""

    def __init__(
        self,
        transactions: Transactions[UnitOfWork],
        check: Callable[[], Awaitable[Report]],
        *,
        poll_seconds: float = 30,
        lease_seconds: float = 60,
    ) -> None:
        self._transactions = transactions
        self._check = check
        self._poll_seconds = poll_seconds
        self._lease = dt.timedelta(seconds=lease_seconds)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A check was asked for."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Do what is asked for, until told to stop; what was begun then is given back."""
        told = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                self._woken.clear()
                try:
                    await self._once(told)
                except (StorageUnavailable, TransactionConflict) as error:
                    # Its lease ends, and somebody does it then.
                    log.warning("check of the books put off", error=str(error))
                woken = asyncio.create_task(self._woken.wait())
                await asyncio.wait(
                    {woken, told}, timeout=self._poll_seconds, return_when=asyncio.FIRST_COMPLETED
                )
                woken.cancel()
        finally:
            told.cancel()

    async def _once(self, told: asyncio.Task[bool]) -> None:
        token = uuid.uuid4()
        async with self._transactions.writing() as uow:
            claimed = await uow.book_checks.claim(token, self._lease)
        if claimed is None:
            return
        if claimed.attempts > _MOST_ATTEMPTS:
            log.error(
                "a check of the books was begun again and again, and never ended", check=str(claimed.id)
            )
            await self._end(claimed, token, None)
            return
        working = asyncio.ensure_future(self._check())
        try:
            if not await self._until_done(working, told, claimed, token):
                return
            await self._end(claimed, token, _outcome(working))
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await working

    async def _until_done(
        self, working: asyncio.Future[Report], told: asyncio.Task[bool], claimed: Claimed, token: uuid.UUID
    ) -> bool:
        """Wait, and keep the lease. False: it is not ours to end."""
        either: set[asyncio.Future[Any]] = {working, told}
        while True:
            pause = self._lease.total_seconds() / 3
            await asyncio.wait(either, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return True
            async with self._transactions.writing() as uow:
                if told.done():
                    await uow.book_checks.give_back(claimed.id, token)
                    return False
                if not await uow.book_checks.renew(claimed.id, token, self._lease):
                    log.warning("a check of the books was taken over by another process")
                    return False

    async def _end(self, claimed: Claimed, token: uuid.UUID, report: Report | None) -> None:
        async with self._transactions.writing() as uow:
            await uow.book_checks.end(claimed.id, token, kept(report) if report else None)


def _outcome(working: asyncio.Future[Report]) -> Report | None:
    """What was found; None when it could not be done, whatever it was: a person sees that, and asks again."""
    error = working.exception()
    if error is None:
        return working.result()
    log.error("a check of the books could not be done", exc_info=error)
    return None
