"""Notifications: what went wrong while nobody looked."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services.invoice_service.api.answers import Json
from services.invoice_service.api.invoice_view import moment
from services.invoice_service.api.lists import ListSpec, list_answer, list_query
from services.invoice_service.api.transact import query

LISTING = ListSpec(sorts=("at",), default="-at")


async def get_notifications(request: web.Request) -> web.Response:
    """GET of the notifications, newest first."""
    asked = list_query(request, LISTING)
    return await query(
        request, lambda uow, _: uow.notifications.page(asked), list_answer(request, LISTING, _show)
    )


def _show(row: Mapping[str, Any]) -> Json:
    return {
        "id": str(row["id"]),
        "at": moment(row["at"]),
        "code": row["code"],
        "invoice": row["invoice"],
        "message": row["message"],
        "read_at": moment(row["read_at"]),
    }
