"""API keys: for machines and programs. A secret is told once, when its key is made."""

import datetime as dt
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from services.invoice_service.api.access import KEYS
from services.invoice_service.api.auth import API_KEYS
from services.invoice_service.api.bodies.access import KeyBody
from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.problems import status_of
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import committed, read
from services.invoice_service.api.workbooks.sheet import Cell
from services.invoice_service.application.api_keys import NewKey, create_api_key, revoke_api_key
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.records import ApiKey
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.errors import Invalid, NotFound
from services.invoice_service.web.errors import faults_of
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.list_book import ListBook, Reader
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

PATH = "/settings/keys"


def _cells(key: ApiKey, reader: Reader) -> tuple[Cell, ...]:
    role = reader.words(f"role.{key.role}")
    # It ends when a day has ended: with the last instant of it.
    last = key.expires - dt.timedelta(microseconds=1) if key.expires else None
    return key.name, role, f"{key.hint}…", reader.day(key.created_at), reader.day(last)


BOOK = ListBook[ApiKey](
    "keys.title",
    KEYS,
    (
        ("keys.name", "text", 34),
        ("users.role", "text", 18),
        ("keys.column.hint", "text", 18),
        ("keys.column.created", "date", 12),
        ("keys.column.last_day", "date", 14),
    ),
    lambda uow, asked: uow.api_keys.page(asked),
    _cells,
)


async def show(request: web.Request) -> web.Response:
    """The list, with the form of a new one."""
    return await _list(request)


async def add(request: web.Request) -> web.Response:
    """Make a key. The page that comes back is the only one that ever holds its secret."""
    form = await form_of(request)
    zone = (await read(request, lambda uow, _: uow.settings.get())).timezone
    values: dict[str, Any] = {name: form.text(name) for name in ("name", "role")}
    values["expires"] = _end_of(form.text("expires"), zone)
    try:
        body = validated(KeyBody, values)
        new = await committed(
            request,
            lambda uow, context: create_api_key(
                uow, context, name=body.name, role=body.role, expires=body.expires
            ),
        )
    except Invalid as refusal:
        faults = dict(faults_of(refusal, view_of(request).language))
        return await _list(request, status=status_of(refusal), form=form, faults=faults)
    return await _list(request, new=new)


async def revoke(request: web.Request) -> web.Response:
    """Revoke one, in this process at once. One that is revoked already is what was asked for."""
    key_id = path_id(request)
    with suppress(NotFound):
        await committed(request, lambda uow, context: revoke_api_key(uow, context, key_id))
    request.app[API_KEYS].forget(key_id)
    return see_other(f"{PATH}?done=revoked")


def _end_of(day: str, zone: str) -> str | None:
    """The end of a day in the shop's time zone; None: never. What is no day is for the API to refuse."""
    if not day:
        return None
    try:
        following = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    except (ValueError, OverflowError):
        return day
    return dt.datetime.combine(following, dt.time(), ZoneInfo(zone)).isoformat()


async def _list(
    request: web.Request,
    *,
    status: int = 200,
    form: Form | None = None,
    faults: dict[str, str] | None = None,
    new: NewKey | None = None,
) -> web.Response:
    asked = list_query(request, KEYS)

    async def look(uow: UnitOfWork, _: Context) -> tuple[Page[ApiKey], str]:
        return await uow.api_keys.page(asked), (await uow.settings.get()).timezone

    found, zone = await read(request, look)
    return page(
        request,
        "keys.html",
        status=status,
        keys=found.items,
        workbook=BOOK.address(request, PATH),
        zone=zone,
        now=request.app[SERVICES].clock(),
        roles=[role.value for role in Role],
        form=form or Form({"role": (Role.INTEGRATION.value,)}),
        faults=faults or {},
        new=new,
        done=request.query.get("done", ""),
        next=next_cursor(request, KEYS, found),
    )
