"""How the accounting software answers, for Prometheus: around a connector, whatever is made of it."""

import time
from collections.abc import Awaitable
from typing import TypeVar

from prometheus_client import Counter, Histogram

from services.accounting_sync.connectors.base import Booked, Connector, Rejected, Unavailable, Unknown
from shared.contracts.commands import TransferInvoice
from shared.observability.tracing import span

TRANSFERS = Counter(
    "factures_transfers_total",
    "Questions to the accounting software, by connector, operation (find, book) and outcome"
    " (done, rejected, unavailable, unknown, failed)",
    ("connector", "operation", "outcome"),
)
TRANSFER_SECONDS = Histogram(
    "factures_transfer_seconds",
    "Time that the accounting software took",
    ("connector", "operation"),
    buckets=(0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30),
)

T = TypeVar("T")


class Measured:
    """A connector whose answers are counted."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    @property
    def name(self) -> str:
        """See `Connector.name`."""
        return self._connector.name

    async def find(self, number: str, invoice_id: str) -> Booked | None:
        """See `Connector.find`."""
        return await self._measured("find", self._connector.find(number, invoice_id))

    async def book(self, transfer: TransferInvoice) -> Booked:
        """See `Connector.book`."""
        return await self._measured("book", self._connector.book(transfer))

    async def _measured(self, operation: str, question: Awaitable[T]) -> T:
        started = time.perf_counter()
        outcome = "failed"
        try:
            with span(f"accounting {operation}", "client", factures__connector=self.name):
                answer = await question
            outcome = "done"
        except Rejected:
            outcome = "rejected"
            raise
        except Unavailable:
            outcome = "unavailable"
            raise
        except Unknown:
            outcome = "unknown"
            raise
        finally:
            TRANSFER_SECONDS.labels(self.name, operation).observe(time.perf_counter() - started)
            TRANSFERS.labels(self.name, operation, outcome).inc()
        return answer
