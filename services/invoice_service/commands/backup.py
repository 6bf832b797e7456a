"""`factures backup | restore`."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.invoice_service.backups import make_backup, restore_backup
from services.invoice_service.commands.books import Ledger, add_ledger, exported
from services.invoice_service.commands.operator import operator_context
from services.invoice_service.settings import InvoiceSettings

_TELLING = ("accounting_sync", "mailer")


async def backup(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """Exit code 1 when a document is missing: the rest is in the backup."""
    services = _TELLING if arguments.exports == "all" else ()

    def told() -> Mapping[str, bytes]:
        return {service: exported(service) for service in services}

    made = await make_backup(settings, arguments.folder, told)
    _print_missing(made.missing)
    rows = sum(table.rows for table in made.tables)
    sys.stdout.write(f"{rows} rows, {len(made.documents)} documents in {arguments.folder}\n")
    return 1 if made.missing else 0


async def restore(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """Restore, and say what a person has to look at."""
    done = await restore_backup(settings, arguments.folder, _ledger(arguments), operator_context())
    _print_missing(done.missing)
    for one in done.skipped:
        sys.stdout.write(
            f"{one.kind} series of {one.business_entity}: {one.first_value} to {one.last_value} skipped\n"
        )
    sys.stdout.write(
        f"{done.rows} rows, {done.documents} documents; {done.uncertain} e-mails are uncertain; "
        "outbound is off and the connector is paused\n"
    )
    return 0


def _print_missing(keys: tuple[str, ...]) -> None:
    for key in keys:
        sys.stdout.write(f"document missing or damaged: {key}\n")


def _ledger(arguments: argparse.Namespace) -> Iterator[Mapping[str, Any]]:
    """What accounting knows now; and what it knew when the backup was made."""
    kept = arguments.folder / "exports" / "accounting_sync.jsonl"
    if kept.is_file():
        yield from map(json.loads, kept.read_bytes().splitlines())
    ledger: Ledger = arguments.ledger
    yield from ledger.lines()


def add_backup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backup` and `restore` to the commands."""
    making = commands.add_parser("backup", help="back up invoices and their documents into a new folder")
    making.add_argument("folder", type=Path)
    making.add_argument(
        "--exports",
        choices=("all", "none"),
        default="all",
        help="with what accounting and the mailer export, or without",
    )
    making.set_defaults(run=backup)
    bringing = commands.add_parser("restore", help="restore a backup into an empty, migrated system")
    bringing.add_argument("folder", type=Path)
    add_ledger(bringing, "numbers that accounting knows by now, to be passed")
    bringing.set_defaults(run=restore)
