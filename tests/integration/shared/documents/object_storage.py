"""A little S3 in this process: conditional PUT and GET of one bucket, and a switch that makes it fail."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class ObjectStorage:
    """What the bucket holds; `broken` answers every request with 403."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken = False
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ObjectStorage"]:
        """Serve on a free loopback port while inside."""
        app = web.Application()
        app.router.add_put("/{bucket}/{key:.+}", self._put)
        app.router.add_get("/{bucket}/{key:.+}", self._get)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(runner, listening).start()
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _put(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if self.broken:
            return _error(403, "AccessDenied")
        if request.headers.get("If-None-Match") == "*" and key in self.objects:
            return _error(412, "PreconditionFailed")
        self.objects[key] = await request.read()
        return web.Response(headers={"ETag": '"1"'})

    async def _get(self, request: web.Request) -> web.Response:
        if self.broken:
            return _error(403, "AccessDenied")
        content = self.objects.get(request.match_info["key"])
        if content is None:
            return _error(404, "NoSuchKey")
        return web.Response(
            body=content, headers={"ETag": '"1"', "Last-Modified": "Fri, 18 Jul 2025 14:03:11 GMT"}
        )


def _error(status: int, code: str) -> web.Response:
    return web.Response(status=status, text=f"<Error><Code>{code}</Code></Error>", content_type="text/xml")
