"""The management port: `/livez`, `/readyz`, `/metrics`. Loopback unless the settings say otherwise."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[bool]]

log = structlog.get_logger(__name__)


async def livez(_request: web.Request) -> web.Response:
    """The process runs its loop; nothing outside is asked."""
    return web.json_response({"status": "ok"})


def readyz(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that answers 200 when every check holds, else 503, naming each."""

    async def handler(_request: web.Request) -> web.Response:
        results = {name: await _holds(name, check) for name, check in checks.items()}
        return web.json_response(
            {"status": "ok" if all(results.values()) else "unavailable", "checks": results},
            status=200 if all(results.values()) else 503,
        )

    return handler


async def _holds(name: str, check: Check) -> bool:
    try:
        return await check()
    except Exception:
        log.warning("readiness check failed", check=name, exc_info=True)
        return False


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


@asynccontextmanager
async def management_port(host: str, port: int, checks: Mapping[str, Check]) -> AsyncIterator[None]:
    """Serve the management port while inside. Port 0 turns it off."""
    if port == 0:
        yield
        return
    app = web.Application()
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz(checks))
    app.router.add_get("/metrics", _metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    try:
        yield
    finally:
        await runner.cleanup()
