"""A program that books documents into a ledger as soon as it is told to, and prints what it was answered.

Run as `python -m tests.accounting.booking_process <folder>`, with commands as JSON lines on its standard input; it
begins when that is closed. It prints one line per command: its external id, or the code of its refusal.
"""

import asyncio
import sys
from pathlib import Path

from services.accounting_sync.connectors.base import Rejected
from services.accounting_sync.connectors.beancount import BeancountConnector
from shared.contracts.commands import TransferInvoice


async def book(folder: Path, commands: list[TransferInvoice]) -> None:
    """Book them all."""
    ledger = BeancountConnector(folder, operating_currency="CAD")
    for command in commands:
        try:
            answer = (await ledger.book(command)).external_id
        except Rejected as error:
            answer = error.code
        sys.stdout.write(f"{answer}\n")


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    lines = sys.stdin.read().splitlines()
    asyncio.run(book(Path(sys.argv[1]), [TransferInvoice.model_validate_json(line) for line in lines]))
