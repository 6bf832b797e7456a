"""`python -m services.render_service [serve | preview FOLDER [--template NAME]]`."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.render_service.composition import serving
from services.render_service.errors import RenderError
from services.render_service.own_forms import OwnForms
from services.render_service.preview import preview
from services.render_service.settings import RenderSettings
from shared.bus.rabbitmq import connected_bus
from shared.observability.health import Check, management_port
from shared.observability.logging import configure_logging
from shared.observability.start import Start
from shared.observability.tracing import configure_tracing
from shared.runtime import run
from shared.settings import load_or_exit


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m services.render_service", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="render documents (default)")
    previewing = commands.add_parser("preview", help="print the samples")
    previewing.add_argument("folder", type=Path)
    previewing.add_argument("--template", metavar="NAME", help="with this form, of the house or the shop")
    chosen = parser.parse_args(arguments)
    if chosen.command == "preview":
        raise SystemExit(_preview(chosen.folder, chosen.template))
    settings = load_or_exit(RenderSettings)
    configure_logging("render_service", level=settings.log_level)
    configure_tracing(
        "render_service", settings.otel_exporter_otlp_endpoint, settings.otel_traces_sampler_arg
    )
    run(_process(settings), drain_seconds=settings.drain_seconds)


def _preview(folder: Path, template: str | None) -> int:
    """Print the samples, each file or why it is not there; the exit code says whether all of them are."""
    settings = RenderSettings(documents_url="memory:///")  # nothing is stored: previewing needs no set-up
    forms = OwnForms(settings.templates_folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        outcomes = asyncio.run(preview(folder, settings.limits(niceness=0), forms, template))
    except RenderError as error:
        print(error.message, file=sys.stderr)
        return 1
    for path, failure in outcomes.items():
        print(f"{path}: {failure.message}" if failure else path, file=sys.stderr if failure else sys.stdout)
    return int(any(outcomes.values()))


@asynccontextmanager
async def _process(settings: RenderSettings) -> AsyncIterator[None]:
    start = Start()
    checks: dict[str, Check] = {"start": start.over}
    url = settings.amqp_url.get_secret_value()
    async with (
        management_port(settings.management_host, settings.management_port, checks),
        connected_bus(url, settings.retry_policy(), name="render_service", start=start) as bus,
        serving(settings, bus) as held,
    ):
        checks |= held
        start.begun()
        yield


if __name__ == "__main__":
    main()
