"""The management port: `/livez`, `/readyz`, `/metrics`. Loopback unless the settings say otherwise."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.observability.metrics import READY

Check = Callable[[], Awaitable[bool]]

log = structlog.get_logger(__name__)

_CHECK_SECONDS = 2.0


class NotReady(Exception):
    """A check does not hold, and everybody may know why: the sentence is shown by `/readyz`."""


async def livez(_request: web.Request) -> web.Response:
    """The process runs its loop; nothing outside is asked."""
    return web.json_response({"status": "ok"})


def readyz(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that answers 200 when every check holds, else 503, naming each, with the reasons that are known."""

    async def handler(_request: web.Request) -> web.Response:
        reasons: dict[str, str] = {}
        # A copy: a process that starts adds to them.
        results = {name: await _holds(name, check, reasons) for name, check in dict(checks).items()}
        ready = all(results.values())
        told = {"status": "ok" if ready else "unavailable", "checks": results}
        return web.json_response(
            told | ({"reasons": reasons} if reasons else {}), status=200 if ready else 503
        )

    return handler


async def _holds(name: str, check: Check, reasons: dict[str, str] | None = None) -> bool:
    try:
        return await check()
    except NotReady as why:
        if reasons is not None:
            reasons[name] = str(why)
        return False
    except Exception:
        log.warning("readiness check failed", check=name, exc_info=True)
        return False


class Presence:
    """Whether a process takes work from outside: a check of `/readyz`, which says no before the process stops."""

    def __init__(self) -> None:
        self._present = False
        self.leaving = False

    def arrive(self) -> None:
        """Work may come."""
        self._present = True

    async def leave(self, seconds: float) -> None:
        """Say so, and wait until everybody has heard it; work is still taken meanwhile."""
        self._present = False
        self.leaving = True
        await asyncio.sleep(seconds)

    async def serving(self) -> bool:
        """The check."""
        return self._present


def metrics(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that tells all instruments of this process, and whether each check holds now."""

    async def handler(_request: web.Request) -> web.Response:
        for name, check in dict(checks).items():
            READY.labels(name).set(await _holds_at_once(name, check))
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return handler


async def _holds_at_once(name: str, check: Check) -> bool:
    """A check that takes longer than a scrape may wait does not hold."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await _holds(name, check)
    except TimeoutError:
        return False


@asynccontextmanager
async def management_port(host: str, port: int, checks: Mapping[str, Check]) -> AsyncIterator[None]:
    """Serve the management port while inside. Port 0 turns it off."""
    if port == 0:
        yield
        return
    app = web.Application()
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz(checks))
    app.router.add_get("/metrics", metrics(checks))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    try:
        yield
    finally:
        await runner.cleanup()
