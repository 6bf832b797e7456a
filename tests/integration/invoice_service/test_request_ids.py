"""An id on every answer, whatever it is, and the same one in the log."""

import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession, web

from services.invoice_service.api.routing import ANYBODY, JSON_LIMIT, Route
from tests.support.invoicing import ADMIN_KEY, Database, Invoicing, running
from tests.support.raw_http import connected, head, serving


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response(status=204)


async def _known(_request: web.Request) -> web.Response:
    return web.Response(status=304)


async def _leave(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/elsewhere")


async def _fail(_request: web.Request) -> web.Response:
    raise RuntimeError


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Cache-Control": "no-cache"})
    await response.prepare(request)
    await response.write(b"one")
    return response


ROUTES = tuple(
    Route("GET", path, handler, ANYBODY, path)
    for path, handler in (
        ("/nothing", _nothing),
        ("/known", _known),
        ("/leave", _leave),
        ("/fail", _fail),
        ("/stream", _stream),
    )
)


@pytest.fixture
async def api(invoicing_database: Database, tmp_path: Path) -> AsyncIterator[Invoicing]:
    async with running(
        invoicing_database, tmp_path, routes=ROUTES, failed_authentication_limit="1/day"
    ) as one:
        yield one


async def ask(
    session: ClientSession,
    api: Invoicing,
    status: int,
    path: str,
    **more: Any,  # noqa: ANN401 - of aiohttp
) -> Mapping[str, str]:
    """The headers of an answer that must have this status; the request names it in its id."""
    headers = {
        "Authorization": f"Bearer {ADMIN_KEY}",
        "X-Request-Id": f"mine-{status}",
        **more.pop("headers", {}),
    }
    method = more.pop("method", "GET")
    async with session.request(
        method, api.base + path, headers=headers, allow_redirects=False, **more
    ) as reply:
        assert reply.status == status, (path, await reply.text())
        return reply.headers


async def test_every_kind_of_answer_has_the_id_that_the_log_has(api: Invoicing) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    v1 = "/api/v1"
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        asked = {
            200: await ask(api.session, api, 200, f"{v1}/stream"),
            204: await ask(api.session, api, 204, f"{v1}/nothing"),
            302: await ask(api.session, api, 302, f"{v1}/leave"),
            304: await ask(api.session, api, 304, f"{v1}/known"),
            401: await ask(api.session, api, 401, f"{v1}/nothing", headers=wrong),
            404: await ask(api.session, api, 404, f"{v1}/nowhere"),
            405: await ask(api.session, api, 405, f"{v1}/nothing", method="POST"),
            413: await ask(api.session, api, 413, f"{v1}/nothing", data=io.BytesIO(b" " * (JSON_LIMIT + 1))),
            429: await ask(api.session, api, 429, f"{v1}/nothing", headers=wrong),
            500: await ask(api.session, api, 500, f"{v1}/fail"),
        }

    for status, headers in asked.items():
        assert headers["X-Request-Id"] == f"mine-{status}"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == ("no-cache" if status == 200 else "no-store")
    told = {line["status"]: line["request_id"] for line in lines if line["event"] == "request"}
    assert told == {status: f"mine-{status}" for status in asked}
    (failure,) = [line for line in lines if line["event"] == "request failed"]
    assert failure["request_id"] == "mine-500"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/openapi.json", "/docs"])
async def test_public_answers_have_one_too(api: Invoicing, path: str) -> None:
    assert (await ask(api.session, api, 200, path))["X-Request-Id"] == "mine-200"


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b" ",
        b"a b",
        b"a\tb",
        b'a","level":"critical',
        b"a\x1b[31m",
        b"\xc3\xa9",
        b"\xff",
        b"x" * 129,
        b"a/b",
        b"${jndi:ldap://x}",
    ],
)
async def test_an_id_that_is_not_fit_for_a_log_is_replaced(api: Invoicing, given: bytes) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with serving(api) as base, connected(base) as connection:
            sent = head(
                "GET", "/nothing", ADMIN_KEY, f"X-Request-Id: {given.decode('utf-8', 'surrogateescape')}"
            )
            await connection.send(sent)
            reply = await connection.reply()

    made = reply.headers["x-request-id"]
    assert len(made) == 36
    assert {line["request_id"] for line in lines if line["event"] in {"request", "not a request"}} == {made}


async def test_the_first_of_two_ids_counts(api: Invoicing) -> None:
    async with serving(api) as base, connected(base) as connection:
        await connection.send(head("GET", "/nothing", ADMIN_KEY, "X-Request-Id: one", "X-Request-Id: two"))
        reply = await connection.reply()

    assert reply.headers["x-request-id"] == "one"
