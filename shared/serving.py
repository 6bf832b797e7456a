"""A process that serves the bus: how it is prepared, and its life."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from shared.bus.port import Bus
from shared.bus.rabbitmq import connected_bus
from shared.observability.health import Check, management_port
from shared.observability.logging import configure_logging
from shared.observability.start import Start
from shared.observability.tracing import configure_tracing
from shared.settings import ServiceSettings, load_or_exit

S = TypeVar("S", bound=ServiceSettings)
Serving = Callable[[S, Bus, Start], AbstractAsyncContextManager[Mapping[str, Check]]]
"""Does the work while inside; yields what must hold for the service to be ready."""


def prepared(name: str, kind: type[S]) -> S:
    """The settings of a process, or its end; logs and traces are as they say from then on."""
    settings = load_or_exit(kind)
    configure_logging(name, level=settings.log_level)
    configure_tracing(name, settings.otel_exporter_otlp_endpoint, settings.otel_traces_sampler_arg)
    return settings


@asynccontextmanager
async def at_work(name: str, settings: S, serving: Serving[S]) -> AsyncIterator[None]:
    """Serve on the bus, once it is there; the management port tells until then what is not."""
    start = Start()
    checks: dict[str, Check] = {"start": start.over}
    url = settings.amqp_url.get_secret_value()
    async with (
        management_port(settings.management_host, settings.management_port, checks),
        connected_bus(url, settings.retry_policy(), name=name, start=start) as bus,
        serving(settings, bus, start) as held,
    ):
        checks |= held
        start.begun()
        yield
