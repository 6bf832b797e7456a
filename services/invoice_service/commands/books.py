"""`factures verify | seal | head`: whether the books close, and the chain of the audit trail."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.invoice_service.application.verify import Report
from services.invoice_service.composition import check_books, database, transactions_on
from services.invoice_service.domain.audit_chain import Head
from services.invoice_service.messaging.sealer import Sealer
from services.invoice_service.settings import InvoiceSettings


async def verify(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """Exit code 1 when something does not hold."""
    source: Ledger = arguments.ledger
    ledger = [row for row in source.lines() if row["kind"] == "booked"] if source.asked else None
    report = await check_books(settings, ledger, arguments.head)
    _print(report, ledger_checked=ledger is not None)
    return 1 if report.findings else 0


class NobodyToAsk(Exception):
    """Another service is not installed here, or does not answer."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"{service} can't be asked from here. Where it runs elsewhere, ask it there"
            f" (`python -m services.{service} export`), and give this command the file (docs/operating.md)"
        )
        self.service = service


def exported(service: str) -> bytes:
    """What a service tells of what it owns, as JSON lines.

    Raises:
        NobodyToAsk: it is not here, or does not answer.
    """
    told = subprocess.run(  # noqa: S603 - our own services only
        [sys.executable, "-m", f"services.{service}", "export"], check=False, stdout=subprocess.PIPE
    )
    if told.returncode:
        raise NobodyToAsk(service)
    return told.stdout


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where to learn what accounting has booked: `export` asks it, `none` leaves it out, else a file (-: here)."""

    source: str

    @property
    def asked(self) -> bool:
        """Whether it counts at all."""
        return self.source != "none"

    def lines(self) -> Iterator[dict[str, Any]]:
        """What accounting_sync tells.

        Raises:
            NobodyToAsk: it is not here, or does not answer.
            OSError: the file can't be read.
        """
        if self.source == "none":
            return
        if self.source == "export":
            text = exported("accounting_sync")
        else:
            text = sys.stdin.buffer.read() if self.source == "-" else Path(self.source).read_bytes()
        yield from map(json.loads, text.splitlines())


def add_ledger(command: argparse.ArgumentParser, what: str) -> None:
    """Add `--ledger` to a command."""
    command.add_argument(
        "--ledger",
        type=Ledger,
        default=Ledger("export"),
        metavar="export|none|FILE",
        help=f"{what}: as `python -m services.accounting_sync export` tells it, or told it before"
        " (a file, - for standard input); none leaves the ledger out",
    )


def _print(report: Report, *, ledger_checked: bool) -> None:
    for finding in report.findings:
        sys.stdout.write(f"{finding.check}: {finding.subject}: {finding.detail}\n")
    ledger = f", {report.ledger_entries} ledger entries" if ledger_checked else ""
    sys.stdout.write(
        f"{report.finals} finals, {report.proformas} pro formas, {report.documents} documents{ledger}, "
        f"{report.sealed} sealed audit rows: "
        f"{len(report.findings) or 'no'} finding{'s' if len(report.findings) != 1 else ''}\n"
    )


async def seal(settings: InvoiceSettings, _arguments: argparse.Namespace) -> int:
    """Seal what waits, as the relay does each minute."""
    async with database(settings, "command") as pool:
        rows = await Sealer(transactions_on(pool)).seal_all()
    sys.stdout.write(f"sealed {rows} row{'' if rows == 1 else 's'}\n")
    return 0


async def head(settings: InvoiceSettings, _arguments: argparse.Namespace) -> int:
    """Print the head of the chain."""
    async with database(settings, "command") as pool, transactions_on(pool).reading() as uow:
        sys.stdout.write(f"{await uow.seals.head()}\n")
    return 0


def _head(text: str) -> Head:
    try:
        return Head.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_books(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `verify`, `seal` and `head` to the commands."""
    check = commands.add_parser("verify", help="check that the books close; exit code 1 when they do not")
    add_ledger(check, "what accounting has booked")
    check.add_argument(
        "--head", type=_head, help="of the audit trail, as `factures head` printed it: it must still be there"
    )
    check.set_defaults(run=verify)
    commands.add_parser("seal", help="seal the audit trail now").set_defaults(run=seal)
    commands.add_parser(
        "head", help="print the head of the sealed audit trail, to be kept elsewhere"
    ).set_defaults(run=head)
