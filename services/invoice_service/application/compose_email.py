"""Compose the e-mail of an invoice: who gets it, what it says, from the template of its kind and language."""

from dataclasses import dataclass
from typing import Any

from services.invoice_service.application import wording
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of
from services.invoice_service.application.mail_summary import document_summary
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.domain.attachments import pdf_name
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.email_variables import fill
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice
from services.invoice_service.domain.reference import EmailTemplate
from shared.contracts.commands import Summary

MOST_SUBJECT = 500


@dataclass(frozen=True, slots=True)
class Address:
    """A name and an e-mail address."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class EmailDraft:
    """An e-mail as it is proposed; all of it stays editable. `sender` is None when the entity has no address."""

    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    subject: str
    body: str
    attachment_name: str
    summary: Summary


def template_kind(invoice: Invoice) -> str:
    """Which template speaks of an invoice."""
    if invoice.kind == "credit_note":
        return "credit_note"
    return "final" if invoice.status.final else "proforma"


async def draft_email(uow: UnitOfWork, context: Context, ref: str) -> EmailDraft:
    """The e-mail that an invoice would be sent with.

    Raises:
        NotFound: no such invoice.
    """
    loaded = await uow.invoices.load(ref, context.actor.id)
    return await compose(uow, loaded)


async def compose(uow: UnitOfWork, loaded: Loaded, template: EmailTemplate | None = None) -> EmailDraft:
    """The e-mail of a loaded invoice, filled in; from the template of its kind unless another one is given."""
    invoice = loaded.invoice
    drafting = (await drafting_of(uow, invoice)).drafting
    material = await uow.drafting.print_material(invoice.business_entity)
    issuer = material.issuer
    if template is None:
        template = await _template_of(uow, invoice)
    text = (template.fr if invoice.language == "fr" else template.en).as_dict()
    values = variables(invoice, str(issuer["name"]), loaded.around.credited)
    sender = Address(issuer["email"], str(issuer["name"])) if issuer.get("email") else None
    bcc = tuple(Address(email) for email in template.bcc)
    if template.bcc_sender and sender is not None:
        bcc = (*bcc, sender)
    return EmailDraft(
        sender=sender,
        to=recipients(drafting, invoice),
        cc=tuple(Address(email) for email in template.cc),
        bcc=bcc,
        subject=fill(text["subject"], values)[:MOST_SUBJECT],
        body=fill(text["body"], values),
        attachment_name=pdf_name(fill(text["attachment_name"], values)),
        summary=document_summary(invoice, material, drafting.settings.accent_colour),
    )


async def _template_of(uow: UnitOfWork, invoice: Invoice) -> EmailTemplate:
    kind = template_kind(invoice)
    template = await uow.reference.get(EmailTemplate, kind)
    if template is None:
        raise NotFound(EmailTemplate.kind, kind)
    return template


def recipients(drafting: Drafting, invoice: Invoice) -> tuple[Address, ...]:
    """The contact that the invoice is addressed to and every *envoi courriel* contact, each address once.

    At its address of today; for a contact that is gone, whoever is responsible of billing by now.
    """
    payer, named = drafting.payer, invoice.billing_contact
    contact = payer.contact(named.id) if named else None
    if named is not None and (contact is None or not contact.active):
        contact = payer.billing_responsible()
    found: dict[str, Address] = {}
    for one in (*((contact,) if contact else ()), *payer.billing_emails()):
        if one.email:
            found.setdefault(one.email.lower(), Address(one.email, one.full_name))
    return tuple(found.values())


def variables(invoice: Invoice, issuer: str, credited: LinkedInvoice | None) -> dict[str, Any]:
    """The value of every name that a template may use."""
    contact = invoice.billing_contact
    greeting = "Bonjour" if invoice.language == "fr" else "Hello"
    name = " ".join(part for part in (contact.salutation, contact.name) if part) if contact else ""
    language, currency = invoice.language, invoice.currency
    return {
        "NoFacture": invoice.number,
        "NomContact": contact.name if contact else "",
        "Salutations": f"{greeting} {name}".strip(),
        "NotreEntreprise": issuer,
        "NomClient": invoice.sold_to.name,
        "Total": wording.money(invoice.totals.total, currency, language),
        "SousTotal": wording.money(invoice.totals.subtotal, currency, language),
        "DateFacture": wording.day(invoice.date, language),
        "DateEcheance": wording.day(invoice.due_date, language),
        "NoDossiers": ", ".join(invoice.jobs),
        "NoCommandes": ", ".join(dict.fromkeys(line.po_number for line in invoice.lines if line.po_number)),
        "NoFactureCreditee": credited.number if credited else "",
    }
