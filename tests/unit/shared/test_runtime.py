"""Work that is done again and again beside the rest."""

import asyncio

import pytest

from shared.runtime import repeated


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
