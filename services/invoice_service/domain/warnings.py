"""What is odd about an invoice without keeping it from being final."""

from collections.abc import Iterator

from services.invoice_service.domain.errors import FieldError
from services.invoice_service.domain.invoice import Invoice, Surroundings
from services.invoice_service.domain.job import CANCELLED
from services.invoice_service.domain.line import JOB, TEXT


def warnings(invoice: Invoice, around: Surroundings) -> tuple[FieldError, ...]:
    """The warnings of a pro forma, by field. A final has none: nothing could be done about them."""
    if invoice.status.final or invoice.kind == "credit_note":
        return ()
    return (
        *_tax_code(invoice, around),
        *_contact(invoice, around),
        *_prices(invoice),
        *_jobs(invoice, around),
        *_registrations(invoice),
    )


def _tax_code(invoice: Invoice, around: Surroundings) -> Iterator[FieldError]:
    address = invoice.ship_to.address if invoice.ship_to else None
    province = address.province if address else None
    if province and around.tax_code_province and province != around.tax_code_province:
        yield FieldError("tax_code", "tax_code_unfit", {"tax_code": invoice.tax_code, "province": province})


def _contact(invoice: Invoice, around: Surroundings) -> Iterator[FieldError]:
    """The contact that was copied is no longer one of the payer's, or not an active one."""
    contact = invoice.billing_contact
    if contact is not None and around.contacts is not None and contact.id not in around.contacts:
        yield FieldError("billing_contact", "billing_contact_gone")


def _prices(invoice: Invoice) -> Iterator[FieldError]:
    """Only a text may have no price at all."""
    for index, line in enumerate(invoice.lines):
        if line.kind != TEXT and not line.priced:
            yield FieldError(f"lines[{index}].unit_price", "price_missing")


def _jobs(invoice: Invoice, around: Surroundings) -> Iterator[FieldError]:
    """What became of the jobs since their lines were made."""
    for index, line in enumerate(invoice.lines):
        job = around.jobs.get(line.job or "")
        if job is None:
            continue
        if line.kind == JOB and job.billed > job.ordered_quantity:
            yield FieldError(
                f"lines[{index}].quantity",
                "over_ordered",
                {"job": line.job, "quantity": job.billed, "ordered": job.ordered_quantity},
            )
        if job.status == CANCELLED:
            yield FieldError(f"lines[{index}].job", "job_cancelled", {"job": line.job})
        if job.payer not in (None, invoice.payer):
            yield FieldError(f"lines[{index}].job", "other_payer", {"job": line.job})


def _registrations(invoice: Invoice) -> Iterator[FieldError]:
    for tax in invoice.totals.taxes:
        if tax.registration_number is None:
            yield FieldError("tax_code", "registration_number_missing", {"tax": tax.code})
