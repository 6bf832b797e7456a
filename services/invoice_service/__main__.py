"""python -m services.invoice_service [api | relay | consumer | migrate]."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from services.invoice_service.apart import (
    ANSWERED,
    OUTBOX,
    Send,
    consumer_apart,
    hearing,
    relay_apart,
    signalling,
)
from services.invoice_service.application.answers import Answers, Hints
from services.invoice_service.composition import (
    api,
    database,
    reached_database,
)
from services.invoice_service.settings import InvoiceSettings
from services.invoice_service.upkeep import migrate_or_exit
from shared.bus.rabbitmq import connected_bus
from shared.observability.health import Check, Presence, management_port
from shared.observability.logging import configure_logging
from shared.observability.start import Start
from shared.observability.tracing import configure_tracing
from shared.runtime import run
from shared.settings import exit_when_refused, load_or_exit


def _committed(send: Send) -> None:
    """Hint the relay, which is another process. The name is looked up each time: there the tests kill it."""
    send(OUTBOX, "")


@asynccontextmanager
async def _api(settings: InvoiceSettings) -> AsyncIterator[None]:
    start, presence = Start(), Presence()
    checks: dict[str, Check] = {"start": start.over, "serving": presence.serving}
    async with (
        # First, and so last to go: it says that the API is about to stop.
        management_port(settings.management_host, settings.management_port, checks),
        database(settings, "api") as pool,
    ):
        checks["database"] = pool.ready
        answers = Answers()
        async with (
            signalling(pool) as send,
            hearing(settings, "api", {ANSWERED: answers.come}),
            api(settings, pool, checks, Hints(lambda: _committed(send), answers), start, presence),
        ):
            yield


@asynccontextmanager
async def _on_the_bus(
    settings: InvoiceSettings, *, part: str, work: Callable[..., AbstractAsyncContextManager[object]]
) -> AsyncIterator[None]:
    """`work` on the database and the bus, once both are there; the management port tells until then what is not."""
    start = Start()
    checks: dict[str, Check] = {"start": start.over}
    url = settings.amqp_url.get_secret_value()
    async with (
        management_port(settings.management_host, settings.management_port, checks),
        reached_database(settings, part, start) as pool,
        connected_bus(url, settings.retry_policy(), name=f"invoice-{part}", start=start) as bus,
        work(settings, pool, bus),
    ):
        checks |= {"database": pool.ready, "bus": bus.ready}
        start.begun()
        yield


_PARTS: dict[str, Callable[[InvoiceSettings], AbstractAsyncContextManager[None]]] = {
    "api": _api,
    "relay": partial(_on_the_bus, part="relay", work=relay_apart),
    "consumer": partial(
        _on_the_bus,
        part="consumer",
        work=partial(consumer_apart, committed=lambda send: _committed(send)),  # noqa: PLW0108 - looked up each time
    ),
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
        run(_PARTS[command](settings), drain_seconds=settings.drain_seconds)


if __name__ == "__main__":
    main()
