"""A worker that is killed (SIGKILL) at a given moment of handling one command.

Run as `python -m tests.integration.accounting_sync.dying_worker <database url> <ledger folder> <moment>`, with the
command's envelope on its standard input. The moments: `sending` is committed, nothing was asked of the ledger
yet; `booked`, but not recorded; `recorded`, but not published; `published`, but not acknowledged.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from pydantic import SecretStr

from services.accounting_sync.composition import transfer_log_pool
from services.accounting_sync.connectors.base import Booked
from services.accounting_sync.connectors.beancount import BeancountConnector
from services.accounting_sync.handler import TransferHandler
from services.accounting_sync.settings import AccountingSettings
from services.accounting_sync.transfers import PostgresTransferLog
from shared.bus.port import Delivery
from shared.contracts.commands import TransferInvoice
from shared.contracts.envelope import Envelope
from shared.observability.logging import configure_logging
from tests.unit.accounting_sync.doubles import RecordingBus


def die() -> None:
    """Be killed here and now."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingConnector(BeancountConnector):
    """Dies before or after its effect."""

    moment = ""

    async def book(self, transfer: TransferInvoice) -> Booked:
        """Book, and die before or after that."""
        if self.moment == "sending":
            die()
        booked = await super().book(transfer)
        if self.moment == "booked":
            die()
        return booked


class DyingBus(RecordingBus):
    """Dies before or after it has published."""

    moment = ""

    async def publish(self, envelope: Envelope) -> None:
        """Write the result to the standard output, and die before or after that."""
        if self.moment == "recorded":
            die()
        sys.stdout.buffer.write(envelope.encode())
        sys.stdout.flush()
        die()


async def main(url: str, folder: str, moment: str) -> None:
    """Handle the command as far as that."""
    configure_logging("accounting_sync")  # away from the standard output
    settings = AccountingSettings(database_url=SecretStr(url), ledger_folder=Path(folder))
    connector = DyingConnector(settings.ledger_folder, operating_currency="CAD")
    bus = DyingBus()
    connector.moment = bus.moment = moment
    async with transfer_log_pool(settings) as pool:
        handler = TransferHandler(PostgresTransferLog(pool), {"beancount": connector}, bus, attempts=3)
        envelope = Envelope.decode(sys.stdin.buffer.read())
        await handler(Delivery(envelope, "accounting.transfer", 1))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
