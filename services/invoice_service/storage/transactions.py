"""Transactions on PostgreSQL: one connection, one unit of work built on it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from services.invoice_service.storage.translation import translated
from services.invoice_service.storage.unit_of_work import Transaction, transaction
from shared.postgres.pool import Pool

U = TypeVar("U")


class PostgresTransactions(Generic[U]):
    """Opens transactions on a pool. `build` makes the unit of work that use cases see."""

    def __init__(self, pool: Pool, build: Callable[[Transaction], U]) -> None:
        self._pool = pool
        self._build = build

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[U]:
        """See the port `Transactions`."""
        with translated():
            async with transaction(self._pool) as running:
                yield self._build(running)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[U]:
        """See the port `Transactions`. Repeatable read: a list and its count agree."""
        with translated():
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield self._build(Transaction(connection))

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[U]:
        """See the port `Transactions`."""
        with translated():
            async with self._pool.acquire() as connection:
                yield self._build(Transaction(connection))
