"""`python -m services.accounting_sync [serve | migrate | export | check | backup FOLDER | restore FOLDER]`."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from services.accounting_sync.check import check_ledger, find_bean_check
from services.accounting_sync.composition import (
    SettingMissing,
    back_up,
    beancount_connector,
    migrate,
    restore,
    serving,
    transfer_log_pool,
)
from services.accounting_sync.export import ledger_lines, transfer_line
from services.accounting_sync.settings import AccountingSettings
from services.accounting_sync.transfers import PostgresTransferLog
from shared.bus.rabbitmq import connected_bus
from shared.observability.health import Check, management_port
from shared.observability.logging import configure_logging
from shared.observability.start import Start
from shared.observability.tracing import configure_tracing
from shared.postgres import backup
from shared.postgres.migrations import exit_when_stopped
from shared.runtime import run
from shared.settings import load_or_exit


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.accounting_sync", description=__doc__)
    parser.add_argument(
        "command",
        nargs="?",
        default="serve",
        choices=("serve", "migrate", "export", "check", "backup", "restore"),
        help="serve: transfer invoices (default). migrate: roles and tables. export: the ledger and the table"
        " as JSON lines. check: bean-check on the ledger (exit 0 accepted, 1 refused, 2 not installed)."
        " backup, restore: the database and the ledger, into a new folder and back into empty ones",
    )
    parser.add_argument("folder", nargs="?", type=Path, help="of backup and restore")
    parsed = parser.parse_args(arguments)
    command, folder = parsed.command, parsed.folder
    if (command in ("backup", "restore")) != (folder is not None):
        parser.error("backup and restore, and they alone, take a folder")
    settings = load_or_exit(AccountingSettings)
    configure_logging("accounting_sync", level=settings.log_level)
    configure_tracing(
        "accounting_sync", settings.otel_exporter_otlp_endpoint, settings.otel_traces_sampler_arg
    )
    match command:
        case "migrate":
            return _operate(lambda: asyncio.run(migrate(settings)))
        case "backup":
            return backup.command(back_up(settings, folder), "backed up")
        case "restore":
            return _operate(lambda: backup.command(restore(settings, folder), "restored"))
        case "export":
            asyncio.run(_export(settings))
        case "check":
            return _check(settings)
        case _:
            run(_process(settings), drain_seconds=settings.drain_seconds)
    return 0


@asynccontextmanager
async def _process(settings: AccountingSettings) -> AsyncIterator[None]:
    start = Start()
    checks: dict[str, Check] = {"start": start.over}
    url = settings.amqp_url.get_secret_value()
    async with (
        management_port(settings.management_host, settings.management_port, checks),
        connected_bus(url, settings.retry_policy(), name="accounting_sync", start=start) as bus,
        serving(settings, bus, start) as held,
    ):
        checks |= held
        start.begun()
        yield


def _operate(work: Callable[[], object]) -> int:
    try:
        with exit_when_stopped():
            done = work()
    except SettingMissing as error:
        print(error, file=sys.stderr)
        return 1
    return done if isinstance(done, int) else 0


async def _export(settings: AccountingSettings) -> None:
    connector = beancount_connector(settings)
    if connector is not None:
        for line in ledger_lines(connector):
            print(json.dumps(line, ensure_ascii=False))
    async with transfer_log_pool(settings) as pool:
        async for transfer in PostgresTransferLog(pool).all():
            print(json.dumps(transfer_line(transfer), ensure_ascii=False))


def _check(settings: AccountingSettings) -> int:
    checked = check_ledger(settings.ledger_folder / "ledger.beancount", find_bean_check())
    print(
        json.dumps(
            {
                "ledger": str(checked.ledger),
                "accepted": checked.accepted,
                "errors": [error.model_dump() for error in checked.errors],
            },
            ensure_ascii=False,
        )
    )
    return {True: 0, False: 1, None: 2}[checked.accepted]


if __name__ == "__main__":
    sys.exit(main())
