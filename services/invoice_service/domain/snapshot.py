"""What a document says, complete, as plain data: frozen at finalize, sent to be rendered, told in UBL."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice
from services.invoice_service.domain.line import Line, shown_unit_price
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.parties import Party
from services.invoice_service.domain.plain_data import plain_data
from services.invoice_service.domain.texts import Localized


@dataclass(frozen=True, slots=True)
class PrintMaterial:
    """What goes on paper besides the invoice itself: the issuer, and the shop's own labels."""

    issuer: Mapping[str, Any]
    labels: Mapping[str, Localized]


def document_snapshot(
    invoice: Invoice,
    drafting: Drafting,
    material: PrintMaterial,
    *,
    credited: LinkedInvoice | None,
) -> dict[str, Any]:
    """The document of an invoice as it stands, in the shape of `shared.contracts.values.DocumentSnapshot`."""
    settings = drafting.settings
    term = drafting.terms.get(invoice.payment_term or "")
    method = drafting.methods.get(invoice.payment_method or "")
    return {
        "template": settings.template,
        "invoice_id": str(invoice.id),
        "version": invoice.version,
        "kind": invoice.kind,
        "stage": "final" if invoice.status.final else "proforma",
        "number": invoice.number,
        "date": invoice.date,
        "due_date": None if invoice.kind == "credit_note" else invoice.due_date,
        "language": invoice.language,
        "currency": invoice.currency,
        "company_currency": settings.currency,
        "exchange_rate": invoice.exchange_rate if invoice.currency != settings.currency else None,
        "issuer": dict(material.issuer),
        "sold_to": _party(invoice.sold_to),
        "bill_to": _party(invoice.bill_to) if invoice.payer != invoice.customer else None,
        "ship_to": _party(invoice.ship_to) if invoice.ship_to else None,
        "billing_contact": (
            {"name": invoice.billing_contact.name, "email": invoice.billing_contact.email}
            if invoice.billing_contact
            else None
        ),
        "payment_term": term.description.as_dict() if term else None,
        "payment_method": method.as_dict() if method else None,
        "sales_rep": drafting.sales_reps.get(invoice.sales_rep or ""),
        "lines": [_line(line) for line in invoice.lines],
        "subtotal": invoice.totals.subtotal,
        "taxes": [
            {
                "code": tax.code,
                "name": tax.name.as_dict(),
                "rate": tax.rate,
                "base": tax.base,
                "amount": tax.amount,
                "registration_number": tax.registration_number,
            }
            for tax in invoice.totals.taxes
        ],
        "total": invoice.totals.total,
        "message": invoice.message,
        "credited_invoice": (
            {"number": credited.number, "date": credited.date, "reason": invoice.credit_reason or ""}
            if credited
            else None
        ),
        "presentation": {
            "show_job_number": settings.show_job_number_on_lines,
            "accent_colour": settings.accent_colour,
            "footer": settings.footer.as_dict() if settings.footer else None,
            "columns": settings.columns,
            "labels": {key: text.as_dict() for key, text in material.labels.items()},
        },
    }


def digest_of(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of what a document says, whichever version of its invoice says it."""
    content = {name: value for name, value in snapshot.items() if name != "version"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=_text).encode()).hexdigest()


def _text(value: object) -> str:
    """A decimal reads the same whatever column it came from."""
    return plain(value) if isinstance(value, Decimal) else str(value)


def _party(party: Party) -> dict[str, Any]:
    return plain_data(party)


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "job": line.job,
        "product": line.product,
        "po_number": line.po_number,
        "description": line.description,
        "ordered_quantity": line.ordered_quantity,
        "quantity": line.quantity,
        "unit_price": shown_unit_price(line),
        "total_price": line.total_price,
        "taxes": line.taxes,
        "total": line.total,
    }
