"""The one way in which a handler runs a use case."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, no_content
from services.invoice_service.api.etag import if_match
from services.invoice_service.api.routing import ANYBODY, Route
from services.invoice_service.api.transact import ATTEMPTS, UseCase, query, transact
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import TransactionConflict
from services.invoice_service.domain.errors import StaleVersion
from services.invoice_service.domain.reference import Translation
from tests.support.invoicing import Database, Invoicing, running


class Things:
    """Handlers that write something down and then do not get along."""

    def __init__(self) -> None:
        self.conflicts = 0
        self.attempts = 0
        self.seen: list[Context] = []

    async def stale(self, request: web.Request) -> web.Response:
        """A change that was based on something older; its current state is told."""
        return await transact(request, self._outdated(request), lambda _: no_content(), current=_current)

    async def bare(self, request: web.Request) -> web.Response:
        """The same without a current state."""
        return await transact(request, self._outdated(request), lambda _: no_content())

    def _outdated(self, request: web.Request) -> UseCase[None]:
        based_on = if_match(request, required=True) or 0

        async def use_case(uow: UnitOfWork, _: Context) -> None:
            await uow.reference.insert(Translation("a", "fr", "en"))
            raise StaleVersion(based_on, 7)

        return use_case

    async def conflict(self, request: web.Request) -> web.Response:
        """Lose against another transaction so many times."""

        async def use_case(uow: UnitOfWork, context: Context) -> None:
            self.attempts += 1
            self.seen.append(context)
            await uow.reference.insert(Translation("a", "fr", "en"))
            if self.attempts <= self.conflicts:
                raise TransactionConflict("deadlock")

        return await transact(request, use_case, lambda _: no_content())

    async def read(self, request: web.Request) -> web.Response:
        """Read something."""

        async def use_case(_: UnitOfWork, context: Context) -> Context:
            return context

        return await query(
            request, use_case, lambda context: Answer(200, {"traceparent": context.traceparent})
        )


async def _current(_: UnitOfWork, context: Context) -> Json:
    return {"version": 7, "seen_by": context.actor.id}


@pytest.fixture
def things() -> Things:
    return Things()


@pytest.fixture
async def api(invoicing_database: Database, tmp_path: Path, things: Things) -> AsyncIterator[Invoicing]:
    routes = tuple(
        Route(method, path, handler, ANYBODY, "A test")
        for method, path, handler in (
            ("PATCH", "/stale", things.stale),
            ("PATCH", "/bare", things.bare),
            ("POST", "/conflict", things.conflict),
            ("GET", "/read", things.read),
        )
    )
    async with running(invoicing_database, tmp_path, routes=routes) as running_api:
        yield running_api


async def written(api: Invoicing) -> int:
    (row,) = await api.database.fetch("select count(*) from translations")
    return int(row[0])


async def test_a_stale_version_comes_with_the_current_state_and_nothing_has_happened(api: Invoicing) -> None:
    told = await api.patch("/stale", {}, headers={"If-Match": '"v3"'})
    bare = await api.patch("/bare", {}, headers={"If-Match": '"v3"'})
    missing = await api.patch("/bare", {})

    assert (told.status, told.code) == (412, "stale_version")
    assert told.json["current"] == {"version": 7, "seen_by": "bootstrap"}
    assert (bare.status, "current" in bare.json) == (412, False)
    assert (missing.status, missing.code) == (428, "version_required")
    assert await written(api) == 0
    assert api.commits == []


async def test_what_lost_against_another_is_tried_again(api: Invoicing, things: Things) -> None:
    things.conflicts = ATTEMPTS - 1

    reply = await api.post("/conflict", headers={"Idempotency-Key": "k-1"})
    again = await api.post("/conflict", headers={"Idempotency-Key": "k-1"})

    assert reply.status == 204
    assert (again.status, again.headers["Idempotent-Replayed"]) == (204, "true")
    assert (things.attempts, await written(api)) == (ATTEMPTS, 1)


async def test_but_not_for_ever(api: Invoicing, things: Things) -> None:
    things.conflicts = ATTEMPTS

    reply = await api.post("/conflict")

    assert (reply.status, reply.code) == (503, "unavailable")
    assert (things.attempts, await written(api)) == (ATTEMPTS, 0)
    assert api.commits == []


async def test_a_use_case_is_told_who_asks_and_when(api: Invoicing, things: Things) -> None:
    reply = await api.post("/conflict")

    (context,) = things.seen
    assert context.actor.id == "bootstrap"
    assert context.now == api.clock.now
    assert context.correlation_id == reply.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("00-" + "a" * 32 + "-" + "b" * 16 + "-01", True),
        ("nonsense", False),
        ("00-" + "A" * 32 + "-b-01", False),
    ],
)
async def test_a_trace_goes_on(api: Invoicing, given: str, *, kept: bool) -> None:
    reply = await api.get("/read", headers={"traceparent": given})

    assert reply.json == {"traceparent": given if kept else None}
