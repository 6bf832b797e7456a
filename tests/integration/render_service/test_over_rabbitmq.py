"""The render service on a real broker: what an editing clerk and a month end ask of it."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.render_service.composition import serving
from services.render_service.settings import RenderSettings
from shared.bus import topology
from shared.bus.outcome import Ack, Outcome
from shared.bus.port import Delivery
from shared.bus.rabbitmq import RabbitMQBus
from shared.bus.retry import RetryPolicy
from shared.contracts.registry import parse
from shared.contracts.results import DocumentRendered
from shared.contracts.values import DocumentSnapshot
from shared.documents.store import DocumentStore
from tests.e2e.documents import printed
from tests.integration.render_service.documents import small
from tests.support.messages import CLOSE_SECONDS
from tests.unit.render_service.doubles import command

PATIENCE = 60


@dataclass
class Desk:
    """Whoever asks for documents, and keeps the answers in their order."""

    bus: RabbitMQBus
    answers: list[DocumentRendered] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def ask(self, queue: str, snapshots: Iterable[DocumentSnapshot], *, preview: bool = False) -> None:
        await asyncio.gather(
            *(
                self.bus.publish(
                    command(one, queue=queue, message_id=str(uuid.uuid4()), preview=preview).envelope
                )
                for one in snapshots
            )
        )

    async def answered(self, delivery: Delivery) -> Outcome:
        result = parse(delivery.envelope.type, delivery.envelope.data)
        assert isinstance(result, DocumentRendered)
        async with self._changed:
            self.answers.append(result)
            self._changed.notify_all()
        return Ack()

    async def until_answered(self, snapshot: DocumentSnapshot) -> DocumentRendered:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: self.of(snapshot))
        return self.of(snapshot)[0]

    def of(self, snapshot: DocumentSnapshot) -> list[DocumentRendered]:
        asked = (snapshot.invoice_id, snapshot.version)
        return [one for one in self.answers if (one.invoice_id, one.version) == asked]


@pytest.fixture
async def desk(rabbitmq_url: str) -> AsyncIterator[Desk]:
    policy = RetryPolicy(delays=(dt.timedelta(seconds=1),), attempts=3)
    bus = await RabbitMQBus.connect(rabbitmq_url, policy, name="desk")
    desk = Desk(bus)
    await bus.serve(topology.RESULTS, desk.answered, concurrency=10)
    yield desk
    await asyncio.wait_for(bus.close(), CLOSE_SECONDS)


@asynccontextmanager
async def rendering(url: str, folder: Path) -> AsyncIterator[None]:
    """A render service with one rendering process a queue."""
    settings = RenderSettings.model_validate(
        {
            "documents_url": folder.as_uri(),
            "interactive_concurrency": 1,
            "bulk_concurrency": 1,
            "AMQP_URL": url,
        }
    )
    bus = await RabbitMQBus.connect(url, settings.retry_policy(), name="render_service")
    try:
        async with serving(settings, bus):
            yield
    finally:
        await asyncio.wait_for(bus.close(), CLOSE_SECONDS)


def documents_in(folder: Path) -> int:
    return len(list(folder.rglob("*.pdf")))


async def test_of_twenty_quick_edits_few_are_rendered_and_the_last_one_is_right(
    desk: Desk, rabbitmq_url: str, tmp_path: Path
) -> None:
    revisions = [small().model_copy(update={"version": n, "number": f"PF-{n:04}"}) for n in range(1, 21)]
    for revision in revisions:
        await desk.ask(topology.RENDER, [revision], preview=True)

    async with rendering(rabbitmq_url, tmp_path):
        last = await desk.until_answered(revisions[-1])

    pdf = await DocumentStore(tmp_path.as_uri()).get(last.document)
    assert "PF-0020" in printed(pdf)
    assert documents_in(tmp_path) == len(desk.answers) < 10


async def test_who_waits_is_served_before_the_two_hundred_of_a_batch(
    desk: Desk, rabbitmq_url: str, tmp_path: Path
) -> None:
    batch = [small(n).model_copy(update={"invoice_id": str(uuid.uuid4())}) for n in range(200)]
    waited_for = small(1000).model_copy(update={"invoice_id": str(uuid.uuid4())})
    await desk.ask(topology.RENDER_BULK, batch)

    async with rendering(rabbitmq_url, tmp_path):
        await desk.until_answered(batch[0])
        before = len(desk.answers)
        await desk.ask(topology.RENDER, [waited_for])
        await desk.until_answered(waited_for)

        # Some of the batch end while that one is made, on a processor of their own: never a queue of them.
        assert len(desk.answers) - before < 20
