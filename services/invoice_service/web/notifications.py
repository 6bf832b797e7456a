"""Notifications: what went wrong while nobody looked, for each reader read or not, and what to do about it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.notices import LISTING
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_me import caller_of
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.read_notifications import (
    read_all_notifications,
    read_notification,
)
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.web.forms import form_of, own_path
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page

_EMAILS = frozenset({"partly", "email_uncertain", "email_failed"})


@dataclass(frozen=True, slots=True)
class _Notices:
    found: Page[Mapping[str, Any]]
    zone: str


async def show(request: web.Request) -> web.Response:
    """The page."""
    asked = list_query(request, LISTING)

    async def look(uow: UnitOfWork, context: Context) -> _Notices:
        found = await uow.notifications.page(asked, caller_of(context))
        return _Notices(found, (await uow.settings.get()).timezone)

    seen = await read(request, look)
    return page(
        request,
        "notifications.html",
        notices=[{**row, "address": address_of(row)} for row in seen.found.items],
        only_unread=request.query.get("read") == "false",
        zone=seen.zone,
        next=next_cursor(request, LISTING, seen.found),
    )


async def bell(request: web.Request) -> web.Response:
    """How many there are to read: the part of every page's bar, for scripts to put there."""
    return page(request, "bell.html")


async def mark(request: web.Request) -> web.Response:
    """Note that the reader has read one, and go on to what it is about, or back."""
    notification_id, form = path_id(request), await form_of(request)
    await committed(request, lambda uow, context: read_notification(uow, context, notification_id))
    return see_other(own_path(form.text("next"), "/notifications"))


async def mark_all(request: web.Request) -> web.Response:
    """Note that the reader has read what the page showed, and all before it."""
    until = (await form_of(request)).text("until")
    try:
        newest = uuid.UUID(until)
    except ValueError:
        raise Invalid("invalid", errors=(FieldError("until", "invalid"),)) from None
    await committed(request, lambda uow, context: read_all_notifications(uow, context, until=newest))
    return see_other("/notifications")


def address_of(notice: Mapping[str, Any]) -> str | None:
    """Where something can be done about it; None when its invoice is gone."""
    number = notice["invoice"]
    if number is None:
        return None
    return f"/invoices/{number}/emails" if notice["code"] in _EMAILS else f"/invoices/{number}"
