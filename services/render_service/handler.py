"""A render command: find the PDF, or fetch its logo and make it; keep it, say so.

Idempotent by the document's key: whatever is delivered twice, one document is kept and its bytes never change.
What the document can't help (store, bus, machine) is tried again; what it is to blame for is answered with
`DocumentRenderFailed`. A preview that a later revision has overtaken is not made, and not answered (ADR 22).
"""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog

from services.render_service.errors import (
    ChildUnavailable,
    RenderCrashed,
    RenderTimedOut,
    UnknownTemplate,
    Unprintable,
)
from services.render_service.key import key_of
from services.render_service.logo import logo_of
from services.render_service.own_forms import OwnForm
from services.render_service.turns import Turns
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Bus, Delivery, PublishError
from shared.contracts.commands import RenderDocument
from shared.contracts.envelope import Envelope, caused_by
from shared.contracts.reading import Unreadable, read
from shared.contracts.results import DocumentRendered, DocumentRenderFailed
from shared.contracts.values import DocumentRef, DocumentSnapshot, Reason
from shared.documents.store import DocumentStore, StoreUnavailable
from shared.observability.logging import log_context

SOURCE = "urn:factures:render_service"
RENDERED = "results.document.rendered.v1"
FAILED = "results.document.render_failed.v1"
_NAMESPACE = uuid.UUID("0198f3c2-5b1e-7c3a-9d44-6f0f4f0a7d11")

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Renderer(Protocol):
    """Makes PDFs; `engine.pool.Pool` does."""

    async def render(self, snapshot: DocumentSnapshot, logo: bytes | None, form: OwnForm | None) -> bytes:
        """The PDF of a snapshot. `logo`: the bytes that its issuer's logo refers to; `form`: one of the shop.

        Raises:
            Unprintable, RenderTimedOut, RenderCrashed, ChildUnavailable: there is none.
        """


class Forms(Protocol):
    """The shop's own forms; `own_forms.OwnForms` is."""

    def find(self, name: str) -> OwnForm | None:
        """The form of this name; None when it is one of the house.

        Raises:
            Unprintable: there is none, or it can't be used.
        """


class RenderHandler:
    """Handles the render commands of one queue."""

    def __init__(
        self,
        renderer: Renderer,
        store: DocumentStore,
        bus: Bus,
        forms: Forms,
        *,
        attempts: int,
        concurrency: int = 1,
    ) -> None:
        """`attempts`: after how many deaths of its rendering a document counts as failed.

        `concurrency`: how many are rendered at once; whoever is handed more waits for a turn.

        One death may be the machine's doing (memory short, another process hungry), so it is tried again.
        """
        self._renderer = renderer
        self._store = store
        self._bus = bus
        self._forms = forms
        self._attempts = attempts
        self._turns = Turns(concurrency)

    async def __call__(self, delivery: Delivery) -> Outcome:
        """Render, keep, publish; in that order, so that a result is never ahead of its document."""
        envelope = delivery.envelope
        try:
            command = read(envelope, RenderDocument)
        except Unreadable as error:
            return DeadLetter(str(error))
        with log_context(
            message_id=envelope.id, correlation_id=envelope.correlationid, invoice_id=command.invoice_id
        ):
            return await self._handle(delivery, command)

    async def _handle(self, delivery: Delivery, command: RenderDocument) -> Outcome:
        result: DocumentRendered | DocumentRenderFailed
        try:
            document = await self._document(command)
        except Unprintable as error:
            result = _failed(command, error.code, error.message)
        except (RenderTimedOut, RenderCrashed) as error:
            log.warning("rendering died", code=error.code, why=error.message, attempt=delivery.attempt)
            if delivery.attempt < self._attempts:
                return Retry(error.message)
            result = _failed(command, error.code, error.message)
        except (StoreUnavailable, ChildUnavailable) as error:
            log.warning("not rendered", why=str(error))
            return Retry(str(error))
        else:
            if document is None:
                log.info("preview of an older revision skipped", version=command.version)
                return Ack()
            result = DocumentRendered(
                invoice_id=command.invoice_id, version=command.version, document=document
            )
        try:
            await self._bus.publish(_answer(delivery.envelope, result))
        except PublishError as error:
            return Retry(str(error))
        if isinstance(result, DocumentRenderFailed):
            log.warning("document not printable", code=result.reason.code)
        return Ack()

    async def _document(self, command: RenderDocument) -> DocumentRef | None:
        """The document, kept; None: nobody wants it any more.

        Only the rendering takes a turn. What it needs is read while others have theirs, and what it made is kept while
        the next one has its own: no rendering process waits for a disk, or for the broker.
        """
        async with _beside(self._prepare(command.document)) as preparing, self._turns.turn(command) as wanted:
            if not wanted:
                return None
            ready = await preparing
            if isinstance(ready, DocumentRef):
                return ready
            pdf = await self._renderer.render(command.document, ready.logo, ready.form)
        return await self._store.put(ready.key, pdf)

    async def _prepare(self, snapshot: DocumentSnapshot) -> "DocumentRef | _Ready":
        """What a rendering needs; or the document itself, when it is kept already."""
        try:
            form = await asyncio.to_thread(self._forms.find, snapshot.template)
        except UnknownTemplate:
            kept = await self._store.find(key_of(snapshot))
            if kept is None:
                raise
            return kept  # a form of the house that has gone with an old release leaves its documents
        key = key_of(snapshot, form)
        kept = await self._store.find(key)
        if kept is not None:
            return kept
        return _Ready(key, await logo_of(snapshot, self._store), form)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a rendering needs besides its snapshot, and where its PDF goes."""

    key: str
    logo: bytes | None
    form: OwnForm | None


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Work that goes on while inside; what is not done by then is given up."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen: whoever wanted it has awaited it


def _failed(command: RenderDocument, code: str, message: str) -> DocumentRenderFailed:
    return DocumentRenderFailed(
        invoice_id=command.invoice_id, version=command.version, reason=Reason(code=code, message=message)
    )


def _answer(command: Envelope, result: DocumentRendered | DocumentRenderFailed) -> Envelope:
    """The result's message. Its id follows from what it says: the same answer twice is one message."""
    said = hashlib.sha256(result.model_dump_json().encode()).hexdigest()
    type_ = RENDERED if isinstance(result, DocumentRendered) else FAILED
    message_id = uuid.uuid5(_NAMESPACE, f"{command.source}\n{command.id}\n{type_}\n{said}")
    return caused_by(command, message_id=str(message_id), source=SOURCE, type_=type_, data=result)
