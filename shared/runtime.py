"""How a process runs: start everything, wait for a signal, drain, stop."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar

import structlog

from shared.observability.start import CannotStart

T = TypeVar("T")

log = structlog.get_logger(__name__)


class DrainTimeout(Exception):
    """Work was still under way when the time to stop was over; it will be delivered again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not drained within {seconds:g} s")
        self.seconds = seconds


def run(component: AbstractAsyncContextManager[None], *, drain_seconds: float = 30) -> None:
    """A process: `run_until_signalled`, and a sentence on standard error when it can't even start.

    Raises:
        SystemExit: it can't start.
        DrainTimeout: it did not finish in time.
    """
    try:
        asyncio.run(run_until_signalled(component, drain_seconds=drain_seconds))
    except CannotStart as error:
        sys.exit(str(error))


async def run_until_signalled(
    component: AbstractAsyncContextManager[None], *, drain_seconds: float = 30
) -> None:
    """Run a component until SIGTERM or SIGINT, then give it `drain_seconds` to finish what it holds.

    It may wait, as it starts, for what it stands on: a signal ends that too.

    Raises:
        CannotStart: waiting would not help.
        DrainTimeout: it did not finish in time.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    starting = asyncio.current_task()

    def told() -> None:
        stop.set()
        if starting is not None:
            starting.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    try:
        await component.__aenter__()
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        log.info("stopped before it had started")
        return
    starting = None
    log.info("started")
    await stop.wait()
    log.info("stopping")
    try:
        async with asyncio.timeout(drain_seconds):
            await component.__aexit__(None, None, None)
    except TimeoutError:
        raise DrainTimeout(drain_seconds) from None
    log.info("stopped")


@asynccontextmanager
async def repeated(
    name: str,
    work: Callable[[], Coroutine[Any, Any, object]],
    *,
    seconds: float,
    tolerating: tuple[type[Exception], ...],
) -> AsyncIterator[None]:
    """Do `work` beside the rest, at once and then every `seconds`; what it tolerates is logged, and tried next time."""

    async def loop(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await work()
            except tolerating as error:
                log.warning("periodic work failed", name=name, why=str(error) or type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), seconds)

    async with background(name, loop):
        yield


@asynccontextmanager
async def background(
    name: str, loop: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> AsyncIterator[None]:
    """Run a loop beside the rest; on leaving, its event is set and it is awaited."""
    stopping = asyncio.Event()
    task = asyncio.create_task(loop(stopping), name=name)
    try:
        yield
    finally:
        stopping.set()
        await task


async def apart(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do `work` in a thread and a loop of its own: what it computes holds up nothing here.

    Cancelled, it is cancelled too, and waited for.
    """
    loop = asyncio.new_event_loop()
    task = loop.create_task(work())

    def run() -> T:
        try:
            return loop.run_until_complete(task)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = ThreadPoolExecutor(1, thread_name_prefix="apart")
    running = asyncio.get_running_loop().run_in_executor(thread, run)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        with suppress(RuntimeError):  # its loop is closed: it has ended
            loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait({running})
        running.exception()  # seen: whatever it was, nobody waits for it any more
        raise
    finally:
        thread.shutdown(wait=False)
