"""Printing through the whole system: asked for over HTTP, outbox, broker, rendered, stored, told, answered.

Beside it WeasyPrint alone on the very page, in a process of its own. One process renders here and there.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika

from bench.clients import Client, clients, race
from bench.jobs import open_jobs
from bench.measuring import Measured
from bench.over_http import CLIENTS, billed
from bench.render import Bare, bare_job
from bench.system import KEY, System
from services.render_service.form import form_of
from shared.contracts.commands import RenderDocument
from shared.contracts.envelope import Envelope

_LINES = 12


class Printing:
    """GET /invoices/{number}/pdf, of pro formas with twelve lines that were never printed."""

    def __init__(self, system: System, count: int, callers: list[Client], bare: Bare, job: bytes) -> None:
        self._system = system
        self._count = count
        self._callers = callers
        self._bare = bare
        self._job = job

    async def ours(self) -> float:
        """See `Measured`."""
        drafts = await _drafts(self._system, self._count, self._callers)
        calls = [("GET", f"/api/v1/invoices/{number}/pdf?wait=30", b"") for number in drafts]
        return self._count / await race(self._callers, calls)

    async def limit(self) -> float:
        """See `Measured`."""
        began = time.perf_counter()
        for _ in range(self._count):
            await self._bare.render(self._job)
        return self._count / (time.perf_counter() - began)


async def _drafts(system: System, count: int, callers: list[Client]) -> list[str]:
    return await billed(callers, await open_jobs(system, count, charges=_LINES - 1))


@asynccontextmanager
async def printing(system: System, count: int) -> AsyncIterator[Measured]:
    """See `Ready`."""
    async with (
        system.running("api", "relay", "consumer", "render") as port,
        clients(port, KEY, CLIENTS) as callers,
    ):
        job = await _page(system, callers)
        bare = await Bare.start()
        try:
            yield Printing(system, count, callers, bare, job)
        finally:
            await bare.stop()


async def _page(system: System, callers: list[Client]) -> bytes:
    """The page of such a pro forma, as a job of the bare program: from the command that asks for its document."""
    async with (
        await aio_pika.connect(system.amqp_url) as connection,
        connection.channel() as channel,
    ):
        tap = await channel.declare_queue(f"bench-{uuid4()}", exclusive=True)
        await tap.bind("commands", "document.render")
        (draft,) = await _drafts(system, 1, callers)
        await callers[0].call(("GET", f"/api/v1/invoices/{draft}/pdf?wait=30", b""))
        message = await tap.get(timeout=10)
        envelope = Envelope.decode(message.body)
    snapshot = RenderDocument.model_validate(envelope.data).document
    return bare_job(snapshot, form_of(snapshot), "")
