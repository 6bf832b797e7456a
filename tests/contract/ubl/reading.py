"""A UBL file as a receiver reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree as ET

_OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES = {"cac": f"{_OASIS}CommonAggregateComponents-2", "cbc": f"{_OASIS}CommonBasicComponents-2"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a document adds up to: each tax is (scheme, percent, base, amount)."""

    subtotal: Decimal
    taxes: list[tuple[str, str, Decimal, Decimal]]
    total: Decimal


class Node:
    """An element; paths are XPath with the prefixes of UBL."""

    def __init__(self, element: ET.Element) -> None:
        self.element = element

    def all(self, path: str) -> list["Node"]:
        """The elements there."""
        return [Node(found) for found in self.element.findall(path, NAMES)]

    def one(self, path: str) -> "Node":
        """The only element there."""
        (found,) = self.all(path)
        return found

    def texts(self, path: str) -> list[str]:
        """The texts there."""
        return [found.element.text or "" for found in self.all(path)]

    def text(self, path: str) -> str | None:
        """The only text there, if there is one."""
        found = self.texts(path)
        assert len(found) <= 1, found
        return found[0] if found else None

    def number(self, path: str) -> Decimal:
        """The only number there."""
        return Decimal(self.text(path) or "")

    def attribute(self, path: str, name: str) -> str | None:
        """An attribute of the only element there."""
        return self.one(path).element.get(name)


class UblFile(Node):
    """A whole file."""

    def __init__(self, content: bytes) -> None:
        super().__init__(ET.fromstring(content))  # noqa: S314 - our own file

    @property
    def kind(self) -> str:
        """`Invoice` or `CreditNote`."""
        name = self.element.tag.rpartition("}")[2]
        assert self.element.tag == f"{{{_OASIS}{name}-2}}{name}"
        return name

    @property
    def lines(self) -> list[Node]:
        """Its priced lines."""
        return self.all(f"cac:{self.kind}Line")

    @property
    def figures(self) -> Figures:
        """What it adds up to, as it tells it."""
        totals = self.one("cac:LegalMonetaryTotal")
        assert totals.number("cbc:PayableAmount") == totals.number("cbc:TaxInclusiveAmount")
        assert totals.number("cbc:LineExtensionAmount") == totals.number("cbc:TaxExclusiveAmount")
        return Figures(
            totals.number("cbc:TaxExclusiveAmount"), list(self._taxes()), totals.number("cbc:PayableAmount")
        )

    def _taxes(self) -> Iterator[tuple[str, str, Decimal, Decimal]]:
        for tax in self.all("cac:TaxTotal/cac:TaxSubtotal"):
            yield (
                tax.text("cac:TaxCategory/cac:TaxScheme/cbc:ID") or "",
                tax.text("cac:TaxCategory/cbc:Percent") or "",
                tax.number("cbc:TaxableAmount"),
                tax.number("cbc:TaxAmount"),
            )

    def assert_adds_up(self) -> None:
        """Its lines and taxes are its totals, to the cent; all amounts are in its currency."""
        figures = self.figures
        assert sum(line.number("cbc:LineExtensionAmount") for line in self.lines) == figures.subtotal
        taxes = sum((amount for *_, amount in figures.taxes), Decimal(0))
        assert self.number("cac:TaxTotal/cbc:TaxAmount") == taxes
        assert figures.subtotal + taxes == figures.total
        currencies = {
            found.get("currencyID") for found in self.element.iter() if found.get("currencyID") is not None
        }
        assert currencies == {self.text("cbc:DocumentCurrencyCode")}
