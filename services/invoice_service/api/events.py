"""What happens, as it happens: Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import asyncio
import json
import re

from aiohttp import web

from services.invoice_service.api.answers import Json
from services.invoice_service.api.requests import bad_parameter
from services.invoice_service.api.routing import Parameter
from services.invoice_service.api.services import SERVICES
from services.invoice_service.application.ports.live import Listener, NoMore, Passage
from services.invoice_service.application.ports.transactions import StorageUnavailable

DEFAULT_WAIT = 300
MAX_WAIT = 3600
WAIT = Parameter(
    "wait",
    "Seconds after which the stream ends; the caller comes again, with its key",
    {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": DEFAULT_WAIT},
)
POSITION_PATTERN = r"^([0-9]{1,12}\.[0-9]{1,20}:[0-9]{1,20}:[0-9,]{0,4000})?$"
"""Browsers send the header empty when they know of no event."""
_POSITION = re.compile(POSITION_PATTERN)
HEARTBEAT_SECONDS = 15.0
WRITE_SECONDS = 10.0
"""A client that takes nothing for so long is dropped."""
_COME_AGAIN_MILLISECONDS = 2000


async def get_events(request: web.Request) -> web.StreamResponse:
    """GET of the stream."""
    after, seconds = _position(request), _wait(request)
    try:
        async with request.app[SERVICES].live.listen(after) as listener:
            response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
            response.content_type = "text/event-stream"
            response.charset = "utf-8"
            await response.prepare(request)
            await _tell(request, response, listener, seconds)
    except NoMore:
        raise StorageUnavailable("the process is about to end") from None
    return response


async def _tell(
    request: web.Request, response: web.StreamResponse, listener: Listener, seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    try:
        # An id alone is no event, and is remembered: whoever breaks off before the first one has a place to begin.
        await _write(response, f"retry: {_COME_AGAIN_MILLISECONDS}\nid: {listener.position}\n\n")
        while True:
            left = max(0.0, deadline - loop.time())
            passage = await listener.next(min(HEARTBEAT_SECONDS, left))
            await _write(response, events_of(passage) if passage else f":\nid: {listener.position}\n\n")
            if loop.time() >= deadline:
                return
    except NoMore:
        return
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        return  # it went away


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(text.encode())


def events_of(passage: Passage) -> str:
    """The text of what happened. The position stands behind the last event: half of it is told again, not lost."""
    told: list[tuple[str, Json]] = [(happening.topic, happening.told) for happening in passage.happenings]
    if not passage.whole:
        told.append(("resync", {}))
    events = [
        f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'), default=str)}\n\n"
        for name, data in told
    ]
    return f"{''.join(events)}id: {passage.position}\n\n"


def _position(request: web.Request) -> str | None:
    """Where the caller was, if it knows of any."""
    text = request.headers.get("Last-Event-ID", "")
    if _POSITION.fullmatch(text) is None:
        raise bad_parameter("Last-Event-ID")
    return text or None


def _wait(request: web.Request) -> int:
    text = request.query.get("wait", str(DEFAULT_WAIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MAX_WAIT):
        raise bad_parameter("wait")
    return int(text)
