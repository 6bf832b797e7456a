"""A process from its start to its end, and work that is done again and again beside the rest."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.observability.start import CannotStart
from shared.runtime import apart, repeated, run, run_until_signalled


class Work:
    """Fails as often as it is told to; says when it was done so many times."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.times = 0
        self.changed = asyncio.Condition()

    async def __call__(self) -> None:
        async with self.changed:
            self.times += 1
            self.changed.notify_all()
        if self._failures:
            raise self._failures.pop(0)

    async def until(self, times: int) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: self.times >= times)


async def test_what_fails_is_done_again_next_time_and_it_ends_with_the_rest() -> None:
    work = Work(OSError("the disk is full"))

    async with repeated("collect", work, seconds=0.001, tolerating=(OSError,)):
        await work.until(3)

    done = work.times
    await asyncio.sleep(0)
    assert work.times == done


async def test_it_waits_for_its_time() -> None:
    work = Work()

    async with repeated("collect", work, seconds=3600, tolerating=()):
        await work.until(1)
        for _ in range(10):
            await asyncio.sleep(0)

    assert work.times == 1


async def test_what_nobody_expected_is_not_swallowed() -> None:
    work = Work(ValueError("a defect"))

    with pytest.raises(ValueError, match="a defect"):
        async with repeated("collect", work, seconds=3600, tolerating=(OSError,)):
            await work.until(1)


async def test_what_is_done_apart_does_not_hold_up_the_loop() -> None:
    begun, goes_on = threading.Event(), threading.Event()

    async def work() -> str:
        begun.set()
        goes_on.wait(20)  # as a long computation would: this loop stands still
        return threading.current_thread().name

    task = asyncio.create_task(apart(work))
    while not begun.is_set():  # noqa: ASYNC110 - the other loop is in another thread
        await asyncio.sleep(0)
    goes_on.set()
    assert (await task).startswith("apart")


async def test_what_fails_apart_fails_here() -> None:
    async def work() -> None:
        raise OSError("no ledger")

    with pytest.raises(OSError, match="no ledger"):
        await apart(work)


async def test_what_is_cancelled_is_cancelled_apart_and_waited_for() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(apart(work))
    while not begun.is_set():  # noqa: ASYNC110 - the other loop is in another thread
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


@asynccontextmanager
async def never_started(ends: list[str]) -> AsyncIterator[None]:
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        yield
    finally:
        ends.append("closed")


async def test_a_signal_ends_what_still_waits_to_start() -> None:
    ends: list[str] = []
    async with asyncio.timeout(10):
        await run_until_signalled(never_started(ends))
    assert ends == ["closed"]


@asynccontextmanager
async def misled() -> AsyncIterator[None]:
    raise CannotStart("the password is wrong")
    yield


def test_what_can_not_start_says_so_in_a_sentence() -> None:
    with pytest.raises(SystemExit, match="the password is wrong"):
        run(misled())
