"""The connector of a shop without accounting software: refuses at once; a person closes the transfer."""

from services.accounting_sync.connectors.base import Booked, Rejected
from shared.contracts.commands import TransferInvoice


class NoConnector:
    """Books nothing, and says so."""

    name = "none"

    async def find(self, number: str, invoice_id: str) -> Booked | None:  # noqa: ARG002 - the port's shape
        """Nothing is ever booked."""
        return None

    async def book(self, transfer: TransferInvoice) -> Booked:
        """Refuse.

        Raises:
            Rejected: always, `no_connector`.
        """
        raise Rejected(
            "no_connector",
            f"no accounting software is connected: enter {transfer.number} by hand, then mark it transferred",
        )
