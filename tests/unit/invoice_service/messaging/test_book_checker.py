"""Checks of the books that were asked for: done once, held while they last, given back when the process ends."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from services.invoice_service.application.ports.book_checks import Claimed
from services.invoice_service.application.verify import Finding, Report
from services.invoice_service.messaging.book_checker import BookChecker

CHECK = uuid.UUID(int=1)
REPORT = Report(2, 1, 0, 2, (Finding("numbers", "00002", "number_missing", {"kind": "final"}),), 9)


class Checks:
    """One check that was asked for, as the table keeps it."""

    def __init__(self, *, attempts: int = 0) -> None:
        self.attempts = attempts
        self.waits = True
        self.ours = True
        self.renewed = asyncio.Event()
        self.given_back = False
        self.ended: list[Mapping[str, Any] | None] = []

    async def claim(self, _token: uuid.UUID, _lease: dt.timedelta) -> Claimed | None:
        if not self.waits:
            return None
        self.waits = False
        self.attempts += 1
        return Claimed(CHECK, self.attempts)

    async def renew(self, _id: uuid.UUID, _token: uuid.UUID, _lease: dt.timedelta) -> bool:
        self.renewed.set()
        return self.ours

    async def give_back(self, _id: uuid.UUID, _token: uuid.UUID) -> None:
        self.given_back = True

    async def end(self, _id: uuid.UUID, _token: uuid.UUID, report: Mapping[str, Any] | None) -> bool:
        self.ended.append(report)
        return True

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(book_checks=self)

    reading = glancing = writing


class Work:
    """A check that takes until it is let go; what became of it."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()
        self.cancelled = False

    async def __call__(self) -> Report:
        self.begun.set()
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return REPORT


@asynccontextmanager
async def running(checker: BookChecker) -> AsyncIterator[asyncio.Event]:
    stopping = asyncio.Event()
    task = asyncio.create_task(checker.run(stopping))
    async with asyncio.timeout(20):
        try:
            yield stopping
        finally:
            stopping.set()
            with suppress(asyncio.CancelledError):
                await task


async def until_ended(checks: Checks) -> None:
    while not checks.ended:  # noqa: ASYNC110 - a double, which tells nobody
        await asyncio.sleep(0)


async def test_what_was_asked_for_is_done_and_its_report_kept() -> None:
    checks, work = Checks(), Work()
    checks.waits = False
    checker = BookChecker(checks, work, poll_seconds=3600)
    async with running(checker):
        await asyncio.sleep(0)
        assert not work.begun.is_set()
        checks.waits = True
        checker.wake()
        await work.begun.wait()
        work.let_go.set()
        await until_ended(checks)
    (report,) = checks.ended
    assert report is not None
    assert (report["finals"], report["found"], report["ledger_entries"]) == (2, 1, 0)
    assert report["findings"] == [
        {"check": "numbers", "subject": "00002", "code": "number_missing", "data": {"kind": "final"}}
    ]


@pytest.mark.parametrize("error", [OSError("no ledger"), ValueError("a defect")])
async def test_one_that_can_not_be_done_ends_without_a_report(error: Exception) -> None:
    async def failing() -> Report:
        raise error

    checks = Checks()
    async with running(BookChecker(checks, failing)):
        await until_ended(checks)
    assert checks.ended == [None]


async def test_it_is_held_while_it_lasts_and_given_back_when_the_process_ends() -> None:
    checks, work = Checks(), Work()
    async with running(BookChecker(checks, work, lease_seconds=0.003)):
        await work.begun.wait()
        await checks.renewed.wait()
    assert (checks.given_back, checks.ended, work.cancelled) == (True, [], True)


async def test_one_that_another_process_took_over_is_left_to_it() -> None:
    checks, work = Checks(), Work()
    checks.ours = False
    async with running(BookChecker(checks, work, lease_seconds=0.003)):
        while not work.cancelled:  # noqa: ASYNC110 - a double, which tells nobody
            await asyncio.sleep(0)
    assert (checks.given_back, checks.ended) == (False, [])


async def test_one_that_kills_whoever_begins_it_ends() -> None:
    checks, work = Checks(attempts=3), Work()
    async with running(BookChecker(checks, work)):
        await until_ended(checks)
    assert checks.ended == [None]
    assert not work.begun.is_set()
