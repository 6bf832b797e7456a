"""The customer of a pro forma becomes another one, or is read again as it is now."""

import dataclasses
import datetime as dt
from typing import Any

from services.invoice_service.domain.drafting import Drafting, default_message
from services.invoice_service.domain.editing import FIELDS, new_proforma, settled, with_values
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.line_defaults import in_language

_OF_CUSTOMER = ("customer", "payer", "sold_to", "bill_to", "currency", "receivable_account")


def resold(invoice: Invoice, drafting: Drafting, *, now: dt.datetime) -> Invoice:
    """The pro forma sold to another customer: what nobody typed follows the new one.

    Raises:
        Conflict: customer_fixed, once a line comes from a job or it is a credit note.
    """
    if invoice.jobs or invoice.kind == "credit_note":
        raise Conflict("customer_fixed")
    fresh = new_proforma(invoice.id, invoice.proforma_number, drafting, job=None, now=now)
    # A typed address or contact belongs to the customer before.
    return _following(invoice, fresh, drafting, lost=("ship_to", "billing_contact"))


def read_again(invoice: Invoice, drafting: Drafting, *, now: dt.datetime, job: Job | None) -> Invoice:
    """The pro forma with its customer as it is now. A credit note keeps what its invoice said."""
    if invoice.kind == "credit_note":
        return invoice
    fresh = new_proforma(invoice.id, invoice.proforma_number, drafting, job=job, now=now)
    return _following(invoice, fresh, drafting)


def _following(
    invoice: Invoice, fresh: Invoice, drafting: Drafting, *, lost: tuple[str, ...] = ()
) -> Invoice:
    """The invoice with all that nobody typed as a fresh one has it; what is `lost` counts as not typed."""
    if fresh.currency != invoice.currency:
        lost = (*lost, "exchange_rate")
    kept = tuple(field for field in invoice.manual if field not in lost)
    language = invoice.language if "language" in kept else fresh.language
    followed: dict[str, Any] = {}
    if "ship_to" not in kept:
        followed["ship_to_address"] = fresh.ship_to_address
    followed |= {
        field: getattr(fresh, field) for field in (*_OF_CUSTOMER, *FIELDS) if field not in (*kept, "language")
    }
    if "message" not in kept:
        followed["message"] = default_message(drafting.messages, language)
    edited = dataclasses.replace(
        invoice,
        **followed,
        language=language,
        lines=in_language(invoice.lines, drafting, language)
        if language != invoice.language
        else invoice.lines,
        manual=kept,
    )
    return settled(with_values(edited, _copied_again(edited, drafting), drafting), drafting)


def _copied_again(invoice: Invoice, drafting: Drafting) -> dict[str, Any]:
    """The typed address and contact, to be copied as they are now; one that is gone stays as it was copied."""
    address, contact = invoice.ship_to_address, invoice.billing_contact
    again: dict[str, Any] = {}
    if address is not None and drafting.customer.address(address) is not None:
        again["ship_to"] = address
    if contact is not None and drafting.payer.contact(contact.id) is not None:
        again["billing_contact"] = contact.id
    return again
