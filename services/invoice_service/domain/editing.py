"""Making and editing a pro forma: pure functions from one state of it to the next."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from services.invoice_service.domain.drafting import (
    Drafting,
    default_billing_contact,
    default_message,
    default_ship_to_address,
    default_tax_code,
    due_date,
)
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.invoice import BillingContact, Invoice, Status, retotalled
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.line_defaults import in_language
from services.invoice_service.domain.money import MAX_AMOUNT
from services.invoice_service.domain.parties import copied_address, ship_to, sold_to
from services.invoice_service.domain.tax import compute_totals
from services.invoice_service.domain.texts import Language

# What a person may type over; clearing it (null) brings the default back.
FIELDS = (
    "date",
    "business_entity",
    "ship_to",
    "billing_contact",
    "tax_code",
    "payment_term",
    "payment_method",
    "sales_rep",
    "language",
    "message",
    "exchange_rate",
)
_TYPED_FOR_GOOD = tuple(field for field in FIELDS if field not in ("date", "exchange_rate"))
OFF_PAPER = ("note", "hold")
FIXED_ON_CREDIT = ("tax_code", "exchange_rate", "business_entity")


def default_value(
    field: str,
    drafting: Drafting,
    today: dt.date,
    language: Language,
    job: Job | None,
    shipped_to: str | None,
) -> Any:  # noqa: ANN401 - each field has its own type
    """What a field says while nobody typed it; the tax code follows the address `shipped_to`."""
    match field:
        case "date":
            return today
        case "business_entity":
            return drafting.business_entity
        case "ship_to":
            return default_ship_to_address(drafting, job)
        case "billing_contact":
            contact = default_billing_contact(drafting.payer)
            return contact.id if contact else None
        case "tax_code":
            address = drafting.customer.address(shipped_to) if shipped_to else None
            return default_tax_code(
                drafting.customer, address.province if address else None, drafting.tax_codes
            )
        case "payment_term" | "payment_method":
            return getattr(drafting.payer, field)
        case "sales_rep":
            return drafting.customer.sales_rep
        case "language":
            return drafting.payer.language
        case "message":
            return default_message(drafting.messages, language)
        case _:
            return None


def new_proforma(
    invoice_id: uuid.UUID, number: str, drafting: Drafting, *, job: Job | None, now: dt.datetime
) -> Invoice:
    """An empty pro forma with the defaults of its customer (and of its first job, when it has one)."""
    today = drafting.settings.today(now)
    language = drafting.payer.language
    blank = Invoice(
        id=invoice_id,
        kind="invoice",
        status=Status.PROFORMA_DRAFT,
        version=1,
        business_entity=drafting.business_entity,
        proforma_number=number,
        date=today,
        customer=drafting.customer.code,
        payer=drafting.payer.code,
        sold_to=sold_to(drafting.customer, None),
        bill_to=sold_to(drafting.payer, None),
        currency=drafting.payer.currency,
        receivable_account=drafting.payer.receivable_account,
        language=language,
        totals=compute_totals((), {}, today),
        created_at=now,
        updated_at=now,
    )
    shipped_to = default_ship_to_address(drafting, job)
    values = {field: default_value(field, drafting, today, language, job, shipped_to) for field in FIELDS}
    return settled(with_values(blank, values, drafting), drafting)


def with_values(invoice: Invoice, values: Mapping[str, Any], drafting: Drafting) -> Invoice:
    """The invoice with these fields set, what they copy copied (address, contact).

    Raises:
        Invalid: some name things that do not exist (all of them are told).
    """
    errors = _unknown_references(values, drafting)
    if errors:
        raise Invalid("invalid", errors=errors)
    changes: dict[str, Any] = {}
    for field, value in values.items():
        if field == "ship_to":
            address = drafting.customer.address(value) if value else None
            changes |= {"ship_to_address": value, "ship_to": ship_to(drafting.customer, address)}
        elif field == "billing_contact":
            changes["billing_contact"] = _contact(value, drafting)
        else:
            changes[field] = value
    return dataclasses.replace(invoice, **changes)


def _contact(contact_id: str | None, drafting: Drafting) -> BillingContact | None:
    contact = drafting.payer.contact(contact_id) if contact_id else None
    if contact is None:
        return None
    return BillingContact(contact.id, contact.full_name, contact.salutation, contact.email)


def _unknown_references(values: Mapping[str, Any], drafting: Drafting) -> tuple[FieldError, ...]:
    known: dict[str, Any] = {
        "business_entity": drafting.entities,
        "tax_code": drafting.tax_codes,
        "payment_term": drafting.terms,
        "payment_method": drafting.methods,
        "sales_rep": drafting.sales_reps,
        "ship_to": {address.id for address in drafting.customer.addresses},
        "billing_contact": {contact.id for contact in drafting.payer.contacts},
    }
    return tuple(
        FieldError(field, "unknown_reference", {"value": value})
        for field, value in values.items()
        if field in known and value is not None and value not in known[field]
    )


def settled(invoice: Invoice, drafting: Drafting) -> Invoice:
    """The invoice with everything that follows from its fields: due date, attention, totals.

    Raises:
        Invalid: amount_too_large, by field.
    """
    contact = invoice.billing_contact
    attention = contact.name if contact else None
    same = invoice.payer == invoice.customer
    credit = invoice.kind == "credit_note"
    bill_to_address = drafting.payer.main_address("billing")
    moved = dataclasses.replace(
        invoice,
        due_date=None if credit else due_date(invoice.date, drafting.terms.get(invoice.payment_term or "")),
        sold_to=dataclasses.replace(invoice.sold_to, attention=attention if same else None),
        bill_to=dataclasses.replace(
            invoice.bill_to,
            attention=attention,
            address=invoice.bill_to.address or (copied_address(bill_to_address) if bill_to_address else None),
        ),
    )
    if credit:
        return moved
    return _within_limits(retotalled(moved, drafting.tax_codes))


def _within_limits(invoice: Invoice) -> Invoice:
    amounts = {f"lines[{index}].total": line.total for index, line in enumerate(invoice.lines)}
    amounts |= {"subtotal": invoice.totals.subtotal, "total": invoice.totals.total}
    errors = tuple(
        FieldError(field, "amount_too_large")
        for field, amount in amounts.items()
        if amount is not None and abs(amount) > MAX_AMOUNT
    )
    if errors:
        raise Invalid("invalid", errors=errors)
    return invoice


def patched(
    invoice: Invoice, changes: Mapping[str, Any], drafting: Drafting, *, now: dt.datetime, job: Job | None
) -> Invoice:
    """The pro forma after a person typed these fields; null clears a field back to its default.

    Raises:
        Invalid: unknown references, or a field that a credit note takes from the credited invoice.
    """
    if invoice.kind == "credit_note":
        fixed = tuple(FieldError(field, "credit_fixed") for field in FIXED_ON_CREDIT if field in changes)
        if fixed:
            raise Invalid("invalid", errors=fixed)
    today = drafting.settings.today(now)
    language = (
        changes.get("language") or ("language" not in changes and invoice.language) or drafting.payer.language
    )
    manual = [field for field in invoice.manual if field not in changes]
    # What nobody typed goes with what it follows from.
    followers = {"message"} if "language" in changes else set()
    if "ship_to" in changes and invoice.kind == "invoice":
        followers.add("tax_code")
    values: dict[str, Any] = {}
    for field in FIELDS:
        if field in changes and changes[field] is not None:
            values[field] = changes[field]
            manual.append(field)
        elif field in changes or (field in followers and field not in invoice.manual):
            shipped_to = values.get("ship_to", invoice.ship_to_address)
            values[field] = default_value(field, drafting, today, language, job, shipped_to)
    off_paper = {field: changes[field] for field in OFF_PAPER if field in changes}
    edited = with_values(
        dataclasses.replace(invoice, manual=tuple(sorted(manual)), **off_paper), values, drafting
    )
    if edited.language != invoice.language and edited.kind == "invoice":
        edited = dataclasses.replace(edited, lines=in_language(edited.lines, drafting, edited.language))
    return settled(edited, drafting)


def typed_values(invoice: Invoice, drafting: Drafting) -> dict[str, Any]:
    """What a person typed over the defaults of an invoice and still exists; not its date, nor that day's rate."""
    values = {field: getattr(invoice, field) for field in invoice.manual if field in _TYPED_FOR_GOOD}
    if "ship_to" in values:
        values["ship_to"] = invoice.ship_to_address
    if "billing_contact" in values:
        values["billing_contact"] = invoice.billing_contact.id if invoice.billing_contact else None
    gone = {error.field for error in _unknown_references(values, drafting)}
    return {field: value for field, value in values.items() if field not in gone}


def with_lines(invoice: Invoice, lines: tuple[Line, ...], drafting: Drafting) -> Invoice:
    """The invoice with other lines, its totals computed anew."""
    return settled(dataclasses.replace(invoice, lines=lines), drafting)


def revised(before: Invoice, after: Invoice, now: dt.datetime) -> Invoice:
    """`after`, with the next version if what reaches paper or totals has changed."""
    unchanged = dataclasses.replace(
        after, version=before.version, updated_at=before.updated_at, note=before.note, hold=before.hold
    )
    if unchanged == before:
        return dataclasses.replace(after, updated_at=now)
    return dataclasses.replace(after, version=before.version + 1, updated_at=now)
