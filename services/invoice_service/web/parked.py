"""Messages that wait for a person: why, with their bodies; applied again once it is mended, or discarded."""

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.messages import PARKED, parked_view
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.transact import committed, read
from services.invoice_service.api.workbooks.sheet import Cell
from services.invoice_service.application.context import Context
from services.invoice_service.application.discard_message import discard
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.replay_message import replay
from services.invoice_service.domain.errors import FieldError, Invalid, NotFound, Refusal
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.forms import form_of
from services.invoice_service.web.list_book import ListBook, Reader
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

PATH = "/operations/parked"
_MOST_AT_ONCE = 200


def _cells(row: Mapping[str, Any], reader: Reader) -> tuple[Cell, ...]:
    why = parked_view(row, reader.words.language)["reason"]["message"]
    kind, received = reader.words(f"parked.kind.{row['kind']}"), reader.day(row["received_at"])
    return kind, row["type"], row["subject"], row["message_id"], received, row["attempts"], why


BOOK = ListBook[Mapping[str, Any]](
    "parked.title",
    PARKED,
    (
        ("parked.column.kind", "text", 24),
        ("parked.type", "text", 30),
        ("parked.subject", "text", 18),
        ("parked.id", "text", 38),
        ("parked.received", "date", 12),
        ("parked.attempts", "count", 11),
        ("parked.column.reason", "text", 60),
    ),
    lambda uow, asked: uow.parked.page(asked),
    _cells,
)


@dataclass(frozen=True, slots=True)
class _Parked:
    found: Page[Mapping[str, Any]]
    zone: str


async def show(request: web.Request) -> web.Response:
    """The list, newest first."""
    return await _list(request)


async def show_one(request: web.Request) -> web.Response:
    """One of them, whole."""
    parked_id = path_id(request)

    async def look(uow: UnitOfWork, _: Context) -> tuple[Mapping[str, Any], str]:
        return await uow.parked.find(parked_id), (await uow.settings.get()).timezone

    row, zone = await read(request, look)
    message = parked_view(row, view_of(request).language)
    return page(request, "parked_one.html", message=message, body=readable(message["body"]), zone=zone)


async def replay_some(request: web.Request) -> web.Response:
    """Apply again those that were chosen, each in a transaction of its own."""
    words, language = view_of(request).words, view_of(request).language
    outcomes, refused = Counter[str](), Counter[str]()
    for parked_id in _ids((await form_of(request)).all("item")):
        try:
            received = await committed(request, partial(replay, parked_id=parked_id))
        except Refusal as refusal:
            refused[detail_of(refusal, language)] += 1
        else:
            outcomes[received.outcome] += 1
    if not refused and not outcomes["parked"]:
        return see_other(f"{PATH}?{urlencode({'done': 'replayed', 'many': outcomes.total()})}")
    told = [words(f"parked.outcome.{outcome}", count=many) for outcome, many in outcomes.items()]
    return await _list(request, status=409, told=[*told, *refused])


async def discard_one(request: web.Request) -> web.Response:
    """Forget one. One that is gone already is what was asked for."""
    parked_id = path_id(request)
    with suppress(NotFound):
        await committed(request, lambda uow, context: discard(uow, context, parked_id))
    return see_other(f"{PATH}?done=discarded")


def _ids(texts: Sequence[str]) -> list[uuid.UUID]:
    try:
        ids = [uuid.UUID(text) for text in dict.fromkeys(texts)]
    except ValueError:
        ids = []
    if not ids or len(ids) > _MOST_AT_ONCE:
        raise Invalid("invalid", errors=(FieldError("item", "invalid"),))
    return ids


async def _list(request: web.Request, *, status: int = 200, told: list[str] | None = None) -> web.Response:
    asked = list_query(request, PARKED)

    async def look(uow: UnitOfWork, _: Context) -> _Parked:
        return _Parked(await uow.parked.page(asked), (await uow.settings.get()).timezone)

    seen = await read(request, look)
    language = view_of(request).language
    return page(
        request,
        "parked.html",
        status=status,
        messages=[parked_view(row, language) for row in seen.found.items],
        kind=request.query.get("kind", ""),
        zone=seen.zone,
        workbook=BOOK.address(request, PATH),
        told=told or [],
        done=request.query.get("done", ""),
        many=request.query.get("many", ""),
        next=next_cursor(request, PARKED, seen.found),
    )


def readable(body: str) -> str:
    """A body as a person reads it: JSON in lines, anything else as it came."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return body
