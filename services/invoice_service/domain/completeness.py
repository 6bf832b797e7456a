"""What a pro forma lacks to become final: everything at once, by field."""

import datetime as dt
from collections.abc import Iterator

from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.errors import FieldError
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, all_taxes
from services.invoice_service.domain.line import JOB, Line
from services.invoice_service.domain.tax import AppliedTax


def final_date(invoice: Invoice, drafting: Drafting, now: dt.datetime) -> dt.date:
    """The date typed, else the shop's today."""
    return invoice.date if "date" in invoice.manual else drafting.settings.today(now)


def revenue_account(line: Line, drafting: Drafting) -> str | None:
    """The account of a line's revenue: its own, its product's, else the shop's default."""
    product = drafting.products.get(line.product or "")
    return (
        line.gl_account
        or (product.gl_account if product else None)
        or drafting.settings.default_revenue_account
    )


def receivable_account(invoice: Invoice, drafting: Drafting) -> str | None:
    """The account that the customer owes on: the payer's, else the shop's default."""
    return invoice.receivable_account or drafting.settings.default_receivable_account


def tax_account(tax: AppliedTax, drafting: Drafting) -> str | None:
    """The account of a tax: the one it had when it was charged, else the one it has been given since."""
    known = all_taxes(drafting.tax_codes.values()).get(tax.code)
    return tax.gl_account or (known.gl_account if known else None)


def missing(
    invoice: Invoice, drafting: Drafting, *, day: dt.date, rebilled_credit: LinkedInvoice | None = None
) -> tuple[FieldError, ...]:
    """Everything that keeps an invoice dated `day` from being final, each thing once."""
    found = (
        *_taxes(invoice, drafting, day),
        *_parties(invoice, drafting),
        *_lines(invoice, drafting),
        *_required_accounts(invoice, drafting),
        *(missing_accounts(invoice, drafting) if drafting.settings.connector != "none" else ()),
        *_circumstances(invoice, drafting, day, rebilled_credit),
    )
    return tuple({(error.field, error.code, str(error.data)): error for error in found}.values())


def _taxes(invoice: Invoice, drafting: Drafting, day: dt.date) -> Iterator[FieldError]:
    if invoice.kind == "credit_note":
        return
    untaxed = [line for line in invoice.lines if line.priced and line.tax_code is None]
    if invoice.tax_code is None and (untaxed or not any(line.priced for line in invoice.lines)):
        yield FieldError("tax_code", "tax_code_missing")
    taxes = all_taxes(drafting.tax_codes.values())
    for code in dict.fromkeys(code for line in invoice.lines for code in line.taxes):
        if taxes[code].rate_on(day) is None:
            yield FieldError("tax_code", "tax_rate_missing", {"tax": code})


def _parties(invoice: Invoice, drafting: Drafting) -> Iterator[FieldError]:
    if invoice.billing_contact is None:
        yield FieldError("billing_contact", "billing_contact_missing")
    if invoice.kind == "invoice" and not (drafting.customer.billable and drafting.payer.billable):
        yield FieldError("customer", "prospect")


def _lines(invoice: Invoice, drafting: Drafting) -> Iterator[FieldError]:
    if not any(line.priced for line in invoice.lines):
        yield FieldError("lines", "no_priced_line")
    if invoice.kind == "invoice" and drafting.customer.po_required:
        with_po = [line for line in invoice.lines if line.po_number]
        if not with_po or any(line.kind == JOB and not line.po_number for line in invoice.lines):
            yield FieldError("po_number", "po_number_missing")


def _required_accounts(invoice: Invoice, drafting: Drafting) -> Iterator[FieldError]:
    """What the shop wants on every line; a credit follows the invoice that it credits, and can't be changed."""
    if invoice.kind == "credit_note" or not drafting.settings.line_account_required:
        return
    for index, line in enumerate(invoice.lines):
        if line.priced and not (line.gl_account or line.product):
            yield FieldError(f"lines[{index}].gl_account", "gl_account_missing")


def missing_accounts(invoice: Invoice, drafting: Drafting) -> tuple[FieldError, ...]:
    """The postings that have no account: without it, nothing can be booked."""
    errors = [
        FieldError(f"lines[{index}].gl_account", "gl_account_missing")
        for index, line in enumerate(invoice.lines)
        if line.total and revenue_account(line, drafting) is None
    ]
    if receivable_account(invoice, drafting) is None:
        errors.append(FieldError("receivable_account", "receivable_account_missing"))
    errors += [
        FieldError("tax_code", "tax_account_missing", {"tax": tax.code})
        for tax in invoice.totals.taxes
        if tax.amount and tax_account(tax, drafting) is None
    ]
    return tuple(errors)


def _circumstances(
    invoice: Invoice, drafting: Drafting, day: dt.date, rebilled_credit: LinkedInvoice | None
) -> Iterator[FieldError]:
    settings = drafting.settings
    if settings.locked_until is not None and day <= settings.locked_until:
        yield FieldError("date", "period_locked", {"until": settings.locked_until.isoformat()})
    if invoice.hold is not None:
        yield FieldError("hold", "on_hold", {"reason": invoice.hold})
    if invoice.kind == "invoice" and invoice.totals.total < 0:
        yield FieldError("total", "negative_total")
    if invoice.currency != settings.currency and invoice.exchange_rate is None:
        yield FieldError("exchange_rate", "exchange_rate_missing")
    if rebilled_credit is not None and not rebilled_credit.status.final:
        yield FieldError("credited_invoice", "credit_not_final")
