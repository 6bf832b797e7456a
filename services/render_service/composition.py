"""Puts the render service together: the only module that knows its concrete parts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from services.render_service.engine.pool import Pool
from services.render_service.handler import RenderHandler
from services.render_service.own_forms import OwnForms
from services.render_service.settings import RenderSettings
from shared.bus import topology
from shared.bus.port import Bus, Subscription
from shared.documents.store import DocumentStore
from shared.observability.health import Check

# Batches render when nobody waits: their processes leave the processor to the interactive ones.
_BULK_NICENESS = 10


def template_names(settings: RenderSettings) -> tuple[str, ...]:
    """The forms that documents can be printed with, by name."""
    return OwnForms(settings.templates_folder).names()


@asynccontextmanager
async def serving(settings: RenderSettings, bus: Bus) -> AsyncIterator[Mapping[str, Check]]:
    """Consume render commands while inside; yields the readiness checks.

    The two queues share nothing but the store: a month end never delays a preview.

    Raises:
        ChildUnavailable: a rendering process can't be started (WeasyPrint's libraries missing, most often).
        BadStoreUrl: the settings name no document store.
    """
    store = DocumentStore(settings.documents_url)
    forms = OwnForms(settings.templates_folder)
    attempts = min(settings.attempts, settings.retry_attempts)  # else the bus would park it before we answer
    async with (
        Pool.running(settings.limits(niceness=0), size=settings.interactive_concurrency) as interactive,
        Pool.running(settings.limits(niceness=_BULK_NICENESS), size=settings.bulk_concurrency) as bulk,
    ):
        subscriptions: list[Subscription] = []
        try:
            for queue, pool, concurrency, waiting in (
                (
                    topology.RENDER,
                    interactive,
                    settings.interactive_concurrency,
                    settings.interactive_waiting,
                ),
                (topology.RENDER_BULK, bulk, settings.bulk_concurrency, 0),
            ):
                handler = RenderHandler(pool, store, bus, forms, attempts=attempts, concurrency=concurrency)
                subscriptions.append(await bus.serve(queue, handler, concurrency=concurrency + waiting))

            async def consuming() -> bool:
                return all(subscription.alive() for subscription in subscriptions)

            yield {"bus": bus.ready, "documents": store.reachable, "render_consumers": consuming}
        finally:
            await asyncio.gather(*(subscription.stop() for subscription in subscriptions))
