"""Notifications: what went wrong while nobody looked."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, no_content
from services.invoice_service.api.invoice_view import moment
from services.invoice_service.api.lists import ListSpec, flag_filter, list_answer, list_query
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.edit_me import caller_of
from services.invoice_service.application.read_notifications import (
    read_all_notifications,
    read_notification,
)

LISTING = ListSpec(
    sorts=("at",), default="-at", filters=(flag_filter("read", "Only what the caller has read, or has not"),)
)


async def get_notifications(request: web.Request) -> web.Response:
    """GET of the notifications, newest first."""
    asked = list_query(request, LISTING)
    return await query(
        request,
        lambda uow, context: uow.notifications.page(asked, caller_of(context)),
        list_answer(request, LISTING, _show),
    )


async def post_read(request: web.Request) -> web.Response:
    """POST of `read` on one of them."""
    notification_id = path_id(request)
    return await transact(
        request,
        lambda uow, context: read_notification(uow, context, notification_id),
        lambda row: Answer(200, _show(row)),
    )


async def post_all_read(request: web.Request) -> web.Response:
    """POST of `read` on all of them."""
    return await transact(request, read_all_notifications, lambda _: no_content())


def _show(row: Mapping[str, Any]) -> Json:
    return {
        "id": str(row["id"]),
        "at": moment(row["at"]),
        "code": row["code"],
        "invoice": row["invoice"],
        "message": row["message"],
        "read_at": moment(row["read_at"]),
    }
