"""What any transfer log must do: the one in memory, and the one in PostgreSQL."""

import asyncio
import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from services.accounting_sync.transfers import (
    LogUnavailable,
    NotRecordable,
    Transfer,
    TransferBusy,
    TransferLog,
)
from shared.contracts.values import Reason

AT = dt.datetime(2026, 11, 24, 15, 0, 0, 123456, tzinfo=dt.UTC)
SENDING = Transfer(
    invoice_id="invoice-1",
    number="00004",
    connector="beancount",
    state="sending",
    command_id=uuid.UUID(int=7),
    fingerprint="a" * 64,
    attempt=2,
    attempts=3,
    total=Decimal("114.98"),
)
FAILED = replace(
    SENDING,
    state="failed",
    external_id="x",
    reason=Reason(code="total_differs", message="é"),
    settled_at=AT,
)
TRANSFERRED = replace(SENDING, state="transferred", external_id="books/x", settled_at=AT)


class TransferLogContract:
    """Scenarios; a subclass says which log."""

    @pytest.fixture
    def log(self) -> TransferLog:
        raise NotImplementedError

    async def read(self, log: TransferLog, invoice_id: str = "invoice-1") -> Transfer | None:
        async with log.locked(invoice_id) as row:
            return await row.read()

    async def save(self, log: TransferLog, transfer: Transfer) -> None:
        async with log.locked(transfer.invoice_id) as row:
            await row.save(transfer)

    async def test_what_is_not_there_is_none(self, log: TransferLog) -> None:
        assert await self.read(log) is None

    @pytest.mark.parametrize(
        "transfer",
        [
            SENDING,
            replace(SENDING, state="none", reason=Reason(code="unavailable", message="m")),
            FAILED,
            replace(FAILED, state="uncertain", external_id=None),
            TRANSFERRED,
            replace(SENDING, total=Decimal("-999999999999999.99")),
        ],
    )
    async def test_a_row_is_kept_whole(self, log: TransferLog, transfer: Transfer) -> None:
        await self.save(log, transfer)
        assert await self.read(log) == transfer
        assert await self.read(log, "invoice-2") is None

    async def test_a_row_is_replaced_and_its_old_reason_is_gone(self, log: TransferLog) -> None:
        await self.save(log, FAILED)
        newer = replace(SENDING, attempt=3, command_id=uuid.UUID(int=8), fingerprint="b" * 64, number="00005")
        await self.save(log, newer)
        assert await self.read(log) == newer

    async def test_what_is_saved_stays_when_the_work_fails_after_it(self, log: TransferLog) -> None:
        async def save_and_fail() -> None:
            async with log.locked("invoice-1") as row:
                await row.save(SENDING)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await save_and_fail()
        assert await self.read(log) == SENDING

    async def test_what_is_transferred_can_not_change(self, log: TransferLog) -> None:
        await self.save(log, TRANSFERRED)
        with pytest.raises(LogUnavailable):
            await self.save(log, FAILED)
        assert await self.read(log) == TRANSFERRED

    async def test_one_invoice_is_worked_on_by_one_at_a_time(self, log: TransferLog) -> None:
        async with log.locked("invoice-1"):
            with pytest.raises(TransferBusy, match="another worker is at work on invoice invoice-1"):
                await self.read(log)
            assert await self.read(log, "invoice-2") is None
        assert await self.read(log) is None

    async def test_the_lock_is_free_after_a_cancelled_task(self, log: TransferLog) -> None:
        inside = asyncio.Event()

        async def hold() -> None:
            async with log.locked("invoice-1"):
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(hold())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await self.read(log) is None

    @pytest.mark.parametrize(
        "transfer", [replace(SENDING, number="a\0b"), replace(SENDING, attempt=2**40)], ids=["nul", "range"]
    )
    async def test_what_it_can_not_hold_is_refused(self, log: TransferLog, transfer: Transfer) -> None:
        with pytest.raises(NotRecordable, match="can't be recorded"):
            await self.save(log, transfer)
        assert await self.read(log) is None
