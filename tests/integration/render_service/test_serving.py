"""The service on a bus: both queues, one store, readiness, and the way out."""

import asyncio
import os
from pathlib import Path

import pytest

from services.render_service.composition import serving
from services.render_service.key import key_of
from services.render_service.settings import RenderSettings
from shared.bus import topology
from shared.bus.outcome import Ack
from shared.contracts.registry import parse
from shared.contracts.results import DocumentRendered, DocumentRenderFailed
from shared.documents.store import BadStoreUrl, DocumentStore
from tests.integration.render_service.documents import endless, small
from tests.integration.render_service.processes import rendering_processes
from tests.support.pictures import pictures_in, png
from tests.unit.render_service.doubles import RecordingBus, command
from tests.unit.render_service.snapshots import with_logo


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


def _settings(folder: Path, **changes: object) -> RenderSettings:
    values = {"documents_url": folder.as_uri(), "interactive_concurrency": 1, "bulk_concurrency": 1} | changes
    return RenderSettings.model_validate(values)


async def test_both_queues_are_served_and_their_documents_kept(bus: RecordingBus, tmp_path: Path) -> None:
    async with serving(_settings(tmp_path), bus):
        for queue, held in ((topology.RENDER, 3), (topology.RENDER_BULK, 1)):
            handler, concurrency = bus.handlers[queue]
            assert concurrency == held
            assert await handler(command(small(), queue=queue, message_id=queue)) == Ack()

    first, second = (parse(envelope.type, envelope.data) for envelope in bus.published)
    assert isinstance(first, DocumentRendered)
    assert first == second
    assert first.document.key == key_of(small())
    assert (await DocumentStore(tmp_path.as_uri()).get(first.document)).startswith(b"%PDF")
    assert bus.published[0].id != bus.published[1].id


async def test_a_logo_is_printed_from_the_store_and_only_if_it_is_the_right_one(
    bus: RecordingBus, tmp_path: Path
) -> None:
    store = DocumentStore(tmp_path.as_uri())
    logo = await store.put("logos/a.png", png(7, 5))
    whole = with_logo(logo, "image/png")
    mislabelled = with_logo(logo, "image/svg+xml")
    missing = with_logo(logo.model_copy(update={"key": "logos/b.png"}), "image/png")
    async with serving(_settings(tmp_path), bus):
        handler, _ = bus.handlers[topology.RENDER]
        for number, snapshot in enumerate((whole, mislabelled, missing)):
            assert await handler(command(snapshot, message_id=f"m-{number}")) == Ack()
        (tmp_path / "logos/a.png").write_bytes(png(5, 7))
        changed = whole.model_copy(update={"number": "00005"})
        assert await handler(command(changed, message_id="m-4")) == Ack()
        assert await handler(command(whole, message_id="m-5")) == Ack()

    first, *refused, again = (parse(envelope.type, envelope.data) for envelope in bus.published)
    assert isinstance(first, DocumentRendered)
    assert pictures_in(await store.get(first.document)) == [(7, 5)]
    assert [one.reason.code for one in refused if isinstance(one, DocumentRenderFailed)] == ["bad_logo"] * 3
    assert again == first


async def test_a_batch_at_work_delays_nobody_who_waits(bus: RecordingBus, tmp_path: Path) -> None:
    async with serving(_settings(tmp_path), bus):
        bulk, _ = bus.handlers[topology.RENDER_BULK]
        interactive, _ = bus.handlers[topology.RENDER]
        batch = asyncio.ensure_future(bulk(command(endless(), queue=topology.RENDER_BULK)))
        await asyncio.sleep(0)

        assert await interactive(command(small())) == Ack()

        assert not batch.done()
        batch.cancel()
        await asyncio.wait({batch})


async def test_a_document_that_always_dies_is_answered_before_the_bus_parks_it(
    bus: RecordingBus, tmp_path: Path
) -> None:
    settings = _settings(tmp_path, wall_seconds=0.3, attempts=5, RETRY_ATTEMPTS=2)
    async with serving(settings, bus):
        handler, _ = bus.handlers[topology.RENDER]

        assert await handler(command(endless(), attempt=2)) == Ack()

    (result,) = (parse(envelope.type, envelope.data) for envelope in bus.published)
    assert isinstance(result, DocumentRenderFailed)
    assert result.reason.code == "render_timeout"


async def test_ready_while_serving_and_nothing_left_behind_afterwards(
    bus: RecordingBus, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    async with serving(_settings(folder, interactive_concurrency=2), bus) as checks:
        assert len(rendering_processes(os.getpid())) == 3
        assert {name: await check() for name, check in checks.items()} == {
            "bus": True,
            "documents": True,
            "render_consumers": True,
        }
        await bus.subscriptions[1].stop()
        folder.rmdir()
        assert not await checks["render_consumers"]()
        assert not await checks["documents"]()

    assert [subscription.alive() for subscription in bus.subscriptions] == [False, False]
    assert rendering_processes(os.getpid()) == set()


async def test_a_queue_that_cannot_be_served_stops_the_other(bus: RecordingBus, tmp_path: Path) -> None:
    bus.refused_queue = topology.RENDER_BULK

    with pytest.raises(ConnectionError):
        async with serving(_settings(tmp_path), bus):
            pass

    assert [subscription.alive() for subscription in bus.subscriptions] == [False]
    assert rendering_processes(os.getpid()) == set()


async def test_a_store_that_is_none(bus: RecordingBus, tmp_path: Path) -> None:
    with pytest.raises(BadStoreUrl):
        async with serving(_settings(tmp_path, documents_url="nowhere"), bus):
            pass
