"""Messages over HTTP: completions of jobs, and those that are parked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from services.invoice_service.api.answers import Answer, Json, no_content
from services.invoice_service.api.bodies.messages import COMPLETED, Completion
from services.invoice_service.api.invoice_view import moment
from services.invoice_service.api.lists import ListSpec, choice_filter, list_answer, list_query
from services.invoice_service.api.problems import language_of
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.transact import query, transact
from services.invoice_service.api.validation import invalid_body
from services.invoice_service.application.discard_message import discard
from services.invoice_service.application.receive_message import Received, receive
from services.invoice_service.application.replay_message import replay
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.texts import Language
from shared.bus import topology
from shared.contracts.envelope import Envelope
from shared.contracts.production import JobCompleted

PARKED = ListSpec(
    sorts=("received_at",),
    default="-received_at",
    filters=(choice_filter("kind", "Why they wait", ("unknown_reference", "quarantined", "dead")),),
)


async def post_completion(request: web.Request) -> web.Response:
    """POST of a completion, applied in the request."""
    envelope: Envelope = await json_body(request, Completion)
    try:
        JobCompleted.model_validate(envelope.data)
    except ValidationError as error:
        refusal = invalid_body(error)
        faults = tuple(replace(fault, field=f"data.{fault.field}") for fault in refusal.errors)
        raise Invalid(refusal.code, errors=faults) from None
    if envelope.type != COMPLETED:
        raise Invalid("invalid", errors=(FieldError("type", "invalid"),))

    def present(received: Received) -> Answer:
        if received.reason == "conflicting_repeat":
            return Answer(409)
        return Answer(202, {"id": envelope.id, **_received(received)})

    response = await transact(
        request, lambda uow, context: receive(uow, context, envelope, queue=topology.PRODUCTION), present
    )
    if response.status == 409:
        # Only now: that it is quarantined had to be committed.
        raise Conflict("conflicting_repeat")
    return response


def _received(received: Received) -> Json:
    return {
        "outcome": received.outcome,
        "invoice": received.invoice,
        "parked": str(received.parked) if received.parked else None,
        "reason": received.reason,
    }


async def get_parked(request: web.Request) -> web.Response:
    """GET of the parked messages, newest first."""
    asked = list_query(request, PARKED)
    language = language_of(request)
    return await query(
        request,
        lambda uow, _: uow.parked.page(asked),
        list_answer(request, PARKED, lambda row: parked_view(row, language)),
    )


async def get_one_parked(request: web.Request) -> web.Response:
    """GET of one parked message."""
    parked_id = path_id(request)
    return await query(
        request,
        lambda uow, _: uow.parked.find(parked_id),
        lambda row: Answer(200, parked_view(row, language_of(request))),
    )


async def post_replay(request: web.Request) -> web.Response:
    """POST of `replay`: apply it again, or put it back into its queue."""
    parked_id = path_id(request)
    return await transact(
        request,
        lambda uow, context: replay(uow, context, parked_id),
        lambda received: Answer(202, _received(received)),
    )


async def delete_parked(request: web.Request) -> web.Response:
    """DELETE of a parked message."""
    parked_id = path_id(request)
    return await transact(
        request, lambda uow, context: discard(uow, context, parked_id), lambda _: no_content()
    )


def parked_view(row: Mapping[str, Any], language: Language) -> Json:
    """A parked message; `language` is that of its reason."""
    return {
        "id": str(row["id"]),
        "kind": row["kind"],
        "reason": {"code": row["reason"]["code"], "message": _why(row["reason"], language)},
        "message": {
            "source": row["source"],
            "id": row["message_id"],
            "type": row["type"],
            "subject": row["subject"],
            "time": moment(row["time"]),
        },
        "body": row["body"],
        "queue": row["queue"],
        "attempts": row["attempts"],
        "received_at": moment(row["received_at"]),
    }


def _why(reason: Mapping[str, Any], language: Language) -> str:
    """In the reader's language, when it is ours to say; what the bus has said stays as it was said."""
    said = [
        (f"{one['field']}: " if one["field"] else "") + sentence(one["code"], one["data"]).text(language)
        for one in reason.get("said", ())
    ]
    return ", ".join(said) or str(reason["message"])
