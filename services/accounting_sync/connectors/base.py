"""What every accounting software must be able to do for us, and the three ways in which it can say no."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from shared.contracts.commands import TransferInvoice


@dataclass(frozen=True, slots=True)
class Booked:
    """A document as the accounting software has it.

    `total` is what the software echoes, never what we asked for. `fingerprint` is that of the content it was
    booked with (`services.accounting_sync.fingerprint`), None where the software can't keep it.
    """

    external_id: str
    total: Decimal
    fingerprint: str | None = None


class Rejected(Exception):
    """The software refuses the document; asking again would not help until a person changes something."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Unavailable(Exception):
    """The software can't be reached now, and has certainly not taken the document."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unknown(Exception):
    """It may or may not have taken the document: only a look-up can tell."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Connector(Protocol):
    """One accounting software."""

    @property
    def name(self) -> str:
        """The name that the settings and the commands use."""

    async def find(self, number: str, invoice_id: str) -> Booked | None:
        """The document that is booked under this id, None when there is none.

        Raises:
            Rejected: the number belongs to another document.
            Unavailable: it could not be asked.
        """

    async def book(self, transfer: TransferInvoice) -> Booked:
        """Book the document. Booking the same again changes nothing, where the software allows that.

        Raises:
            Rejected: refused for good.
            Unavailable: not taken, try later.
            Unknown: it may have been taken.
        """
