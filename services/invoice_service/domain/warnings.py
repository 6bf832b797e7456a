"""What is odd about an invoice without keeping it from being final."""

from collections.abc import Iterator
from decimal import Decimal

from services.invoice_service.domain.errors import FieldError
from services.invoice_service.domain.invoice import Invoice, OtherUse, Surroundings
from services.invoice_service.domain.line import JOB
from services.invoice_service.domain.money import plain


def warnings(invoice: Invoice, around: Surroundings) -> tuple[FieldError, ...]:
    """The warnings of a pro forma, by field. A final has none: nothing could be done about them."""
    if invoice.status.final or invoice.kind == "credit_note":
        return ()
    return (*_tax_code(invoice, around), *_quantities(invoice, around), *_registrations(invoice))


def _tax_code(invoice: Invoice, around: Surroundings) -> Iterator[FieldError]:
    address = invoice.ship_to.address if invoice.ship_to else None
    province = address.province if address else None
    if province and around.tax_code_province and province != around.tax_code_province:
        yield FieldError("tax_code", "tax_code_unfit", {"tax_code": invoice.tax_code, "province": province})


def _quantities(invoice: Invoice, around: Surroundings) -> Iterator[FieldError]:
    for index, line in enumerate(invoice.lines):
        if line.kind != JOB or line.job is None or line.ordered_quantity is None:
            continue
        counted = (use.quantity for use in around.other_uses.get(line.job, ()) if _counts(use, around))
        billed = invoice.billed(line.job) + sum(counted, Decimal(0))
        if billed > line.ordered_quantity:
            yield FieldError(
                f"lines[{index}].quantity",
                "over_ordered",
                {"job": line.job, "quantity": plain(billed), "ordered": plain(line.ordered_quantity)},
            )


def _counts(use: OtherUse, around: Surroundings) -> bool:
    """Whether another use counts; a credit gives back once it is final, or at once to what bills it again."""
    rebilled = around.rebilled_credit is not None and use.number == around.rebilled_credit.number
    return use.quantity > 0 or use.status.final or rebilled


def _registrations(invoice: Invoice) -> Iterator[FieldError]:
    for tax in invoice.totals.taxes:
        if tax.registration_number is None:
            yield FieldError("tax_code", "registration_number_missing", {"tax": tax.code})
