"""A mailer on a real database and a real SMTP server, with a bus that only records."""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from services.mailer.composition import sessions
from services.mailer.deliveries import Deliveries
from services.mailer.handler import SendEmailHandler
from services.mailer.progress import Email
from services.mailer.settings import MailerSettings
from shared.bus import topology
from shared.bus.outcome import Outcome
from shared.bus.port import ConfirmUnknown, Delivery, Handler, ParkedHandler, Subscription, Together
from shared.contracts.commands import Attachment, SendEmail
from shared.contracts.envelope import Envelope
from shared.documents.store import DocumentStore
from shared.postgres.pool import Pool
from tests.support.smtp import MailServer
from tests.unit.mailer.commands import enveloped


class RecordingBus:
    """Takes what is published, unless told to fail."""

    def __init__(self) -> None:
        self.published: list[Envelope] = []
        self.requeued: list[tuple[str, Envelope]] = []
        self.queue_fails = False
        self.fails: Callable[[Envelope], bool] = lambda _envelope: False
        self.handler: Handler | None = None
        self.consuming = False
        self.closed = False

    async def reached(self) -> None:
        """It is there at once."""

    async def publish(self, envelope: Envelope) -> None:
        if self.fails(envelope):
            raise ConfirmUnknown(envelope.id, "told to fail")
        self.published.append(envelope)

    async def publish_to_queue(self, queue: str, body: bytes, message_id: str) -> None:
        if self.queue_fails:
            raise ConfirmUnknown(message_id, "told to fail")
        envelope = Envelope.decode(body)
        assert envelope.id == message_id
        self.requeued.append((queue, envelope))

    async def serve(
        self, queue: str, handler: Handler, *, concurrency: int, together: Together | None = None
    ) -> Subscription:
        assert queue == topology.EMAIL
        assert concurrency > 0
        self.handler = handler
        self.consuming = True
        return self

    async def serve_parked(self, handler: ParkedHandler) -> Subscription:
        raise NotImplementedError

    async def stop(self) -> None:
        self.consuming = False

    def alive(self) -> bool:
        return self.consuming

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        self.closed = True

    def types(self) -> list[str]:
        """The types published, without the common beginning and the version."""
        return [one.type.removeprefix("results.email.").removesuffix(".v1") for one in self.published]


class Desk:
    """The handler and all it stands on but the mail server."""

    def __init__(self, settings: MailerSettings, pool: Pool) -> None:
        self.settings = settings
        self.pool = pool
        self.bus = RecordingBus()
        self.documents = DocumentStore(settings.documents_url)
        self.deliveries = Deliveries(pool)
        self.now = dt.datetime(2025, 7, 18, 15, 0, tzinfo=dt.UTC)

    @asynccontextmanager
    async def handler(self, settings: Mapping[str, object] | None = None) -> AsyncIterator[SendEmailHandler]:
        """A mailer that has just been started, perhaps with other settings; stopped on leaving."""
        chosen = self.settings.model_copy(update=settings)
        async with sessions(chosen) as kept:
            yield SendEmailHandler(
                chosen,
                bus=self.bus,
                deliveries=self.deliveries,
                documents=self.documents,
                sessions=kept,
                clock=lambda: self.now,
                record_pauses=(0.01, 0.01),
            )

    async def deliver(
        self, command: SendEmail, *, attempt: int = 1, settings: Mapping[str, object] | None = None
    ) -> Outcome:
        """One delivery of the command, to a mailer that has just been started."""
        async with self.handler(settings) as handler:
            return await handler.handle(Delivery(enveloped(command), topology.EMAIL, attempt))

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(seconds=seconds)

    async def record(self, command: SendEmail) -> Email:
        """What the mailer knows of an e-mail."""
        _, email = await self.deliveries.apply(command.email_id, lambda known: known)
        return email

    async def states(self, command: SendEmail) -> list[str]:
        """The state of each recipient, in the order of the command."""
        return [one.state for one in (await self.record(command)).recipients]

    async def attach(self, name: str, content: bytes) -> Attachment:
        """An attachment whose document is in the store."""
        document = await self.documents.put(f"tests/{hashlib.sha256(content).hexdigest()}.pdf", content)
        return Attachment(name=name, content_type="application/pdf", document=document)


class Mailroom(Desk):
    """A desk with a mail server that fails where a test tells it to."""

    def __init__(self, settings: MailerSettings, pool: Pool, server: MailServer) -> None:
        super().__init__(settings, pool)
        self.server = server
