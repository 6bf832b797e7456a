"""What the API is given by the composition, and under which keys a request finds it."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from services.invoice_service.application.answers import Answers
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.live import Live
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.domain.actors import Actor
from services.invoice_service.settings import InvoiceSettings
from shared.documents.store import DocumentStore
from shared.observability.health import Check, Presence
from shared.observability.start import Start, at_work

_ASKING_AT_ONCE = 3
"""Few at a time: of many documents that are asked for at once the first is with its worker the sooner."""


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ApiServices:
    """Everything outside the API that its handlers use.

    `after_commit` is called after every transaction that may have put messages in the outbox: a hint, which may
    do nothing. `answers`: what wakes those who wait for a worker;
    `asking`: held by who asks one for a document. `check_wanted`, another
    hint: a check of the books was asked for. `checks` are what `/readyz` asks;
    `start` says what the process waits for before it begins, `presence` when it is about to stop.
    """

    transactions: Transactions[UnitOfWork]
    clock: Callable[[], dt.datetime]
    settings: InvoiceSettings
    documents: DocumentStore
    live: Live
    after_commit: Callable[[], None] = _nothing
    answers: Answers = field(default_factory=Answers)
    asking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_ASKING_AT_ONCE))
    check_wanted: Callable[[], None] = _nothing
    checks: Mapping[str, Check] = field(default_factory=dict)
    start: Start = field(default_factory=at_work)
    presence: Presence = field(default_factory=Presence)


SERVICES = web.AppKey("services", ApiServices)
REQUEST_ID = web.RequestKey("request_id", str)
TRACEPARENT = web.RequestKey("traceparent", str)
ACTOR = web.RequestKey("actor", Actor)
BODY = web.RequestKey("body", bytes)
BODY_LIMIT = web.RequestKey("body_limit", int)
