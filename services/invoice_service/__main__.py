"""python -m services.invoice_service [api | relay | consumer | migrate]."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from services.invoice_service.composition import api, consumer, database, migrate_or_exit, relay
from services.invoice_service.settings import InvoiceSettings
from shared.bus.rabbitmq import RabbitMQBus
from shared.observability.health import Presence, management_port
from shared.observability.logging import configure_logging
from shared.observability.tracing import configure_tracing
from shared.runtime import run_until_signalled
from shared.settings import exit_when_refused, load_or_exit


def _nothing() -> None:
    """The relay is another process: it polls."""


@asynccontextmanager
async def _api(settings: InvoiceSettings) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(database(settings, "api"))
        presence = Presence()
        checks = {"database": pool.ready, "serving": presence.serving}
        # First, and so last to go: it says that the API is about to stop.
        await stack.enter_async_context(
            management_port(settings.management_host, settings.management_port, checks)
        )
        await stack.enter_async_context(api(settings, pool, checks, _nothing, presence))
        yield


@asynccontextmanager
async def _relay(settings: InvoiceSettings) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(database(settings, "relay"))
        bus = await stack.enter_async_context(_bus(settings, "relay"))
        checks = {"database": pool.ready, "bus": bus.ready}
        await stack.enter_async_context(relay(settings, pool, bus))
        await stack.enter_async_context(
            management_port(settings.management_host, settings.management_port, checks)
        )
        yield


@asynccontextmanager
async def _consumer(settings: InvoiceSettings) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(database(settings, "consumer"))
        bus = await stack.enter_async_context(_bus(settings, "consumer"))
        checks = {"database": pool.ready, "bus": bus.ready}
        await stack.enter_async_context(consumer(settings, pool, bus, _nothing))
        await stack.enter_async_context(
            management_port(settings.management_host, settings.management_port, checks)
        )
        yield


@asynccontextmanager
async def _bus(settings: InvoiceSettings, part: str) -> AsyncIterator[RabbitMQBus]:
    bus = await RabbitMQBus.connect(
        settings.amqp_url.get_secret_value(), settings.retry_policy(), name=f"invoice-{part}"
    )
    try:
        yield bus
    finally:
        await bus.close()


_PARTS: dict[str, Callable[[InvoiceSettings], AbstractAsyncContextManager[None]]] = {
    "api": _api,
    "relay": _relay,
    "consumer": _consumer,
}


def main(arguments: list[str] | None = None) -> None:
    """Run one part until it is told to stop, or migrate the database."""
    parser = argparse.ArgumentParser(
        prog="python -m services.invoice_service", description="Owns the invoices."
    )
    parser.add_argument("command", choices=(*_PARTS, "migrate"))
    command = parser.parse_args(arguments).command
    settings = load_or_exit(InvoiceSettings)
    configure_logging(f"invoice-{command}", level=settings.log_level)
    configure_tracing(
        f"invoice-{command}", settings.otel_exporter_otlp_endpoint, settings.otel_traces_sampler_arg
    )
    if command == "migrate":
        with exit_when_refused():
            asyncio.run(migrate_or_exit(settings))
    else:
        asyncio.run(run_until_signalled(_PARTS[command](settings), drain_seconds=settings.drain_seconds))


if __name__ == "__main__":
    main()
