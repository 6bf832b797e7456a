"""The one way in which a handler runs a use case: in one transaction, once per idempotency key."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, respond, respond_again
from services.invoice_service.api.problems import StaleState
from services.invoice_service.api.requests import bad_parameter, context_of, raw_body
from services.invoice_service.api.routing import Handler
from services.invoice_service.api.services import SERVICES
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import TransactionConflict
from services.invoice_service.domain.errors import Invalid, StaleVersion

T = TypeVar("T")
UseCase = Callable[[UnitOfWork, Context], Awaitable[T]]
Current = Callable[[UnitOfWork, Context], Awaitable[Json]]

log = structlog.get_logger(__name__)

ATTEMPTS = 3
MAX_KEY_LENGTH = 255
KEY_PATTERN = rf"^[!-~]([ -~]{{0,{MAX_KEY_LENGTH - 2}}}[!-~])?$"
"""Visible ASCII: what every client and proxy passes on as it is."""
_KEY = re.compile(KEY_PATTERN)


@dataclass(frozen=True, slots=True)
class _Claim:
    caller: str
    key: str
    fingerprint: str


async def transact(
    request: web.Request,
    use_case: UseCase[T],
    present: Callable[[T], Answer],
    *,
    current: Current | None = None,
) -> web.Response:
    """Run a use case and answer what `present` makes of its result, once it is committed.

    A POST with an `Idempotency-Key` is answered again from what was kept, or refused when the key was used for
    another request or is in use right now. A lost deadlock is tried again. `current` tells the state that goes
    with a stale version. Raises whatever the use case raises; then nothing has happened.
    """
    claim = await _claim_of(request)

    async def answer(uow: UnitOfWork, context: Context) -> web.Response:
        return await _once(uow, context, claim, use_case, present, current)

    return await committed(request, answer)


async def committed(request: web.Request, use_case: UseCase[T]) -> T:
    """What a use case results in, once it is committed. A lost deadlock is tried again; raises what it raises."""
    context = context_of(request)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with request.app[SERVICES].transactions.writing() as uow:
                result = await use_case(uow, context)
            break
        except TransactionConflict as error:
            log.info("transaction lost against another", attempt=attempt, reason=error.reason)
            if attempt == ATTEMPTS:
                raise
    request.app[SERVICES].after_commit()
    return result


async def _once(
    uow: UnitOfWork,
    context: Context,
    claim: _Claim | None,
    use_case: UseCase[T],
    present: Callable[[T], Answer],
    current: Current | None,
) -> web.Response:
    if claim is not None:
        kept = await uow.idempotency.claim(claim.caller, claim.key, claim.fingerprint)
        if kept is not None:
            return respond_again(kept)
    try:
        answer = present(await use_case(uow, context))
    except StaleVersion as refusal:
        if current is None:
            raise
        raise StaleState(refusal, await current(uow, context)) from None
    if claim is not None and 200 <= answer.status < 300 and not answer.secret:
        await uow.idempotency.keep(claim.caller, claim.key, claim.fingerprint, answer.kept())
    return respond(answer)


async def keyed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Run a handler. One that refuses a body before its key was claimed says first whose key it is.

    Raises:
        Invalid: idempotency_key_reused: the key was used with another body, however wrong this one is.
    """
    try:
        return await handler(request)
    except Invalid:
        claim = await _claim_of(request)
        if claim is not None:
            async with request.app[SERVICES].transactions.writing() as uow:
                await uow.idempotency.claim(claim.caller, claim.key, claim.fingerprint)
        raise


async def query(request: web.Request, use_case: UseCase[T], present: Callable[[T], Answer]) -> web.Response:
    """Run a use case that only reads, and answer what `present` makes of its result."""
    return respond(present(await read(request, use_case)))


async def glance(request: web.Request, use_case: UseCase[T], present: Callable[[T], Answer]) -> web.Response:
    """The same for a use case of one statement."""
    async with request.app[SERVICES].transactions.glancing() as uow:
        result = await use_case(uow, context_of(request))
    return respond(present(result))


async def read(request: web.Request, use_case: UseCase[T]) -> T:
    """What a use case that only reads results in."""
    async with request.app[SERVICES].transactions.reading() as uow:
        return await use_case(uow, context_of(request))


async def _claim_of(request: web.Request) -> _Claim | None:
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return None
    if _KEY.fullmatch(key) is None:
        raise bad_parameter("Idempotency-Key")
    actor = context_of(request).actor
    digest = hashlib.sha256(await raw_body(request)).hexdigest()
    fingerprint = hashlib.sha256(f"{request.method}\n{request.path_qs}\n{digest}".encode()).hexdigest()
    return _Claim(f"{actor.kind}:{actor.id}", key, fingerprint)
