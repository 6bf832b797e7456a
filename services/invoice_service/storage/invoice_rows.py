"""Invoices between the domain and JSON rows: one place for each direction."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import asyncpg

from services.invoice_service.application.ports.invoicing import Listed
from services.invoice_service.domain.axes import Axes, Axis, AxisReason, Document
from services.invoice_service.domain.credit import Credited, fully_credited
from services.invoice_service.domain.invoice import (
    BillingContact,
    Invoice,
    LinkedInvoice,
    OtherUse,
    Status,
    Surroundings,
)
from services.invoice_service.domain.job import JobState
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.parties import Party, PartyAddress
from services.invoice_service.domain.plain_data import plain_data
from services.invoice_service.domain.tax import AppliedTax, Totals
from services.invoice_service.domain.texts import Localized
from services.invoice_service.storage.drafting_rows import settings_from

Row = dict[str, Any]


def invoice_from(row: Row, lines: list[Row], taxes: list[Row]) -> Invoice:
    """The invoice in a row, its lines and its taxes."""
    return Invoice(
        id=uuid.UUID(row["id"]),
        kind=row["kind"],
        status=Status(row["status"]),
        version=row["version"],
        business_entity=row["business_entity"],
        proforma_number=row["proforma_number"],
        final_number=row["final_number"],
        date=dt.date.fromisoformat(row["date"]),
        due_date=_date(row["due_date"]),
        customer=row["customer"],
        payer=row["payer"],
        sold_to=_party(row["sold_to"]),
        bill_to=_party(row["bill_to"]),
        ship_to=_party(row["ship_to"]) if row["ship_to"] else None,
        ship_to_address=row["ship_to_address"],
        billing_contact=BillingContact(**row["billing_contact"]) if row["billing_contact"] else None,
        tax_code=row["tax_code"],
        payment_term=row["payment_term"],
        payment_method=row["payment_method"],
        sales_rep=row["sales_rep"],
        receivable_account=row["receivable_account"],
        currency=row["currency"],
        exchange_rate=row["exchange_rate"],
        language=row["language"],
        message=row["message"],
        note=row["note"],
        hold=row["hold"]["reason"] if row["hold"] else None,
        manual=tuple(row["manual"]),
        lines=tuple(line_from(line) for line in lines),
        totals=Totals(row["subtotal"], tuple(tax_from(tax) for tax in taxes), row["total"]),
        credited_invoice=_uuid(row["credited_invoice"]),
        credit_reason=row["credit_reason"],
        rebills=_uuid(row["rebills"]),
        created_at=dt.datetime.fromisoformat(row["created_at"]),
        updated_at=dt.datetime.fromisoformat(row["updated_at"]),
        finalized_at=_time(row["finalized_at"]),
    )


def listed_from(row: asyncpg.Record) -> Listed:
    """What a list shows of an invoice, from a row of columns."""
    return Listed(
        id=uuid.UUID(int=row["id"].int),
        number=row["number"],
        jobs=tuple(dict.fromkeys(row["jobs"])),
        date=row["date"],
        name=row["name"],
        subtotal=row["subtotal"],
        currency=row["currency"],
        status=Status(row["status"]),
        hold=row["hold"],
        favourite=row["favourite"],
    )


def line_from(row: Row) -> Line:
    """The line in a row."""
    return Line(
        id=uuid.UUID(row["id"]),
        kind=row["kind"],
        description=row["description"],
        job=row["job"],
        extra_charge=row["extra_charge"],
        product=row["product"],
        gl_account=row["gl_account"],
        po_number=row["po_number"],
        ordered_quantity=row["ordered_quantity"],
        quantity=row["quantity"],
        unit_price=row["unit_price"],
        total_price=row["total_price"],
        tax_code=row["tax_code"],
        manual=tuple(row["manual"]),
        taxes=tuple(row["taxes"]),
        credited_line=_uuid(row["credited_line"]),
        release_quantity=row["release_quantity"],
        total=row["total"],
    )


def tax_from(row: Row) -> AppliedTax:
    """The tax of a document in a row."""
    return AppliedTax(
        row["code"],
        Localized(**row["name"]),
        row["rate"],
        row["base"],
        row["amount"],
        row["gl_account"],
        row["registration_number"],
    )


def invoice_row(invoice: Invoice) -> Row:
    """The row of an invoice, without its lines and taxes."""
    return {
        "id": str(invoice.id),
        "kind": invoice.kind,
        "status": invoice.status.value,
        "version": invoice.version,
        "business_entity": invoice.business_entity,
        "proforma_number": invoice.proforma_number,
        "date": invoice.date,
        "due_date": invoice.due_date,
        "customer": invoice.customer,
        "payer": invoice.payer,
        "sold_to": plain_data(invoice.sold_to),
        "bill_to": plain_data(invoice.bill_to),
        "ship_to": plain_data(invoice.ship_to) if invoice.ship_to else None,
        "ship_to_address": invoice.ship_to_address,
        "billing_contact": plain_data(invoice.billing_contact) if invoice.billing_contact else None,
        "tax_code": invoice.tax_code,
        "payment_term": invoice.payment_term,
        "payment_method": invoice.payment_method,
        "sales_rep": invoice.sales_rep,
        "receivable_account": invoice.receivable_account,
        "currency": invoice.currency,
        "exchange_rate": invoice.exchange_rate,
        "language": invoice.language,
        "message": invoice.message,
        "note": invoice.note,
        "hold": {"reason": invoice.hold} if invoice.hold is not None else None,
        "manual": list(invoice.manual),
        "subtotal": invoice.totals.subtotal,
        "total": invoice.totals.total,
        "credited_invoice": invoice.credited_invoice,
        "credit_reason": invoice.credit_reason,
        "rebills": invoice.rebills,
        "search": search_text(invoice),
        "customer_key": invoice.sold_to.name,
        "created_at": invoice.created_at,
        "updated_at": invoice.updated_at,
    }


def search_text(invoice: Invoice) -> str:
    """What `q` looks into: numbers, customer, jobs, orders, descriptions."""
    words = [
        invoice.number,
        invoice.proforma_number,
        invoice.customer,
        invoice.sold_to.name,
        invoice.bill_to.name,
        *invoice.jobs,
        *(line.po_number for line in invoice.lines if line.po_number),
        *(line.description for line in invoice.lines),
    ]
    return " ".join(dict.fromkeys(words))


def line_row(line: Line, invoice_id: uuid.UUID, position: int) -> Row:
    """The row of a line at a position."""
    return {**plain_data(line), "invoice_id": invoice_id, "position": position}


def tax_rows(invoice: Invoice) -> list[Row]:
    """The rows of an invoice's taxes."""
    return [
        {**plain_data(tax), "invoice_id": invoice.id, "position": position}
        for position, tax in enumerate(invoice.totals.taxes)
    ]


def surroundings_from(read: Row, invoice: Invoice) -> Surroundings:
    """What stands around an invoice, from one read of it."""
    uses: dict[str, tuple[OtherUse, ...]] = {}
    for use in read["other_uses"]:
        uses[use["job"]] = (*uses.get(use["job"], ()), other_use(use))
    settings = settings_from(read["settings"])
    axes = axes_from(read["axes"]).of_version(read["invoice"]["version"])
    return Surroundings(
        axes=axes.waiting_for(
            connector_paused=settings.connector_paused, outbound_off=settings.outbound == "off"
        ),
        document=document_from(read["document"]) if read["document"] else None,
        credited=linked(read["credited"]) if read["credited"] else None,
        credit_notes=tuple(linked(row) for row in read["credit_notes"]),
        rebilled_credit=linked(read["rebilled_credit"]) if read["rebilled_credit"] else None,
        rebilled_by=linked(read["rebilled_by"]) if read["rebilled_by"] else None,
        other_uses=uses,
        jobs={number: _job_state(job) for number, job in (read["jobs"] or {}).items()},
        contacts=frozenset(read["contacts"] or ()),
        email_under_way=read["email_under_way"],
        latest_email=_uuid(read["axes"]["delivery_email"]),
        fully_credited=fully_credited(invoice, _credited(read)),
        favourite=read["favourite"],
        tax_code_province=read["tax_code_province"],
        connected=settings.connector != "none",
        connector_paused=settings.connector_paused,
    )


def _job_state(row: Row) -> JobState:
    return JobState(Decimal(row["ordered_quantity"]), Decimal(row["billed"]), row["status"], row["payer"])


def _credited(read: Row) -> dict[uuid.UUID, Credited]:
    return {
        uuid.UUID(row["line"]): Credited(Decimal(row["quantity"]), Decimal(row["amount"]))
        for row in read["credited_lines"]
    }


def other_use(row: Row) -> OtherUse:
    """Another invoice on which a job stands."""
    return OtherUse(
        row["number"],
        dt.date.fromisoformat(row["date"]),
        row["quantity"] or Decimal(0),
        Status(row["status"]),
    )


def linked(row: Row) -> LinkedInvoice:
    """A linked invoice in a row."""
    return LinkedInvoice(
        uuid.UUID(row["id"]), row["number"], dt.date.fromisoformat(row["date"]), Status(row["status"])
    )


def document_from(row: Row) -> Document:
    """A rendered document in a row."""
    return Document(row["key"], row["sha256"], row["size"])


def axes_from(row: Row) -> Axes:
    """The axes in a row."""
    return Axes(
        rendering=_axis(row, "rendering"),
        rendering_version=row["rendering_version"],
        rendering_source=row["rendering_source"],
        delivery=_axis(row, "delivery"),
        transfer=_axis(row, "transfer"),
        transfer_attempt=row["transfer_attempt"],
        transfer_connector=row["transfer_connector"],
        transfer_external_id=row["transfer_external_id"],
        transfer_manual=row["transfer_manual"],
    )


def _axis(row: Row, name: str) -> Axis:
    reason = row[f"{name}_reason"]
    return Axis(
        row[f"{name}_state"],
        AxisReason(reason["code"], reason.get("message", "")) if reason else None,
        _time(row[f"{name}_at"]),
    )


def _party(row: Row) -> Party:
    address = row["address"]
    return Party(row["code"], row["name"], row["attention"], PartyAddress(**address) if address else None)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _time(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _uuid(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
