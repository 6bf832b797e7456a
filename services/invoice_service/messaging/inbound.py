"""What comes in: results of the workers, messages of production systems, and what could not be handled.

Inbox row and effect are one transaction; the delivery is acknowledged after it. A message of a known identity
has no further effect; one with another body under a known identity is quarantined.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

import pydantic

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import (
    StorageUnavailable,
    TransactionConflict,
    Transactions,
)
from services.invoice_service.application.receive_message import park_message, read_message, receive
from services.invoice_service.application.receive_together import Arrived, receive_together
from services.invoice_service.application.record_results import record_result
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.errors import Refusal
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Delivery, ParkedDelivery
from shared.contracts.envelope import Envelope
from shared.contracts.production import CustomerUpdated
from shared.contracts.reading import what_is_wrong
from shared.contracts.registry import UnknownMessageType, parse
from shared.contracts.results import DocumentRendered, DocumentRenderFailed


def context_of(envelope: Envelope, now: dt.datetime) -> Context:
    """The context of what a message causes: the message itself is who acts."""
    return Context(
        actor=Actor("message", envelope.id, envelope.type, Role.INTEGRATION),
        now=now,
        correlation_id=envelope.correlationid or envelope.id,
        traceparent=envelope.traceparent,
        causation_id=envelope.id,
    )


_OF_JOBS = ("production.job.completed.v1", "production.job.updated.v1")
_WORTH_IT = 2
"""Fewer are handled alone."""


def _nobody_waits(_invoice_id: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Inbound:
    """The handlers of the invoice service's queues. `after_commit` hints the relay.

    `answered`, another hint, is told about which invoice a worker's answer is in the database now.
    """

    transactions: Transactions[UnitOfWork]
    clock: Callable[[], dt.datetime]
    after_commit: Callable[[], None]
    answered: Callable[[str], None] = _nobody_waits

    async def result(self, delivery: Delivery) -> Outcome:
        """Apply one result of a worker."""
        envelope = delivery.envelope
        try:
            result = parse(envelope.type, envelope.data)
        except UnknownMessageType as error:
            return DeadLetter(str(error))
        except pydantic.ValidationError as error:
            return DeadLetter(what_is_wrong(error))
        context = context_of(envelope, self.clock())
        try:
            async with self.transactions.writing() as uow:
                claimed = await uow.inbox.claim(
                    envelope.source, envelope.id, envelope.fingerprint(), envelope.type
                )
                if claimed == "conflict":
                    await park_message(
                        uow, envelope, delivery.queue, kind="quarantined", code="conflicting_repeat"
                    )
                elif claimed == "new":
                    await record_result(uow, context, result)
        except (StorageUnavailable, TransactionConflict) as error:
            return Retry(str(error))
        self.after_commit()
        if isinstance(result, DocumentRendered | DocumentRenderFailed):
            self.answered(result.invoice_id)
        return Ack()

    async def production(self, delivery: Delivery) -> Outcome:
        """Apply one message of a production system."""
        context = context_of(delivery.envelope, self.clock())
        try:
            async with self.transactions.writing() as uow:
                await receive(uow, context, delivery.envelope, queue=delivery.queue)
        except UnknownMessageType as error:
            return DeadLetter(str(error))
        except pydantic.ValidationError as error:
            return DeadLetter(what_is_wrong(error))
        except (StorageUnavailable, TransactionConflict) as error:
            return Retry(str(error))
        self.after_commit()
        return Ack()

    async def production_together(self, deliveries: Sequence[Delivery]) -> list[Outcome | None]:
        """Apply several at once; None: that one is to be handled alone. What follows a customer waits for it."""
        now = self.clock()
        of_jobs = takewhile(lambda delivery: delivery.envelope.type in _OF_JOBS, deliveries)
        arrived = [_arrived(delivery.envelope, now) for delivery in of_jobs]
        arrived += [None] * (len(deliveries) - len(arrived))
        taken = [one for one in arrived if one is not None]
        if len(taken) < _WORTH_IT:
            return [None] * len(deliveries)
        try:
            async with self.transactions.writing() as uow:
                applied = iter(await receive_together(uow, taken, queue=deliveries[0].queue))
        except StorageUnavailable as error:
            return [Retry(str(error)) if one else None for one in arrived]
        except (TransactionConflict, Refusal):
            return [None] * len(deliveries)
        self.after_commit()
        return [Ack() if one is not None and next(applied) else None for one in arrived]

    async def parked(self, delivery: ParkedDelivery) -> None:
        """Keep a dead letter where a person sees it. Raises when it could not be kept: it is delivered again."""
        async with self.transactions.writing() as uow:
            await uow.parked.park(dead_letter(delivery))


def _arrived(envelope: Envelope, now: dt.datetime) -> Arrived | None:
    """A message about a job; None when it can't be read."""
    try:
        message = read_message(envelope)
    except pydantic.ValidationError:
        return None
    return (
        None
        if isinstance(message, CustomerUpdated)
        else Arrived(context_of(envelope, now), envelope, message)
    )


def dead_letter(delivery: ParkedDelivery) -> dict[str, object]:
    """A dead letter as it is kept."""
    envelope = delivery.envelope
    # What is no message may be anything: a text of the database holds no NUL, its index no long body.
    body = delivery.body.decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    identity = f"{envelope.source} {envelope.id}" if envelope else hashlib.sha256(delivery.body).hexdigest()
    return {
        "kind": "dead",
        "reason": {"code": "dead", "message": delivery.reason},
        "source": envelope.source if envelope else None,
        "message_id": envelope.id if envelope else None,
        "type": envelope.type if envelope else None,
        "subject": envelope.subject if envelope else None,
        "time": envelope.time if envelope else None,
        "body": body,
        "queue": delivery.queue,
        "attempts": delivery.attempts,
        "identity": f"{delivery.queue} {identity}",
    }
