"""Run one thing many times from so many clients at once; a line of JSON says how long it took."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def race(clients: Iterable[T], jobs: Iterable[int], act: Callable[[T, int], Awaitable[object]]) -> None:
    """Let each client take the next job until there is none; tell the seconds from the first to the last."""
    queue = iter(jobs)

    async def work(client: T) -> None:
        for job in queue:
            await act(client, job)

    began = time.perf_counter()
    await asyncio.gather(*(work(client) for client in clients))
    told(time.perf_counter() - began)


def told(seconds: float) -> None:
    """Say how long it took."""
    sys.stdout.write(json.dumps({"seconds": seconds}) + "\n")
