"""The parts of the invoice service as processes of their own: they tell one another what each would find by looking."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from services.invoice_service.composition import consumer, relay
from services.invoice_service.settings import InvoiceSettings
from shared.bus.port import Bus, WatchedBus
from shared.postgres.pool import Pool
from shared.postgres.signals import Heard, Listener, Sender
from shared.runtime import background

OUTBOX, ANSWERED = "factures_outbox", "factures_answered"
"""Channels of PostgreSQL: something was put into the outbox; a worker's answer about an invoice was noted."""
Send = Callable[[str, str], None]
"""Sends a signal: its channel, and what it says."""


@asynccontextmanager
async def signalling(pool: Pool) -> AsyncIterator[Send]:
    """What tells the other processes that there is something to publish (`OUTBOX`), or to see (`ANSWERED`)."""
    sender = Sender(pool)
    async with background("signals", sender.run):
        yield sender.send


def hearing(
    settings: InvoiceSettings, part: str, heard: Mapping[str, Heard]
) -> AbstractAsyncContextManager[None]:
    """What hears them, while inside."""
    dsn = settings.database_url.get_secret_value()
    return background("hearing", Listener(dsn, heard, application_name=f"invoice-{part}-signals").run)


@asynccontextmanager
async def relay_apart(settings: InvoiceSettings, pool: Pool, bus: WatchedBus) -> AsyncIterator[None]:
    """A relay in a process of its own: others wake it by signal."""
    async with (
        relay(settings, pool, bus) as running,
        hearing(settings, "relay", {OUTBOX: lambda _: running.wake()}),
    ):
        yield


@asynccontextmanager
async def consumer_apart(
    settings: InvoiceSettings, pool: Pool, bus: Bus, *, committed: Callable[[Send], None]
) -> AsyncIterator[None]:
    """The same in a process of their own: they signal to the others. `committed` is called after each commit."""
    async with (
        signalling(pool) as send,
        consumer(settings, pool, bus, lambda: committed(send), partial(send, ANSWERED)),
    ):
        yield
