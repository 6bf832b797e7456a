"""The handler with its surroundings, all of them doubles."""

import datetime as dt

from services.accounting_sync.connectors.base import Booked
from services.accounting_sync.connectors.none import NoConnector
from services.accounting_sync.handler import TransferHandler
from shared.bus.outcome import Outcome
from shared.contracts.commands import TransferInvoice
from tests.accounting.documents import invoice
from tests.unit.accounting_sync.doubles import (
    FakeTransferLog,
    RecordingBus,
    ScriptedConnector,
    delivered,
)

LAST = 3
TRANSFERRED = "results.accounting.transferred.v1"
FAILED = "results.accounting.transfer_failed.v1"
UNCERTAIN = "results.accounting.uncertain.v1"


class Service:
    """The handler with its surroundings; each reading of the clock is a second later."""

    def __init__(
        self,
        *,
        finds: list[Booked | Exception | None] | None = None,
        books: list[Booked | Exception] | None = None,
    ) -> None:
        self.log = FakeTransferLog()
        self.bus = RecordingBus()
        self.connector = ScriptedConnector(finds or [], books or [])
        self.seconds = 0
        self.handler = TransferHandler(
            self.log,
            {"scripted": self.connector, "none": NoConnector()},
            self.bus,
            attempts=LAST,
            clock=self.tick,
        )

    def tick(self) -> dt.datetime:
        self.seconds += 1
        return dt.datetime(2026, 11, 24, 15, 0, self.seconds, tzinfo=dt.UTC)

    async def deliver(self, command: TransferInvoice, id_: str = "command-1", *, attempt: int = 1) -> Outcome:
        return await self.handler(delivered(command, id_, attempt=attempt))

    @property
    def states(self) -> list[str]:
        return [row.state for row in self.log.history]

    @property
    def results(self) -> list[tuple[str, str | None]]:
        """Type and reason code of what was published."""
        return [(result.type, result.data.get("reason", {}).get("code")) for result in self.bus.published]


def scripted(**changes: object) -> TransferInvoice:
    return invoice(connector="scripted", **changes)
