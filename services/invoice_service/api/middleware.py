"""What happens to every request: an id, a log line, a measure, and no exception ever leaves as it is."""

import re
import time
from contextlib import AbstractContextManager
from http import HTTPStatus

import structlog
from aiohttp import web

from services.invoice_service.api.problems import problem_of
from services.invoice_service.api.requests import waits_to_be_asked
from services.invoice_service.api.routing import Handler
from services.invoice_service.api.services import BODY, REQUEST_ID, SERVICES, TRACEPARENT
from services.invoice_service.application.ports.transactions import StorageUnavailable
from shared.identifiers import new_id
from shared.observability.logging import log_context
from shared.observability.metrics import HTTP_SECONDS
from shared.observability.tracing import Span, span, trace_id

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_PROBES = frozenset({"/livez", "/readyz"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@web.middleware
async def observed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id (the caller's, if it is fit for a log), and measure it by its route pattern."""
    given = request.headers.get("X-Request-Id", "")
    request_id = given if _REQUEST_ID.fullmatch(given) else str(new_id())
    request[REQUEST_ID] = request_id
    started = time.perf_counter()
    with (
        _traced(request) as current,
        log_context(request_id=request_id, trace_id=trace_id(current.traceparent)),
    ):
        if current.traceparent:
            request[TRACEPARENT] = current.traceparent
        try:
            response = await handler(request)
        except web.HTTPRedirection as redirection:
            _tell(request, redirection.status, time.perf_counter() - started)
            raise
        current.tell(http__response__status_code=response.status)
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            current.fail(str(response.status))
        _tell(request, response.status, time.perf_counter() - started)
    return response


def _traced(request: web.Request) -> AbstractContextManager[Span]:
    """The span of a request: it goes on with the caller's trace, if it names one."""
    given = request.headers.get("traceparent", "")
    method, route = _method(request), _pattern(request)
    return span(
        f"{method} {route}",
        "server",
        parent=given if _TRACEPARENT.fullmatch(given) else None,
        http__request__method=method,
        http__route=route,
    )


def _tell(request: web.Request, status: int, seconds: float) -> None:
    route = _pattern(request)
    method = _method(request)
    HTTP_SECONDS.labels(method, route, str(status)).observe(seconds)
    # Probes come every few seconds and say nothing unless they fail.
    told = log.debug if route in _PROBES and status == 200 else log.info
    told("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _method(request: web.Request) -> str:
    return request.method if request.method in _METHODS else "other"


def _pattern(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


@web.middleware
async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals and failures into problems. Until the process has begun its work, it answers its probes alone."""
    begun = request.app[SERVICES].start.waiting is None or _pattern(request) in _PROBES
    try:
        response = await (handler if begun else _not_begun)(request)
    except web.HTTPRedirection:
        raise
    except Exception as error:  # noqa: BLE001 - the one place that answers for all of them, and logs
        response = problem_of(request, error)
    if waits_to_be_asked(request) and BODY not in request:
        # The body that nobody asked for may follow or not: what comes next could not be told from it.
        response.force_close()
    return response


async def _not_begun(request: web.Request) -> web.StreamResponse:
    raise StorageUnavailable(request.app[SERVICES].start.waiting or "")


async def marked(request: web.Request, response: web.StreamResponse) -> None:
    """Put on every answer what all of them carry, before its first byte leaves: streams and redirections too.

    Before the process stops each answer ends its connection: the next request finds another process.
    """
    mark(response, request.get(REQUEST_ID) or str(new_id()))
    if request.app[SERVICES].presence.leaving:
        response.force_close()
        # Said too, for aiohttp has looked already: a client that doesn't know would send its next request here.
        response.headers["Connection"] = "close"


def mark(response: web.StreamResponse, request_id: str) -> None:
    """What `marked` puts on an answer."""
    response.headers["X-Request-Id"] = request_id
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
