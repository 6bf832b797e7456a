"""The server on its port: how long a connection may idle, and an answer of ours to what is no HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web

from services.invoice_service.api.middleware import mark
from services.invoice_service.api.problems import NotHttp, problem_of
from services.invoice_service.api.services import REQUEST_ID
from shared.identifiers import new_id
from shared.observability.logging import log_context

log = structlog.get_logger(__name__)

# Requests that are under way when the process is told to stop have so long to end.
_DRAIN_SECONDS = 20.0
_TIMEOUTS: Mapping[str, float] = {
    # A connection without a request is closed after so long; the head of a request has as long to arrive.
    "keepalive_timeout": 75,
    # A body that was refused is taken and thrown away for so long: else its sender never reads why.
    "lingering_time": 10,
}


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, **timeouts: float) -> AsyncIterator[int]:
    """The application on its port, which is what is yielded. `timeouts`: others than ours, in seconds."""
    options: dict[str, Any] = {**_TIMEOUTS, **timeouts}
    # A compressed body is refused, not decompressed: a few bytes could become gigabytes.
    runner = _Runner(app, access_log=None, auto_decompress=False, shutdown_timeout=_DRAIN_SECONDS, **options)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


class _Protocol(web.RequestHandler):
    """One connection. What never reaches the application is answered here."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - what the parser says quotes the request: not for an answer
    ) -> web.StreamResponse:
        """A problem, as for all else. Nothing of the request is logged: it may hold a key."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        request_id = request.get(REQUEST_ID) or str(new_id())
        request[REQUEST_ID] = request_id
        with log_context(request_id=request_id):
            if status == HTTPStatus.BAD_REQUEST:
                log.info("not a request", reason=type(exc).__name__)
                response = problem_of(request, NotHttp())
            else:
                response = problem_of(request, exc if isinstance(exc, Exception) else RuntimeError(status))
        mark(response, request_id)
        response.force_close()
        return response


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    """aiohttp has no public way to choose the class of a connection: this leans on two private names of it."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            loop=made._loop,  # noqa: SLF001 - see above
            **made._kwargs,  # noqa: SLF001 - see above
        )
