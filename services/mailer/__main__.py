"""python -m services.mailer [serve | migrate | export | backup FOLDER | restore FOLDER]."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from services.mailer.composition import MigrationSettingsMissing, database, migrate, restore, serving
from services.mailer.deliveries import Deliveries
from services.mailer.export import lines
from services.mailer.settings import MailerSettings
from shared.bus.rabbitmq import connected_bus
from shared.observability.health import Check, management_port
from shared.observability.logging import configure_logging
from shared.observability.start import Start
from shared.observability.tracing import configure_tracing
from shared.postgres import backup
from shared.postgres.migrations import exit_when_stopped
from shared.runtime import run
from shared.settings import load_or_exit


@asynccontextmanager
async def _service(settings: MailerSettings) -> AsyncIterator[None]:
    start = Start()
    checks: dict[str, Check] = {"start": start.over}
    url = settings.amqp_url.get_secret_value()
    async with (
        management_port(settings.management_host, settings.management_port, checks),
        connected_bus(url, settings.retry_policy(), name="mailer", start=start) as bus,
        serving(settings, bus, start) as held,
    ):
        checks |= held
        start.begun()
        yield


async def _export(settings: MailerSettings) -> None:
    async with database(settings) as pool:
        async for line in lines(Deliveries(pool)):
            print(line)


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.mailer", description="Sends the e-mails.")
    parser.add_argument(
        "command",
        nargs="?",
        default="serve",
        choices=("serve", "migrate", "export", "backup", "restore"),
        help="serve: send e-mails (default). migrate: roles and tables. export: what is known, as JSON lines."
        " backup, restore: the database, into a new folder and back into an empty one",
    )
    parser.add_argument("folder", nargs="?", type=Path, help="of backup and restore")
    parsed = parser.parse_args(arguments)
    command, folder = parsed.command, parsed.folder
    if (command in ("backup", "restore")) != (folder is not None):
        parser.error("backup and restore, and they alone, take a folder")
    settings = load_or_exit(MailerSettings)
    configure_logging("mailer", level=settings.log_level)
    configure_tracing("mailer", settings.otel_exporter_otlp_endpoint, settings.otel_traces_sampler_arg)
    match command:
        case "migrate":
            return _operate(lambda: asyncio.run(migrate(settings)))
        case "backup":
            return backup.command(
                backup.back_up(settings.database_url.get_secret_value(), folder), "backed up"
            )
        case "restore":
            return _operate(lambda: backup.command(restore(settings, folder), "restored"))
        case "export":
            asyncio.run(_export(settings))
        case _:
            run(_service(settings), drain_seconds=settings.drain_seconds)
    return 0


def _operate(work: Callable[[], object]) -> int:
    try:
        with exit_when_stopped():
            done = work()
    except MigrationSettingsMissing as error:
        print(error, file=sys.stderr)
        return 1
    return done if isinstance(done, int) else 0


if __name__ == "__main__":
    sys.exit(main())
