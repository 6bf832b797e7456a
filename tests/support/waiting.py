"""Waiting for a condition instead of sleeping for a guessed time."""

import asyncio
import time
from collections.abc import Callable

PAUSE_SECONDS = 0.02


async def until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    """Return once `condition()` holds.

    Raises:
        AssertionError: it never did within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"the condition did not come true within {seconds:g} s")
        await asyncio.sleep(PAUSE_SECONDS)
