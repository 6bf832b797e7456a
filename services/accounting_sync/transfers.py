"""What became of each invoice that was to be booked: the service's only table, and the only SQL."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

import asyncpg
import structlog

from shared.contracts.values import Reason
from shared.postgres.pool import Connection, Pool, PoolBusy

log = structlog.get_logger(__name__)

TransferState = Literal["none", "sending", "transferred", "failed", "uncertain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Where one invoice stands.

    `sending` is committed before the accounting software is asked, so whoever finds it there looks it up first.
    `none` is a transfer that was tried and certainly not taken. The other three are settled: they were answered.
    """

    invoice_id: str
    number: str
    connector: str
    state: TransferState
    command_id: uuid.UUID
    fingerprint: str
    attempt: int
    attempts: int
    total: Decimal
    external_id: str | None = None
    reason: Reason | None = None
    settled_at: dt.datetime | None = None


class LogUnavailable(Exception):
    """The table can't be read or written now."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the transfer log can't be used now: {why}")
        self.why = why


class TransferBusy(LogUnavailable):
    """Somebody else is at work on this invoice."""

    def __init__(self, invoice_id: str) -> None:
        super().__init__(f"another worker is at work on invoice {invoice_id}")
        self.invoice_id = invoice_id


class NotRecordable(Exception):
    """The command holds what the table can't: a NUL, a number out of range."""

    def __init__(self, why: str) -> None:
        super().__init__(f"it can't be recorded: {why}")
        self.why = why


class LockedTransfer(Protocol):
    """One invoice's row, ours alone while its lock is held."""

    async def read(self) -> Transfer | None:
        """The row. Raises LogUnavailable, NotRecordable."""

    async def save(self, transfer: Transfer) -> None:
        """Write the row, committed on return. Raises LogUnavailable, NotRecordable."""


class TransferLog(Protocol):
    """The rows of all invoices."""

    def locked(self, invoice_id: str) -> AbstractAsyncContextManager[LockedTransfer]:
        """Be the only one, among all processes, at work on an invoice. Raises TransferBusy, LogUnavailable."""


class PostgresTransferLog:
    """The rows in PostgreSQL.

    The lock is the session's, not a transaction's: the effect can take minutes, and what is saved on the way must
    be committed. The server frees it when the session ends; the pool frees it when the connection is given back.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def locked(self, invoice_id: str) -> AsyncIterator[LockedTransfer]:
        """See `TransferLog.locked`. Holds one connection of the pool for as long as it lasts."""
        held = AsyncExitStack()
        try:
            with _log_errors():
                connection = await held.enter_async_context(self._pool.acquire())
                taken = await connection.fetchval(_TAKE_LOCK, invoice_id)
            if not taken:
                raise TransferBusy(invoice_id)
            yield _LockedRow(connection, invoice_id)
        finally:
            try:
                with _log_errors():
                    await held.aclose()
            except LogUnavailable as error:
                # What was saved is committed, and a lock ends with its session: nothing is lost.
                log.warning("connection lost at its release", why=str(error))

    async def all(self) -> AsyncIterator[Transfer]:
        """Every row, by invoice id. Raises LogUnavailable."""
        with _log_errors():
            async with self._pool.transaction() as connection:
                async for row in connection.cursor(f"{_COLUMNS} order by invoice_id"):
                    yield _transfer(row)


class _LockedRow:
    def __init__(self, connection: Connection, invoice_id: str) -> None:
        self._connection = connection
        self._invoice_id = invoice_id

    async def read(self) -> Transfer | None:
        with _log_errors():
            row = await self._connection.fetchrow(f"{_COLUMNS} where invoice_id = $1", self._invoice_id)
        return None if row is None else _transfer(row)

    async def save(self, transfer: Transfer) -> None:
        reason = transfer.reason
        with _log_errors():
            await self._connection.execute(
                _SAVE,
                transfer.invoice_id,
                transfer.number,
                transfer.connector,
                transfer.state,
                transfer.command_id,
                transfer.fingerprint,
                transfer.attempt,
                transfer.attempts,
                transfer.total,
                transfer.external_id,
                reason.code if reason else None,
                reason.message if reason else None,
                transfer.settled_at,
            )


# A key of one's own for the second argument: other locks of this database are elsewhere.
_TAKE_LOCK = "select pg_try_advisory_lock(hashtextextended($1, 7403118))"

_COLUMNS = """
    select invoice_id, number, connector, state, command_id, fingerprint, attempt, attempts, total,
           external_id, reason_code, reason_message, settled_at
      from transfers"""

_SAVE = """
    insert into transfers (invoice_id, number, connector, state, command_id, fingerprint, attempt, attempts,
                           total, external_id, reason_code, reason_message, settled_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (invoice_id) do update
       set number = excluded.number, connector = excluded.connector, state = excluded.state,
           command_id = excluded.command_id, fingerprint = excluded.fingerprint,
           attempt = excluded.attempt, attempts = excluded.attempts, total = excluded.total,
           external_id = excluded.external_id, reason_code = excluded.reason_code,
           reason_message = excluded.reason_message, settled_at = excluded.settled_at,
           updated_at = now()"""


def _transfer(row: asyncpg.Record) -> Transfer:
    return Transfer(
        invoice_id=row["invoice_id"],
        number=row["number"],
        connector=row["connector"],
        state=row["state"],
        command_id=row["command_id"],
        fingerprint=row["fingerprint"],
        attempt=row["attempt"],
        attempts=row["attempts"],
        total=row["total"],
        external_id=row["external_id"],
        reason=Reason(code=row["reason_code"], message=row["reason_message"]) if row["reason_code"] else None,
        settled_at=row["settled_at"],
    )


# InternalClientError: what asyncpg can say of a connection whose server was just killed.
_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, PoolBusy, OSError)


@contextmanager
def _log_errors() -> Iterator[None]:
    try:
        yield
    except asyncpg.DataError as error:
        raise NotRecordable(str(error)) from error
    except _LOST as error:
        raise LogUnavailable(f"{type(error).__name__}: {error}") from error
