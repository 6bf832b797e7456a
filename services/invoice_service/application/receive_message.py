"""Receive a message of a production system, once: from RabbitMQ or through its HTTP twin."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from services.invoice_service.application.auto_draft import auto_draft
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_customer import customer_of, put_customer
from services.invoice_service.application.put_job import job_input_of, put_job
from services.invoice_service.domain.errors import Conflict, Invalid, Refusal
from services.invoice_service.domain.sentences import sentence
from shared.contracts.envelope import Envelope
from shared.contracts.production import CustomerUpdated, JobCompleted, JobUpdated
from shared.contracts.registry import UnknownMessageType, parse

log = structlog.get_logger(__name__)

# How a message that was refused is parked: for what it names, or for what it says.
_REFUSED = ("unknown_reference", "dead")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message: the pro forma that was prepared, or where it is parked and why."""

    outcome: Literal["applied", "duplicate", "superseded", "parked"]
    invoice: str | None = None
    parked: uuid.UUID | None = None
    reason: str | None = None


async def receive(uow: UnitOfWork, context: Context, envelope: Envelope, *, queue: str) -> Received:
    """Apply a message, once. One that names what we do not know is parked, to be replayed once we do.

    Its identity is known from then on: another body under it is quarantined, the same body is tried again.

    Raises:
        UnknownMessageType: no production message has this type.
        pydantic.ValidationError: its data do not fit.
        StorageUnavailable, TransactionConflict: nothing was done, it may be delivered again.
    """
    return await apply_message(uow, context, envelope, read_message(envelope), queue=queue)


Message = JobCompleted | JobUpdated | CustomerUpdated


def read_message(envelope: Envelope) -> Message:
    """What a production system says.

    Raises:
        UnknownMessageType, pydantic.ValidationError: see `receive`.
    """
    message = parse(envelope.type, envelope.data)
    if not isinstance(message, Message):
        raise UnknownMessageType(envelope.type)
    return message


async def apply_message(
    uow: UnitOfWork, context: Context, envelope: Envelope, message: Message, *, queue: str
) -> Received:
    """`receive`, of a message that is read."""
    claimed = await uow.inbox.claim(envelope.source, envelope.id, envelope.fingerprint(), envelope.type)
    if claimed == "conflict":
        parked = await park_message(uow, envelope, queue, kind="quarantined", code="conflicting_repeat")
        return Received("parked", parked=parked, reason="conflicting_repeat")
    waiting = None
    if claimed == "duplicate":
        waiting = await uow.parked.waiting([_identity(kind, envelope) for kind in _REFUSED])
        if waiting is None:
            return Received("duplicate")
    try:
        async with uow.savepoint():
            received = await _apply(uow, context, envelope, message)
    except Refusal as refusal:
        received = await _parked(uow, envelope, refusal, queue)
        if waiting is not None and waiting != received.parked:
            # Parked for another reason now: one entry at a time, or it would be applied once for each.
            await uow.parked.discard(waiting)
        return received
    if waiting is not None:
        await uow.parked.discard(waiting)
    return received


async def _apply(
    uow: UnitOfWork,
    context: Context,
    envelope: Envelope,
    message: Message,
) -> Received:
    if isinstance(message, CustomerUpdated):
        await put_customer(uow, context, customer_of(message.customer, await uow.settings.get()))
        return Received("applied")
    put = await put_job(uow, context, job_input_of(message.job), message_time=envelope.time)
    outcome: Literal["applied", "superseded"] = "superseded" if put.superseded else "applied"
    if not isinstance(message, JobCompleted):
        return Received(outcome)
    try:
        async with uow.savepoint():
            return Received(outcome, invoice=await auto_draft(uow, context, put.job))
    except (Conflict, Invalid) as refusal:
        # The job is up to date all the same; a clerk sees it in the work list.
        log.info("no pro forma was prepared", job=put.job.number, code=refusal.code)
        return Received(outcome, reason=refusal.code)


async def _parked(uow: UnitOfWork, envelope: Envelope, refusal: Refusal, queue: str) -> Received:
    unknown = isinstance(refusal, Invalid) and any(
        error.code == "unknown_reference" for error in refusal.errors
    )
    kind = _REFUSED[0] if unknown else _REFUSED[1]
    fields = ", ".join(f"{error.field}: {sentence(error.code, error.data).fr}" for error in refusal.errors)
    parked = await park_message(
        uow,
        envelope,
        queue,
        kind=kind,
        code="unknown_reference" if unknown else refusal.code,
        message=fields or sentence(refusal.code, refusal.data).fr,
        said=[
            {"field": error.field, "code": error.code, "data": dict(error.data)} for error in refusal.errors
        ]
        or [{"field": "", "code": refusal.code, "data": dict(refusal.data)}],
    )
    return Received("parked", parked=parked, reason="unknown_reference" if unknown else refusal.code)


def _identity(kind: str, envelope: Envelope) -> str:
    return f"{kind} {envelope.source} {envelope.id}"


async def park_message(
    uow: UnitOfWork,
    envelope: Envelope,
    queue: str,
    *,
    kind: str,
    code: str,
    message: str = "",
    said: Sequence[Mapping[str, Any]] = (),
) -> uuid.UUID:
    """Keep a message for a person; the same one again is the same entry.

    `said` is what `message` says, by field, to be said in the language of whoever reads it.
    """
    identity = _identity(kind, envelope)
    if kind == "quarantined":
        identity = f"{identity} {envelope.fingerprint()}"
    return await uow.parked.park(
        {
            "kind": kind,
            "reason": {
                "code": code,
                "message": message or sentence(code).fr,
                "said": list(said) or [{"field": "", "code": code, "data": {}}],
            },
            "source": envelope.source,
            "message_id": envelope.id,
            "type": envelope.type,
            "subject": envelope.subject,
            "time": envelope.time,
            "body": envelope.encode().decode(),
            "queue": queue,
            "attempts": 1,
            "identity": identity,
        }
    )
