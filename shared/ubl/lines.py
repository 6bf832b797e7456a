"""The priced lines. What counts of each is its `LineExtensionAmount`: quantity and price only tell how it came."""

from dataclasses import dataclass
from decimal import Decimal

from shared.contracts.values import DocumentLine, DocumentSnapshot
from shared.ubl.elements import Element, cac, cbc, clean, plain
from shared.ubl.figures import Figures
from shared.ubl.taxes import tax_category

# UN/ECE Recommendation 20. A job's pieces have no finer unit here; an amount credited without quantity is a lump sum.
_PIECE = "C62"
_LUMP_SUM = "LS"
_JOB = "130"
"""UNTDID 1001: invoiced object, the supplier's own reference of what the line bills."""
_NO_ORDER_LINE = "NA"
"""The schema wants the line of the order beside its number; a PO number alone names none."""


@dataclass(frozen=True, slots=True)
class _Priced:
    """`quantity` units at `price` for each `per` of them; all as UBL tells them: a price is never negative."""

    quantity: Decimal
    unit: str
    price: Decimal
    per: Decimal | None = None


def order_reference(snapshot: DocumentSnapshot) -> Element | None:
    """The customer's order, when all that is ordered on the document is of one order."""
    orders = _orders(snapshot)
    return cac("OrderReference", cbc("ID", orders[0])) if len(orders) == 1 else None


def priced_lines(snapshot: DocumentSnapshot, figures: Figures) -> list[Element | None]:
    """A line for each one that has an amount, numbered as they stand."""
    several_orders = len(_orders(snapshot)) > 1
    name = "CreditNoteLine" if figures.credit else "InvoiceLine"
    billed = (line for line in snapshot.lines if line.total is not None)
    return [
        cac(name, cbc("ID", str(number)), *_parts(line, snapshot, figures, several_orders=several_orders))
        for number, line in enumerate(billed, start=1)
    ]


def _orders(snapshot: DocumentSnapshot) -> list[str]:
    return list(dict.fromkeys(line.po_number for line in snapshot.lines if line.po_number))


def _parts(
    line: DocumentLine, snapshot: DocumentSnapshot, figures: Figures, *, several_orders: bool
) -> tuple[Element | None, ...]:
    total = line.total or Decimal(0)
    priced = _priced(line, figures.turned(total))
    quantity = "CreditedQuantity" if figures.credit else "InvoicedQuantity"
    job = line.job if snapshot.presentation.show_job_number else None
    return (
        cbc(quantity, plain(priced.quantity), {"unitCode": priced.unit}),
        figures.amount("LineExtensionAmount", total),
        _order(line.po_number) if several_orders else None,
        cac("DocumentReference", cbc("ID", job), cbc("DocumentTypeCode", _JOB)) if job else None,
        _item(line, snapshot),
        cac(
            "Price",
            figures.price("PriceAmount", priced.price),
            cbc("BaseQuantity", plain(priced.per), {"unitCode": priced.unit}) if priced.per else None,
        ),
    )


def _priced(line: DocumentLine, amount: Decimal) -> _Priced:
    """How a line comes to its amount. A rebate is a negative quantity at a positive price, as EN 16931 has it.

    A price for the ordered quantity stays what it is, per that quantity: as a unit price it would lose cents.
    """
    sign = -1 if amount < 0 else 1
    if line.quantity is None:
        return _Priced(Decimal(sign), _LUMP_SUM, abs(amount))
    quantity = sign * abs(line.quantity)
    if line.total_price is not None and line.ordered_quantity:
        return _Priced(quantity, _PIECE, abs(line.total_price), line.ordered_quantity)
    if line.total_price is None and line.unit_price is not None:
        return _Priced(quantity, _PIECE, abs(line.unit_price))
    return _Priced(quantity, _PIECE, abs(amount), abs(quantity))


def _order(po_number: str | None) -> Element | None:
    order = cac("OrderReference", cbc("ID", po_number))
    return cac("OrderLineReference", cbc("LineID", _NO_ORDER_LINE), order) if order is not None else None


def _item(line: DocumentLine, snapshot: DocumentSnapshot) -> Element | None:
    """What was sold: the first line of its description names it, and all of it describes it."""
    first, _, more = clean(line.description).partition("\n")
    charged = [tax for tax in snapshot.taxes if tax.code in (line.taxes or ())]
    return cac(
        "Item",
        cbc("Description", line.description if more else None),
        cbc("Name", first or line.product or line.job or "—"),
        cac("SellersItemIdentification", cbc("ID", line.product)),
        *(tax_category("ClassifiedTaxCategory", tax, snapshot) for tax in charged),
    )
