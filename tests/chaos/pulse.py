"""Whether work gets done: how many drafts, documents, transfers and mails there are, looked at all the time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import asyncpg

_LOOK_SECONDS = 0.5
_WORK_DONE = """
    select array[
        (select count(*) from invoices),
        (select count(*) from invoice_documents),
        (select count(*) from invoices where status = 'final_sent'),
        (select count(*) from emails where state not in ('prepared', 'sending'))
    ]
"""

Beat = tuple[float, Sequence[int]]
"""A moment of the loop's clock, and how much of each work was done by then."""


def recovery(beats: Sequence[Beat], over: float) -> float | None:
    """After how many seconds work of each kind had got done since a fault was `over`.

    A kind of which nothing more was to be done does not count. None: that is so of all, nothing can be said.
    """
    before = max((beat for beat in beats if beat[0] <= over), default=None, key=lambda beat: beat[0])
    if before is None or not beats:
        return None
    kinds = [
        kind for kind, (then, last) in enumerate(zip(before[1], beats[-1][1], strict=True)) if last > then
    ]
    for moment, done in beats:
        if kinds and moment > over and all(done[kind] > before[1][kind] for kind in kinds):
            return moment - over
    return None


@asynccontextmanager
async def pulse(dsn: Callable[[], str]) -> AsyncIterator[list[Beat]]:
    """Beats, while inside; none while the database is away. `dsn`: as somebody who may read all.

    It is asked each time: the port may be another one after a restart.
    """
    beats: list[Beat] = []
    beating = asyncio.create_task(_beat(dsn, beats))
    try:
        yield beats
    finally:
        beating.cancel()
        await asyncio.wait([beating])


async def _beat(dsn: Callable[[], str], beats: list[Beat]) -> None:
    while True:
        try:
            connection = await asyncpg.connect(dsn(), timeout=5, command_timeout=5)
            try:
                while True:
                    done = await connection.fetchval(_WORK_DONE)
                    beats.append((asyncio.get_running_loop().time(), done))
                    await asyncio.sleep(_LOOK_SECONDS)
            finally:
                connection.terminate()
        except (
            OSError,
            TimeoutError,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
        ):
            await asyncio.sleep(_LOOK_SECONDS)
