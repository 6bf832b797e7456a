"""`factures verify | seal | head`: whether the books close, and the chain of the audit trail."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from services.invoice_service.application.verify import Report
from services.invoice_service.composition import check_books, database, transactions_on
from services.invoice_service.domain.audit_chain import Head
from services.invoice_service.messaging.sealer import Sealer
from services.invoice_service.settings import InvoiceSettings


async def verify(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """Exit code 1 when something does not hold."""
    ledger = list(_ledger_export()) if arguments.ledger == "export" else None
    report = await check_books(settings, ledger, arguments.head)
    _print(report, ledger_checked=ledger is not None)
    return 1 if report.findings else 0


def exported(service: str) -> bytes:
    """What a service tells of what it owns, as JSON lines."""
    told = subprocess.run(  # noqa: S603 - our own services only
        [sys.executable, "-m", f"services.{service}", "export"], check=True, stdout=subprocess.PIPE
    )
    return told.stdout


def _ledger_export() -> Iterator[dict[str, Any]]:
    """What accounting_sync has booked, as it says itself."""
    for line in exported("accounting_sync").splitlines():
        row = json.loads(line)
        if row["kind"] == "booked":
            yield row


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
    check.add_argument(
        "--ledger",
        choices=("export", "none"),
        default="export",
        help="compare with `python -m services.accounting_sync export`, or leave the ledger out",
    )
    check.add_argument(
        "--head", type=_head, help="of the audit trail, as `factures head` printed it: it must still be there"
    )
    check.set_defaults(run=verify)
    commands.add_parser("seal", help="seal the audit trail now").set_defaults(run=seal)
    commands.add_parser(
        "head", help="print the head of the sealed audit trail, to be kept elsewhere"
    ).set_defaults(run=head)
