"""Batches: asked for, and looked at."""

import uuid

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json
from services.invoice_service.api.bodies.batches import BatchBody
from services.invoice_service.api.invoice_view import moment
from services.invoice_service.api.problems import language_of
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.routing import PREFIX
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.ports.batches import Batch
from services.invoice_service.application.start_batch import read_batch, start_batch
from services.invoice_service.domain.texts import Language


async def post_batch(request: web.Request) -> web.Response:
    """POST of a batch."""
    body = await json_body(request, BatchBody)
    language = language_of(request)
    return await transact(
        request,
        lambda uow, context: start_batch(uow, context, body.action, body.invoices),
        lambda batch: Answer(202, batch_view(batch, language), {"Location": location(batch.id)}),
    )


async def get_one(request: web.Request) -> web.Response:
    """GET of a batch."""
    batch_id, language = path_id(request), language_of(request)
    return await query(
        request,
        lambda uow, context: read_batch(uow, context, batch_id),
        lambda batch: Answer(200, batch_view(batch, language)),
    )


def location(batch_id: uuid.UUID) -> str:
    """Where a batch is."""
    return f"{PREFIX}/batches/{batch_id}"


def batch_view(batch: Batch, language: Language) -> Json:
    """A batch as it is answered; `language` is that of its reasons."""
    ended = batch.ended
    return {
        "id": str(batch.id),
        "action": batch.action,
        "total": len(batch.invoices),
        "done": len(ended),
        "outcomes": [
            {
                "invoice": one.number,
                "id": str(one.invoice_id),
                "ref": one.ref,
                "outcome": one.state,
                "reason": {"code": one.reason.code, "message": one.reason.text(language)}
                if one.reason
                else None,
            }
            for one in ended
        ],
        "created_at": moment(batch.created_at),
        "ended_at": moment(batch.ended_at),
    }
