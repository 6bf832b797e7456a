"""The figures of a document: in its currency, and positive on a credit note."""

from dataclasses import dataclass
from decimal import Decimal

from shared.contracts.values import DocumentSnapshot
from shared.ubl.elements import Element, cbc, plain


@dataclass(frozen=True, slots=True)
class Figures:
    """How a document's figures are told. A credit note's are stored negative; UBL tells them positive."""

    currency: str
    credit: bool

    @classmethod
    def of(cls, snapshot: DocumentSnapshot) -> "Figures":
        """Those of a snapshot."""
        return cls(snapshot.currency, snapshot.kind == "credit_note")

    def turned(self, value: Decimal) -> Decimal:
        """A stored figure with the sign that UBL gives it."""
        return -value if self.credit else value

    def amount(self, name: str, stored: Decimal) -> Element | None:
        """An amount to the cent."""
        return self.price(name, self.turned(stored))

    def price(self, name: str, value: Decimal) -> Element | None:
        """A price as it is, with all the decimals that it has, two at least."""
        return cbc(name, plain(value, places=2), {"currencyID": self.currency})
