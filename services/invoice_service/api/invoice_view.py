"""An invoice, its lines and its e-mails as they are answered: decimals as text, references as codes."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.invoice_service.application.compose_email import Address, EmailDraft
from services.invoice_service.application.ports.invoicing import Loaded, StoredEmail
from services.invoice_service.application.preview_email import EmailPreview
from services.invoice_service.domain.actions import available_actions
from services.invoice_service.domain.actors import Actor
from services.invoice_service.domain.axes import Axis
from services.invoice_service.domain.invoice import Invoice, OtherUse, Surroundings
from services.invoice_service.domain.line import Line, shown_unit_price
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.plain_data import plain_data
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.tax import AppliedTax
from services.invoice_service.domain.texts import Language
from services.invoice_service.domain.warnings import warnings

Json = dict[str, Any]


def invoice_view(loaded: Loaded, actor: Actor, language: Language) -> Json:
    """The invoice as this actor sees it; `language` is that of the reasons on its axes."""
    invoice, around = loaded.invoice, loaded.around
    return {
        "id": str(invoice.id),
        "number": invoice.number,
        "proforma_number": invoice.proforma_number,
        "final_number": invoice.final_number,
        "kind": invoice.kind,
        "status": invoice.status.value,
        "date": invoice.date.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "customer": invoice.customer,
        "sold_to": plain_data(invoice.sold_to),
        "bill_to": plain_data(invoice.bill_to),
        "ship_to": plain_data(invoice.ship_to) if invoice.ship_to else None,
        "billing_contact": plain_data(invoice.billing_contact) if invoice.billing_contact else None,
        "tax_code": invoice.tax_code,
        "payment_term": invoice.payment_term,
        "payment_method": invoice.payment_method,
        "sales_rep": invoice.sales_rep,
        "currency": invoice.currency,
        "exchange_rate": _decimal(invoice.exchange_rate),
        "language": invoice.language,
        "business_entity": invoice.business_entity,
        "message": invoice.message,
        "note": invoice.note,
        "hold": {"reason": invoice.hold} if invoice.hold is not None else None,
        "favourite": around.favourite,
        "manual": list(invoice.manual),
        "lines": [line_view(line, position, around) for position, line in enumerate(invoice.lines)],
        "subtotal": _amount(invoice.totals.subtotal),
        "taxes": [_tax(tax) for tax in invoice.totals.taxes],
        "total": _amount(invoice.totals.total),
        "jobs": list(invoice.jobs),
        "credited_invoice": around.credited.number if around.credited else None,
        "credit_reason": invoice.credit_reason,
        "credit_notes": [link.number for link in around.credit_notes],
        **_axes(around, language),
        "available_actions": {
            name: {
                "enabled": action.enabled,
                "reason": _coded(action.code, action.data) if action.code else None,
            }
            for name, action in available_actions(invoice, around, actor).items()
        },
        "warnings": [
            {
                "code": warning.code,
                "field": warning.field,
                "message": sentence(warning.code, warning.data).as_dict(),
            }
            for warning in warnings(invoice, around)
        ],
        "version": invoice.version,
        "created_at": moment(invoice.created_at),
        "updated_at": moment(invoice.updated_at),
        "finalized_at": moment(invoice.finalized_at),
    }


def line_view(line: Line, position: int, around: Surroundings) -> Json:
    """A line; on a credit note, quantity and total are negative."""
    return {
        "id": str(line.id),
        "kind": line.kind,
        "position": position,
        "job": line.job,
        "extra_charge": line.extra_charge,
        "other_invoices": [_use(use) for use in around.other_uses.get(line.job or "", ())],
        "po_number": line.po_number,
        "description": line.description,
        "ordered_quantity": _decimal(line.ordered_quantity),
        "quantity": _decimal(line.quantity),
        "unit_price": _decimal(shown_unit_price(line), places=2),
        "total_price": _amount(line.total_price),
        "product": line.product,
        "gl_account": line.gl_account,
        "tax_code": line.tax_code,
        "total": _amount(line.total),
        "manual": list(line.manual),
        "release_quantity": line.release_quantity if line.credited_line else None,
        "credited_line": str(line.credited_line) if line.credited_line else None,
    }


def line_in(invoice: Invoice, line: Line, around: Surroundings) -> Json:
    """A line at its place in its invoice."""
    position = next(index for index, other in enumerate(invoice.lines) if other.id == line.id)
    return line_view(line, position, around)


def _use(use: OtherUse) -> Json:
    return {
        "number": use.number,
        "date": use.date.isoformat(),
        "quantity": plain(use.quantity),
        "status": use.status.value,
    }


def _tax(tax: AppliedTax) -> Json:
    return {
        "code": tax.code,
        "name": tax.name.as_dict(),
        "rate": plain(tax.rate),
        "base": _amount(tax.base),
        "amount": _amount(tax.amount),
    }


def _axes(around: Surroundings, language: Language) -> Json:
    axes, document = around.axes, around.document
    return {
        "rendering": {
            **_axis(axes.rendering, language),
            "document": {"sha256": document.sha256, "size": document.size} if document else None,
        },
        "delivery": _axis(axes.delivery, language),
        "transfer": {
            **_axis(axes.transfer, language),
            "connector": axes.transfer_connector,
            "external_id": axes.transfer_external_id,
            "manual": axes.transfer_manual,
        },
    }


def _axis(axis: Axis, language: Language) -> Json:
    reason = reason_view(axis.reason.code, axis.reason.message, language) if axis.reason else None
    return {"state": axis.state, "reason": reason, "at": moment(axis.at)}


def reason_view(code: str, said: str, language: Language) -> Json:
    """A reason: what the other side said, else our own sentence of its code."""
    return {"code": code, "message": said or sentence(code).text(language)}


def _coded(code: str, data: Mapping[str, Any] | None) -> Json:
    return {"code": code, "message": sentence(code, dict(data or {})).as_dict()}


def email_view(email: StoredEmail, language: Language) -> Json:
    """An e-mail of the history, with the state of each recipient; `language` is that of its reason."""
    return {
        "id": str(email.id),
        "state": email.state,
        "reason": reason_view(email.reason["code"], email.reason["message"], language)
        if email.reason
        else None,
        "from": dict(email.sender),
        "recipients": [
            {name: getattr(recipient, name) for name in ("role", "name", "email", "state", "reply")}
            for recipient in email.recipients
        ],
        "subject": email.subject,
        "body": email.body,
        "pdf": email.with_pdf,
        "attachments": [
            {name: attachment.get(name) for name in ("id", "name", "content_type")}
            for attachment in email.attachments
        ],
        "message_id": email.message_id,
        "possible_duplicate": email.possible_duplicate,
        "created_at": moment(email.created_at),
        "sent_at": moment(email.sent_at),
    }


def preview_view(preview: EmailPreview) -> Json:
    """An e-mail as it would be sent; the size of its PDF is known once that is made."""
    email, files = preview.email, []
    if email.with_pdf:
        size = preview.document.size if preview.document else None
        files.append({"name": email.pdf_name, "content_type": "application/pdf", "size": size})
    files += [
        {
            "name": attachment["name"],
            "content_type": attachment["content_type"],
            "size": attachment["document"]["size"],
        }
        for attachment in email.attachments
    ]
    return {
        "from": dict(email.sender),
        "recipients": [
            {name: getattr(recipient, name) for name in ("role", "name", "email")}
            for recipient in email.recipients
        ],
        "subject": email.subject,
        "text": email.body,
        "html": preview.html,
        "attachments": files,
    }


def draft_view(draft: EmailDraft) -> Json:
    """An e-mail as it is proposed: what `POST …/emails` takes, and the name of the PDF."""

    def mailbox(address: Address) -> Json:
        return {"name": address.name, "email": address.email}

    return {
        "from": mailbox(draft.sender) if draft.sender else None,
        "to": [mailbox(address) for address in draft.to],
        "cc": [mailbox(address) for address in draft.cc],
        "bcc": [mailbox(address) for address in draft.bcc],
        "subject": draft.subject,
        "body": draft.body,
        "attachments": [],
        "pdf": True,
        "attachment_name": draft.attachment_name,
    }


def audit_view(row: Mapping[str, Any]) -> Json:
    """One entry of the trail."""
    return {
        "at": moment(row["at"]),
        "actor": row["actor"],
        "action": row["action"],
        "changes": row["changes"],
    }


def _decimal(value: Decimal | None, *, places: int = 0) -> str | None:
    return plain(value, places=places) if value is not None else None


def _amount(value: Decimal | None) -> str | None:
    return format(value, ".2f") if value is not None else None


def moment(at: dt.datetime | None) -> str | None:
    """A time as it is answered: RFC 3339, UTC."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if at else None
