"""A bus that keeps what it is given, and a renderer that says what it is told to."""

import datetime as dt
from collections import deque

from services.render_service.own_forms import OwnForm
from shared.bus.port import Delivery, Handler, ParkedHandler, PublishError, Subscription, Together
from shared.contracts.commands import RenderDocument
from shared.contracts.envelope import Envelope
from shared.contracts.values import DocumentSnapshot


class Stoppable:
    """A subscription; `running` until stopped."""

    def __init__(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running = False

    def alive(self) -> bool:
        return self.running


class RecordingBus:
    """Keeps published envelopes and served handlers. `failures` are raised by the next publishes."""

    def __init__(self) -> None:
        self.published: list[Envelope] = []
        self.failures: deque[PublishError] = deque()
        self.handlers: dict[str, tuple[Handler, int]] = {}
        self.subscriptions: list[Stoppable] = []
        self.refused_queue: str | None = None

    async def publish(self, envelope: Envelope) -> None:
        if self.failures:
            raise self.failures.popleft()
        self.published.append(envelope)

    async def publish_to_queue(self, queue: str, body: bytes, message_id: str) -> None:
        raise NotImplementedError

    async def serve(
        self, queue: str, handler: Handler, *, concurrency: int, together: Together | None = None
    ) -> Subscription:
        if queue == self.refused_queue:
            raise ConnectionError(queue)
        self.handlers[queue] = (handler, concurrency)
        self.subscriptions.append(Stoppable())
        return self.subscriptions[-1]

    async def serve_parked(self, handler: ParkedHandler) -> Subscription:
        raise NotImplementedError

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        raise NotImplementedError


class ScriptedRenderer:
    """Answers each job with the next of its `answers`; an exception is raised."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = deque(answers)
        self.jobs: list[DocumentSnapshot] = []
        self.logos: list[bytes | None] = []
        self.forms: list[OwnForm | None] = []

    async def render(self, snapshot: DocumentSnapshot, logo: bytes | None, form: OwnForm | None) -> bytes:
        self.jobs.append(snapshot)
        self.logos.append(logo)
        self.forms.append(form)
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer


def command(
    snapshot: DocumentSnapshot,
    *,
    queue: str = "render.interactive",
    attempt: int = 1,
    message_id: str = "m-1",
    preview: bool = False,
) -> Delivery:
    """A delivery of a render command."""
    type_ = "commands.document.render.bulk.v1" if queue == "render.bulk" else "commands.document.render.v1"
    data = RenderDocument(
        invoice_id=snapshot.invoice_id, version=snapshot.version, preview=preview, document=snapshot
    )
    envelope = Envelope(
        id=message_id,
        source="urn:factures:invoice-service",
        type=type_,
        subject="00004",
        time=dt.datetime(2025, 7, 18, 14, 3, 11, tzinfo=dt.UTC),
        data=data.model_dump(mode="json"),
        correlationid="c-1",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    return Delivery(envelope=envelope, queue=queue, attempt=attempt)
