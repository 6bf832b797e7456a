"""What follows from the lines and fields of an invoice: its due date, to whose attention, its totals."""

from tests.integration.invoice_service.machine.model import trade
from tests.integration.invoice_service.machine.model.figures import ZERO, Number, half_up
from tests.integration.invoice_service.machine.model.world import Invoice, Line, Tax


def settle(invoice: Invoice) -> None:
    """Due date, attention, totals. A credit's totals are settled apart: they follow the credited invoice."""
    name = invoice.contact["name"] if invoice.contact else None
    invoice.sold_to["attention"] = name if invoice.payer == invoice.customer else None
    invoice.bill_to["attention"] = name
    if invoice.kind == "credit_note":
        return
    invoice.due_date = trade.due_date(invoice.date, invoice.payment_term)
    total(invoice)


def taxes_of(invoice: Invoice, line: Line) -> tuple[str, ...]:
    """The taxes charged on a line: by its own tax code, else the invoice's."""
    code = line.tax_code or invoice.tax_code
    return trade.TAX_CODES[code] if code else ()


def total(invoice: Invoice) -> None:
    """Sub-total, each tax once on the sum that it applies to, and the sum of what is shown."""
    invoice.subtotal = sum((line.total for line in invoice.lines if line.total is not None), ZERO)
    bases: dict[str, Number] = {}
    for line in invoice.lines:
        for tax in taxes_of(invoice, line) if line.total is not None else ():
            bases[tax] = bases.get(tax, ZERO) + (line.total or 0)
    invoice.taxes = {}
    for tax, base in bases.items():
        rate = trade.rate_on(tax, invoice.date)
        if rate is not None:
            invoice.taxes[tax] = Tax(rate, base, half_up(base * rate))
    invoice.total = invoice.subtotal + sum((tax.amount for tax in invoice.taxes.values()), ZERO)
