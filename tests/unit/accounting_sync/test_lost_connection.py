from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
import pytest

from services.accounting_sync.transfers import LogUnavailable, PostgresTransferLog, TransferBusy
from shared.postgres.pool import Pool


class Connection:
    def __init__(self, *, lock_is_free: bool) -> None:
        self._lock_is_free = lock_is_free

    async def fetchval(self, _query: str, _invoice_id: str) -> bool:
        return self._lock_is_free


class LosingPool:
    """Its connections are lost at their release, as when the server was killed a moment before."""

    def __init__(self, *, lock_is_free: bool = True) -> None:
        self._connection = Connection(lock_is_free=lock_is_free)
        self.released = 0

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        try:
            yield self._connection
        finally:
            self.released += 1
            raise asyncpg.InternalClientError("another operation is in progress")


def log_on(pool: LosingPool) -> PostgresTransferLog:
    return PostgresTransferLog(cast("Pool", pool))


async def test_a_connection_lost_at_its_release_does_not_undo_what_is_done() -> None:
    pool = LosingPool()
    async with log_on(pool).locked("invoice-1"):
        pass
    assert pool.released == 1


async def test_it_hides_no_error_of_the_work() -> None:
    with pytest.raises(ZeroDivisionError):
        async with log_on(LosingPool()).locked("invoice-1"):
            raise ZeroDivisionError
    with pytest.raises(TransferBusy):
        async with log_on(LosingPool(lock_is_free=False)).locked("invoice-1"):
            pass


async def test_an_error_before_the_work_is_told() -> None:
    class DeadPool(LosingPool):
        @asynccontextmanager
        async def acquire(self) -> AsyncIterator[Connection]:
            raise ConnectionRefusedError
            yield self._connection

    with pytest.raises(LogUnavailable, match="ConnectionRefusedError"):
        async with log_on(DeadPool()).locked("invoice-1"):
            pass
