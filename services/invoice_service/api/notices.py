"""Notifications: what went wrong while nobody looked."""

from typing import Any

from aiohttp import web

from services.invoice_service.api.answers import Answer
from services.invoice_service.api.transact import query
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork

_NEWEST = 200


async def get_notifications(request: web.Request) -> web.Response:
    """GET of the newest notifications."""

    async def read(uow: UnitOfWork, _context: Context) -> list[dict[str, Any]]:
        return await uow.notifications.page(_NEWEST)

    def present(rows: list[dict[str, Any]]) -> Answer:
        data = [
            {
                "id": str(row["id"]),
                "at": row["at"].isoformat(),
                "code": row["code"],
                "invoice": row["invoice"],
                "message": row["message"],
                "read_at": row["read_at"].isoformat() if row["read_at"] else None,
            }
            for row in rows
        ]
        return Answer(200, {"data": data, "next": None, "count": len(data), "count_exact": True})

    return await query(request, read, present)
