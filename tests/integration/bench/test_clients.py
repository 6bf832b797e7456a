"""The bench's own HTTP client: what it measures with must count what was answered, and nothing else."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.clients import Refused, clients, race


async def test_clients_share_the_calls_and_a_refusal_ends_the_race() -> None:
    async def answer(request: web.Request) -> web.Response:
        said = f"{request.headers['Authorization']} {await request.text()}"
        return web.Response(text=said, status=int(request.match_info["status"]))

    app = web.Application()
    app.router.add_route("*", "/{status}", answer)
    async with TestServer(app) as server, clients(server.port or 0, "key", 3) as callers:
        seen: list[bytes] = []
        seconds = await race(callers, [("POST", "/201", b"%d" % n) for n in range(10)], seen.append)

        assert sorted(seen) == [b"Bearer key %d" % n for n in range(10)]
        assert seconds > 0
        with pytest.raises(Refused, match="GET /409: 409 Bearer key"):
            await race(callers[:1], [("GET", "/409", b"")])
