"""A message of each type, as it could be: one story from a completed job to a credited invoice.

What documents show, and what tests send through everything.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal

from shared.contracts import commands, events, production, results
from shared.contracts.envelope import Envelope
from shared.contracts.registry import contract_of
from shared.contracts.values import (
    Address,
    BillingContact,
    DocumentLine,
    DocumentRef,
    DocumentSnapshot,
    DocumentTax,
    Issuer,
    Localized,
    Party,
    Presentation,
    Reason,
    Wire,
)

TIME = dt.datetime(2025, 7, 18, 14, 3, 11, tzinfo=dt.UTC)
_LATER = TIME + dt.timedelta(minutes=5)
_DATE = dt.date(2025, 7, 18)
_DUE = dt.date(2025, 8, 17)
_STORY = "mis-88213"
_INVOICE = "01981e2c-7c00-7d3a-9d44-6f0f4f0a7d11"
_EMAIL = "01981e2c-7c00-7d3a-9d44-6f0f4f0a7d13"
_JOB = "D-0024"
_PROFORMA, _FINAL = "PF-0015", "00004"
_ADDRESS = "chantal.fortin@ateliersboreal.example"
_PDF = DocumentRef(
    key="documents/5d/5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592.pdf",
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    size=48213,
)
_SUBTOTAL, _TOTAL = Decimal("15812.65"), Decimal("18180.59")
_TPS, _TVQ = Decimal("790.63"), Decimal("1577.31")
_TPS_NAME, _TVQ_NAME = Localized(fr="TPS", en="GST"), Localized(fr="TVQ", en="QST")
_CUSTOMER = Party(
    code="C-0153",
    name="Ateliers Boréal inc.",
    attention="Chantal Fortin",
    address=Address(
        line1="1200, rue Saint-Vallier Ouest",
        city="Québec",
        province="QC",
        postal_code="G1N 1C9",
        country="Canada",
    ),
)
_SNAPSHOT = DocumentSnapshot(
    template="standard-1",
    invoice_id=_INVOICE,
    version=3,
    kind="invoice",
    stage="final",
    number=_FINAL,
    date=_DATE,
    due_date=_DUE,
    language="fr",
    currency="CAD",
    company_currency="CAD",
    issuer=Issuer(
        code="MAIN",
        name="Imprimerie du Nord",
        email="factures@imprimeriedunord.example",
        gst_number="123456789 RT0001",
        qst_number="1234567890 TQ0001",
    ),
    sold_to=_CUSTOMER,
    billing_contact=BillingContact(name="Chantal Fortin", email=_ADDRESS),
    payment_term=Localized(fr="Net 30 jours", en="Net 30 days"),
    lines=(
        DocumentLine(
            kind="job",
            job=_JOB,
            po_number="PO-12154",
            description="Encarts",
            ordered_quantity=Decimal(1000),
            quantity=Decimal(1000),
            unit_price=Decimal("15.81265"),
            total_price=_SUBTOTAL,
            taxes=("TPS", "TVQ"),
            total=_SUBTOTAL,
        ),
    ),
    subtotal=_SUBTOTAL,
    taxes=(
        DocumentTax(
            code="TPS",
            name=_TPS_NAME,
            rate=Decimal("0.05"),
            base=_SUBTOTAL,
            amount=_TPS,
            registration_number="123456789 RT0001",
        ),
        DocumentTax(
            code="TVQ",
            name=_TVQ_NAME,
            rate=Decimal("0.09975"),
            base=_SUBTOTAL,
            amount=_TVQ,
            registration_number="1234567890 TQ0001",
        ),
    ),
    total=_TOTAL,
    presentation=Presentation(show_job_number=True),
)
_RENDER = commands.RenderDocument(invoice_id=_INVOICE, version=3, document=_SNAPSHOT)
_ACCEPTED = results.RecipientResult(
    email=_ADDRESS, role="to", state="sent", reply="250 2.0.0 Ok: queued as 4C1D2F", revision=2
)
_REFUSED = _ACCEPTED.model_copy(update={"state": "refused", "reply": "550 5.1.1 no such user"})
_UNCERTAIN = _ACCEPTED.model_copy(update={"state": "uncertain", "reply": None})


def _invoice(model: type[events.InvoiceEvent], status: str, **fields: object) -> events.InvoiceEvent:
    final = status.startswith("final")
    return model.model_validate(
        {
            "invoice_id": _INVOICE,
            "number": _FINAL if final else _PROFORMA,
            "proforma_number": _PROFORMA,
            "final_number": _FINAL if final else None,
            "kind": "invoice",
            "status": status,
            "version": 3 if final else 2,
            "customer": _CUSTOMER.code,
            "date": _DATE,
            "currency": "CAD",
            "subtotal": _SUBTOTAL,
            "total": _TOTAL,
            "jobs": (_JOB,),
            **fields,
        }
    )


def _job(status: production.JobStatus) -> production.JobData:
    return production.JobData(
        number=_JOB,
        customer=_CUSTOMER.code,
        title="Encarts",
        ordered_quantity=Decimal(1000),
        produced_quantity=Decimal(1000),
        total_price=_SUBTOTAL,
        currency="CAD",
        po_number=None,
        gl_account="4444",
        status=status,
        extra_charges=(
            production.ExtraChargeData(
                id="x1", code="livraison", quantity=Decimal(1), unit_price=Decimal("40.00")
            ),
        ),
    )


EXAMPLES: Mapping[str, Wire] = {
    "production.job.completed.v1": production.JobCompleted(job=_job("production_complete")),
    "production.job.updated.v1": production.JobUpdated(job=_job("in_production")),
    "production.customer.updated.v1": production.CustomerUpdated(
        customer=production.CustomerData(
            code="C-0153",
            name="Ateliers Boréal inc.",
            language="fr",
            currency="CAD",
            po_required=True,
            tax_code="QC",
            payment_term="NET30",
            addresses=(
                production.AddressData(
                    id="main",
                    kind="billing",
                    is_main=True,
                    line1="1200, rue Saint-Vallier Ouest",
                    city="Québec",
                    province="QC",
                    postal_code="G1N 1C9",
                    country="Canada",
                ),
            ),
            contacts=(
                production.ContactData(
                    id="cf",
                    first_name="Chantal",
                    last_name="Fortin",
                    salutation="Madame",
                    email=_ADDRESS,
                    is_default=True,
                    billing_responsible=True,
                ),
            ),
        )
    ),
    "commands.document.render.v1": _RENDER,
    "commands.document.render.bulk.v1": _RENDER,
    "commands.email.send.v1": commands.SendEmail(
        email_id=_EMAIL,
        invoice_id=_INVOICE,
        message_id=f"<{_EMAIL}@imprimeriedunord.example>",
        date=TIME,
        sender=commands.Mailbox(name="Imprimerie du Nord", email="factures@imprimeriedunord.example"),
        recipients=(commands.Recipient(role="to", name="Chantal Fortin", email=_ADDRESS),),
        subject=f"Facture {_FINAL}",
        body="Bonjour Madame Fortin,\n\nVoici votre facture.",
        language="fr",
        attachments=(
            commands.Attachment(name="Facture-00004.pdf", content_type="application/pdf", document=_PDF),
        ),
        summary=commands.Summary(
            issuer="Imprimerie du Nord",
            title=f"Facture {_FINAL}",
            facts=(
                commands.Fact(label="Échéance", value="17 août 2025"),
                commands.Fact(label="Total", value="18 180,59 $"),
            ),
            footer="1200, rue des Artisans, Québec QC G1A 1A1",
            accent_colour="#0b5394",
        ),
    ),
    "commands.accounting.transfer.v1": commands.TransferInvoice(
        invoice_id=_INVOICE,
        attempt=1,
        connector="beancount",
        kind="invoice",
        number=_FINAL,
        date=_DATE,
        due_date=_DUE,
        customer=Party(code=_CUSTOMER.code, name=_CUSTOMER.name),
        currency="CAD",
        postings=(
            commands.Posting(account="1100", amount=_TOTAL, kind="receivable"),
            commands.Posting(account="4444", amount=-_SUBTOTAL, kind="revenue"),
            commands.Posting(account="2310", amount=-_TPS, kind="tax", tax="TPS", name=_TPS_NAME),
            commands.Posting(account="2320", amount=-_TVQ, kind="tax", tax="TVQ", name=_TVQ_NAME),
        ),
        total=_TOTAL,
    ),
    "results.document.rendered.v1": results.DocumentRendered(invoice_id=_INVOICE, version=3, document=_PDF),
    "results.document.render_failed.v1": results.DocumentRenderFailed(
        invoice_id=_INVOICE,
        version=3,
        reason=Reason(code="logo_unreadable", message="the logo is no picture that can be printed"),
    ),
    "results.email.recipient_updated.v1": results.EmailRecipientUpdated(
        email_id=_EMAIL, invoice_id=_INVOICE, recipient=_ACCEPTED
    ),
    "results.email.sent.v1": results.EmailSent(
        email_id=_EMAIL, invoice_id=_INVOICE, recipients=(_ACCEPTED,), at=_LATER
    ),
    "results.email.failed.v1": results.EmailFailed(
        email_id=_EMAIL,
        invoice_id=_INVOICE,
        recipients=(_REFUSED,),
        at=_LATER,
        reason=Reason(code="refused", message="550 5.1.1 no such user"),
    ),
    "results.email.uncertain.v1": results.EmailUncertain(
        email_id=_EMAIL,
        invoice_id=_INVOICE,
        recipients=(_UNCERTAIN,),
        at=_LATER,
        reason=Reason(code="no_answer", message="the mail server did not answer; it may have taken the mail"),
    ),
    "results.accounting.transferred.v1": results.InvoiceTransferred(
        invoice_id=_INVOICE,
        attempt=1,
        connector="beancount",
        external_id="2025/00004",
        total=_TOTAL,
        at=_LATER,
    ),
    "results.accounting.transfer_failed.v1": results.InvoiceTransferFailed(
        invoice_id=_INVOICE,
        attempt=1,
        connector="beancount",
        reason=Reason(code="rejected", message="account 4444 is closed"),
        at=_LATER,
    ),
    "results.accounting.uncertain.v1": results.InvoiceTransferUncertain(
        invoice_id=_INVOICE,
        attempt=1,
        connector="beancount",
        reason=Reason(code="no_answer", message="the software did not answer, and can't be asked"),
        at=_LATER,
    ),
    "events.invoice.created.v1": _invoice(events.InvoiceCreated, "proforma_draft", version=1),
    "events.invoice.updated.v1": _invoice(events.InvoiceUpdated, "proforma_draft"),
    "events.invoice.emailed.v1": _invoice(events.InvoiceEmailed, "proforma_sent"),
    "events.invoice.finalized.v1": _invoice(events.InvoiceFinalized, "final_ready"),
    "events.invoice.transferred.v1": _invoice(events.InvoiceTransferred, "final_sent"),
    "events.invoice.credited.v1": _invoice(events.InvoiceCredited, "final_sent"),
    "events.invoice.deleted.v1": _invoice(events.InvoiceDeleted, "deleted"),
}


def example(type_: str) -> Envelope:
    """The example of a type, in its envelope.

    Raises:
        UnknownMessageType: there is no such type.
    """
    contract = contract_of(type_)
    begins = contract.exchange == "production"
    message = EXAMPLES[type_]
    # What production systems leave out is left out; the services send every field.
    data = message.model_dump(mode="json", exclude_unset=begins)
    if begins:
        subject = "C-0153" if "customer" in data else _JOB
        return Envelope(
            id=_STORY, source="urn:mis:plant-1", type=type_, subject=subject, time=TIME, data=data
        )
    return Envelope(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, type_)),
        source=f"urn:factures:{contract.sender}",
        type=type_,
        subject=_EMAIL if "email_id" in data else data.get("number", _FINAL),
        time=_LATER,
        data=data,
        correlationid=_STORY,
        causationid=_STORY,
    )
