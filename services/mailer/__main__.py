"""python -m services.mailer [serve | migrate | export]."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.mailer.composition import database, migrate, serving
from services.mailer.deliveries import Deliveries
from services.mailer.export import lines
from services.mailer.settings import MailerSettings
from shared.bus.rabbitmq import RabbitMQBus
from shared.observability.health import management_port
from shared.observability.logging import configure_logging
from shared.runtime import run_until_signalled


@asynccontextmanager
async def _service(settings: MailerSettings) -> AsyncIterator[None]:
    bus = await RabbitMQBus.connect(
        settings.amqp_url.get_secret_value(), settings.retry_policy(), name="mailer"
    )
    try:
        async with (
            serving(settings, bus) as checks,
            management_port(settings.management_host, settings.management_port, checks),
        ):
            yield
    finally:
        await bus.close()


async def _export(settings: MailerSettings) -> None:
    async with database(settings) as pool:
        async for line in lines(Deliveries(pool)):
            sys.stdout.write(line + "\n")


def main(arguments: list[str] | None = None) -> None:
    """Run the subcommand."""
    parser = argparse.ArgumentParser(prog="python -m services.mailer", description="Sends the e-mails.")
    parser.add_argument("command", nargs="?", default="serve", choices=("serve", "migrate", "export"))
    command = parser.parse_args(arguments).command
    settings = MailerSettings()
    configure_logging("mailer", level=settings.log_level)
    if command == "migrate":
        asyncio.run(migrate(settings))
    elif command == "export":
        asyncio.run(_export(settings))
    else:
        asyncio.run(run_until_signalled(_service(settings), drain_seconds=settings.drain_seconds))


if __name__ == "__main__":
    main()
