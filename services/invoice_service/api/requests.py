"""What a handler takes from its request: body, path, headers; each refused in the contract's words."""

import asyncio
import json
import uuid
from typing import Any, TypeVar

from aiohttp import HttpVersion11, StreamReader, web
from pydantic import BaseModel, ValidationError

from services.invoice_service.api.problems import NotHttp, TooLarge, TooSlow, UnsupportedMediaType
from services.invoice_service.api.services import ACTOR, BODY, BODY_LIMIT, REQUEST_ID, SERVICES, TRACEPARENT
from services.invoice_service.api.validation import invalid_body
from services.invoice_service.application.context import Context
from services.invoice_service.domain.declarations import is_code
from services.invoice_service.domain.errors import FieldError, Invalid

M = TypeVar("M", bound=BaseModel)


def context_of(request: web.Request) -> Context:
    """Who asks, now, and the id that ties together all that follows: the request's."""
    return Context(
        actor=request[ACTOR],
        now=request.app[SERVICES].clock(),
        correlation_id=request[REQUEST_ID],
        traceparent=request.get(TRACEPARENT),
    )


async def raw_body(request: web.Request) -> bytes:
    """The bytes of the body, read once, never more than the route takes, and not for ever.

    Raises:
        TooLarge: it is larger.
        TooSlow: it did not arrive in time.
        UnsupportedMediaType: it is compressed.
        NotHttp: it broke off.
    """
    if BODY in request:
        return request[BODY]
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType
    await _continue(request)
    try:
        async with asyncio.timeout(request.app[SERVICES].settings.body_seconds):
            request[BODY] = await _read(request.content, request[BODY_LIMIT])
    except TimeoutError:
        raise TooSlow from None
    except (web.RequestPayloadError, ConnectionError):
        raise NotHttp from None
    return request[BODY]


async def _continue(request: web.Request) -> None:
    """Ask for the body; until now we might have refused without it."""
    if waits_to_be_asked(request):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what follows is the beginning of the answer still


def waits_to_be_asked(request: web.Request) -> bool:
    """Whether the client sends its body only after a `100 Continue`."""
    return request.headers.get("Expect", "").lower() == "100-continue" and request.version >= HttpVersion11


async def _read(content: StreamReader, limit: int) -> bytes:
    chunks = bytearray()
    async for chunk in content.iter_any():
        chunks += chunk
        if len(chunks) > limit:
            raise TooLarge(limit)
    return bytes(chunks)


async def json_body(request: web.Request, model: type[M]) -> M:
    """The body as `model`, strictly: no unknown field, no coercion.

    Raises:
        Invalid: malformed, or everything that is wrong, by field.
        UnsupportedMediaType: it says that it is something else than JSON.
        TooLarge: it is.
    """
    # Without the header it is taken for JSON; a form never is, so that no page of another site can post one.
    if "Content-Type" in request.headers and not _is_json(request.content_type):
        raise UnsupportedMediaType
    raw = await raw_body(request)
    try:
        body = model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid_body(error) from None
    # Two readers could take a name that is there twice for two different things (RFC 8259, 4): we take neither.
    json.loads(raw, object_pairs_hook=_once, parse_int=str)
    return body


def _once(members: list[tuple[str, Any]]) -> None:
    names = set[str]()
    for name, _ in members:
        if name in names:
            raise Invalid("invalid", errors=(FieldError(name, "duplicate", {"value": name}),))
        names.add(name)


def _is_json(content_type: str) -> bool:
    return content_type == "application/json" or content_type.endswith("+json")


def path_code(request: web.Request, name: str = "code") -> str:
    """A business code in the path.

    Raises:
        Invalid: invalid_parameter: no code looks like that.
    """
    code = request.match_info[name]
    if not is_code(code):
        raise bad_parameter(name)
    return code


def path_id(request: web.Request, name: str = "id") -> uuid.UUID:
    """An id in the path.

    Raises:
        Invalid: invalid_parameter: it is not a UUID.
    """
    try:
        return uuid.UUID(request.match_info[name])
    except ValueError:
        raise bad_parameter(name) from None


def bad_parameter(name: str, code: str = "invalid") -> Invalid:
    """The refusal of something in path, query or header."""
    return Invalid("invalid_parameter", errors=(FieldError(name, code),))
