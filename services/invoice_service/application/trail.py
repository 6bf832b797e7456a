"""The audit trail of invoices: what changed, field by field, before and after."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.domain.changes import Change, Personal, changes_between
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.plain_data import plain_data

_LINE_FIELDS = (
    "kind",
    "description",
    "job",
    "extra_charge",
    "product",
    "gl_account",
    "po_number",
    "ordered_quantity",
    "quantity",
    "unit_price",
    "total_price",
    "tax_code",
    "total",
    "release_quantity",
    "manual",
)


def told(invoice: Invoice) -> dict[str, Any]:
    """What the trail tells of an invoice, as plain texts; lines by their place."""
    fields: dict[str, Any] = {
        "proforma_number": invoice.proforma_number,
        "final_number": invoice.final_number,
        "customer": invoice.customer,
        "payer": invoice.payer,
        "status": invoice.status.value,
        "date": invoice.date.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "business_entity": invoice.business_entity,
        "ship_to": invoice.ship_to_address,
        "billing_contact": invoice.billing_contact.id if invoice.billing_contact else None,
        "tax_code": invoice.tax_code,
        "payment_term": invoice.payment_term,
        "payment_method": invoice.payment_method,
        "sales_rep": invoice.sales_rep,
        "receivable_account": invoice.receivable_account,
        "currency": invoice.currency,
        "exchange_rate": plain(invoice.exchange_rate) if invoice.exchange_rate is not None else None,
        "language": invoice.language,
        "message": invoice.message,
        "note": invoice.note,
        "hold": invoice.hold,
        "credit_reason": invoice.credit_reason,
        "manual": list(invoice.manual) or None,
        "subtotal": str(invoice.totals.subtotal),
        "total": str(invoice.totals.total),
    }
    for tax in invoice.totals.taxes:
        fields[f"taxes.{tax.code}"] = str(tax.amount)
    for position, line in enumerate(invoice.lines):
        for name, value in _line(line).items():
            fields[f"lines[{position}].{name}"] = value
    return fields


def _line(line: Line) -> dict[str, Any]:
    told = {name: _as_text(getattr(line, name)) for name in _LINE_FIELDS}
    told["manual"] = list(line.manual) or None
    if line.credited_line is None:
        told["release_quantity"] = None
    return told


def _as_text(value: Any) -> Any:  # noqa: ANN401 - what a line may hold
    return plain(value) if isinstance(value, Decimal) else value


def invoice_changes(before: Invoice | None, after: Invoice | None) -> tuple[Change, ...]:
    """Every field that differs between two states of an invoice."""
    old, new = told(before) if before else {}, told(after) if after else {}
    if before is not None and after is not None:
        old, new = {**old, **_copied(before)}, {**new, **_copied(after)}
    return tuple(
        change
        for change in changes_between(old, new)
        if change.before is not None or change.after is not None
    )


def _copied(invoice: Invoice) -> dict[str, Any]:
    """What an invoice copied of its parties: the same code may stand for another name or address by now."""
    fields: dict[str, Any] = {}
    for name in ("sold_to", "bill_to", "ship_to"):
        party = getattr(invoice, name)
        fields[f"{name}.name"] = party.name if party else None
        fields[f"{name}.address"] = plain_data(party.address) if party and party.address else None
    for name in ("name", "salutation", "email"):
        contact = invoice.billing_contact
        fields[f"billing_contact.{name}"] = Personal(getattr(contact, name) if contact else None)
    return fields


def entry(
    context: Context, action: str, invoice: Invoice, changes: Iterable[Change] = ()
) -> Mapping[str, Any]:
    """One row of the trail of an invoice."""
    return {
        "at": context.now,
        "actor": context.actor.as_dict(),
        "action": action,
        "subject_kind": "invoice",
        "subject": str(invoice.id),
        "changes": [change.as_dict() for change in changes],
        "correlation_id": context.correlation_id,
    }
