"""Create, finalize, read: one API process, sixteen clients; beside it the driver alone on sixteen connections."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from bench.clients import Call, Client, clients, race
from bench.jobs import open_jobs
from bench.limits.content import INVOICE
from bench.measuring import Measured
from bench.programs import running_program, seconds_of
from bench.system import KEY, System
from tests.support.ports import stable_port

CLIENTS = 16


class Creating:
    """POST /invoices, from a job with one extra charge: two lines."""

    def __init__(self, system: System, count: int, callers: list[Client]) -> None:
        self._system = system
        self._count = count
        self._callers = callers

    async def ours(self) -> float:
        """See `Measured`."""
        await self._system.sql("delete from outbox")
        jobs = await open_jobs(self._system, self._count)
        return self._count / await race(self._callers, _creations(jobs))

    async def limit(self) -> float:
        """See `Measured`."""
        dsn = self._system.limits_dsn
        return self._count / await seconds_of("bench.limits.create", dsn, str(self._count), str(CLIENTS))


class Finalizing:
    """POST /invoices/{number}/finalize, of pro formas with two lines."""

    def __init__(self, system: System, count: int, callers: list[Client]) -> None:
        self._system = system
        self._count = count
        self._callers = callers

    async def ours(self) -> float:
        """See `Measured`."""
        await self._system.sql("delete from outbox")
        drafts = await billed(self._callers, await open_jobs(self._system, self._count))
        calls = [("POST", f"/api/v1/invoices/{number}/finalize", b"{}") for number in drafts]
        return self._count / await race(self._callers, calls)

    async def limit(self) -> float:
        """See `Measured`."""
        dsn = self._system.limits_dsn
        return self._count / await seconds_of("bench.limits.finalize", dsn, str(self._count), str(CLIENTS))


class Reading:
    """GET /invoices/{number}, of finals and pro formas by turns."""

    def __init__(self, count: int, callers: list[Client], bare: list[Client], known: int) -> None:
        self._callers = callers
        self._bare = bare
        numbers = [f"PF-{1 + place * 7919 % known:04}" for place in range(count)]
        self._calls = [("GET", f"/api/v1/invoices/{number}", b"") for number in numbers]
        self._bare_calls = [("GET", f"/invoices/{number}", b"") for number in numbers]

    async def ours(self) -> float:
        """See `Measured`."""
        return len(self._calls) / await race(self._callers, self._calls)

    async def limit(self) -> float:
        """See `Measured`."""
        return len(self._bare_calls) / await race(self._bare, self._bare_calls)


async def billed(callers: list[Client], jobs: list[str]) -> list[str]:
    """The pro formas of these jobs."""
    drafts: list[str] = []
    await race(callers, _creations(jobs), lambda body: drafts.append(json.loads(body)["number"]))
    return drafts


def _creations(jobs: list[str]) -> list[Call]:
    return [("POST", "/api/v1/invoices", json.dumps({"job": number}).encode()) for number in jobs]


@asynccontextmanager
async def creating(system: System, count: int) -> AsyncIterator[Measured]:
    """See `Ready`."""
    async with system.running("api") as port, clients(port, KEY, CLIENTS) as callers:
        yield Creating(system, count, callers)


@asynccontextmanager
async def finalizing(system: System, count: int) -> AsyncIterator[Measured]:
    """See `Ready`."""
    async with system.running("api") as port, clients(port, KEY, CLIENTS) as callers:
        yield Finalizing(system, count, callers)


@asynccontextmanager
async def reading(system: System, count: int) -> AsyncIterator[Measured]:
    """See `Ready`."""
    known = int((await system.sql("select count(*) from invoices"))[0][0])
    body = await _answer(system)
    connection = await asyncpg.connect(system.limits_dsn)
    await connection.execute("truncate invoice")
    await connection.execute(
        "insert into invoice (id, number, status, day, customer, content, subtotal, total) select gen_random_uuid(),"
        " 'PF-' || lpad(i::text, greatest(4, length(i::text)), '0'), 'draft', current_date, 'C-00002', $1::jsonb, 1, 1"
        " from generate_series(1, $2::integer) i",
        body,
        known,
    )
    await connection.execute("analyze invoice")
    await connection.close()
    bare_port = stable_port()
    async with (
        system.running("api") as port,
        clients(port, KEY, CLIENTS) as callers,
        running_program("bench.limits.read", system.limits_dsn, str(bare_port)),
        clients(bare_port, KEY, CLIENTS) as bare,
    ):
        yield Reading(count, callers, bare, known)


async def _answer(system: System) -> str:
    """An answer of ours: what the bare program answers is as long."""
    async with system.running("api") as port, clients(port, KEY, 1) as (caller,):
        return (await caller.call(("GET", "/api/v1/invoices/PF-0001", b""))).decode() or INVOICE
