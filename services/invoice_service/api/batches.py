"""Batches: asked for, and looked at."""

import uuid

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json
from services.invoice_service.api.bodies.batches import BatchBody
from services.invoice_service.api.invoice_view import moment
from services.invoice_service.api.lists import (
    ListSpec,
    choice_filter,
    flag_filter,
    list_answer,
    list_query,
)
from services.invoice_service.api.problems import language_of
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.routing import PREFIX
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.ports.batches import Batch, ListedBatch
from services.invoice_service.application.start_batch import read_batch, start_batch
from services.invoice_service.domain.batch import ACTIONS, OUTCOMES
from services.invoice_service.domain.texts import Language

LISTING = ListSpec(
    ("created_at",),
    "-created_at",
    (
        choice_filter("action", "Only these actions", ACTIONS),
        flag_filter("ended", "Only those that are done, or only those that go on"),
    ),
)


async def get_list(request: web.Request) -> web.Response:
    """GET of the batches, newest first."""
    asked = list_query(request, LISTING)
    return await query(
        request, lambda uow, _: uow.batches.page(asked), list_answer(request, LISTING, _listed)
    )


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


def _listed(batch: ListedBatch) -> Json:
    return {
        **_progress(batch, total=batch.total, done=batch.done),
        **{name: batch.outcomes.get(name, 0) for name in OUTCOMES},
    }


def _progress(batch: Batch | ListedBatch, *, total: int, done: int) -> Json:
    return {
        "id": str(batch.id),
        "action": batch.action,
        "actor": batch.actor.as_dict(),
        "total": total,
        "done": done,
        "created_at": moment(batch.created_at),
        "ended_at": moment(batch.ended_at),
    }


def batch_view(batch: Batch, language: Language) -> Json:
    """A batch as it is answered; `language` is that of its reasons."""
    ended = batch.ended
    return {
        **_progress(batch, total=len(batch.invoices), done=len(ended)),
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
    }
