"""What an e-mail shows above and under its text: who writes, about what, how much, how to reach them."""

from collections.abc import Mapping
from typing import Any

from services.invoice_service.application import wording
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.snapshot import PrintMaterial
from services.invoice_service.domain.texts import Language, Localized
from shared.contracts.commands import Fact, Summary

# A shop that calls them otherwise on its form calls them so here too (translations, by the same keys).
_WORDS = {
    "invoice": Localized("Facture", "Invoice"),
    "proforma": Localized("Facture proforma", "Pro forma invoice"),
    "credit_note": Localized("Note de crédit", "Credit note"),
    "proforma_credit_note": Localized("Proforma de note de crédit", "Pro forma credit note"),
    "date": Localized("Date", "Date"),
    "due_date": Localized("Échéance", "Due date"),
    "grand_total": Localized("Total", "Total"),
}


def document_summary(invoice: Invoice, material: PrintMaterial, accent_colour: str | None) -> Summary:
    """The summary of an invoice as it stands, in its language."""
    language = invoice.language

    def word(key: str) -> str:
        own = material.labels.get(key)
        return (own.text(language) if own else "") or _WORDS[key].text(language)

    facts = [Fact(label=word("date"), value=wording.day(invoice.date, language))]
    if invoice.kind == "invoice" and invoice.due_date is not None:
        facts.append(Fact(label=word("due_date"), value=wording.day(invoice.due_date, language)))
    total = wording.money(invoice.totals.total, invoice.currency, language)
    facts.append(Fact(label=word("grand_total"), value=total))
    return Summary(
        issuer=str(material.issuer["name"]),
        title=f"{word(_document(invoice))} {invoice.number}",
        facts=tuple(facts),
        footer=reach_of(material.issuer),
        accent_colour=accent_colour,
    )


def alert_summary(
    invoice: Invoice, language: Language, issuer: Mapping[str, Any], accent_colour: str | None
) -> Summary:
    """The summary of an alert: which invoice it is about. What happened is its text."""
    facts = (
        Fact(label=Localized("Client", "Customer").text(language), value=invoice.sold_to.name),
        Fact(
            label=_WORDS["grand_total"].text(language),
            value=wording.money(invoice.totals.total, invoice.currency, language),
        ),
    )
    return Summary(
        issuer=str(issuer["name"]),
        title=f"{_WORDS[_document(invoice)].text(language)} {invoice.number}",
        facts=facts,
        accent_colour=accent_colour,
    )


def digest_summary(title: str, issuer: Mapping[str, Any], accent_colour: str | None) -> Summary:
    """The summary of several alerts."""
    return Summary(issuer=str(issuer.get("name") or "Factures"), title=title, accent_colour=accent_colour)


def _document(invoice: Invoice) -> str:
    """The key of what it is called."""
    if invoice.status.final:
        return invoice.kind
    return "proforma" if invoice.kind == "invoice" else "proforma_credit_note"


def reach_of(issuer: Mapping[str, Any]) -> str | None:
    """Where a company is and how to reach it, in at most two lines."""
    address = issuer.get("address") or {}
    # A postal code stays in one piece.
    postal_code = str(address.get("postal_code") or "").replace(" ", "\N{NO-BREAK SPACE}")
    city = " ".join(part for part in (address.get("city"), address.get("province"), postal_code) if part)
    where = ", ".join(part for part in (address.get("line1"), address.get("line2"), city) if part)
    how = " · ".join(str(issuer[part]) for part in ("phone", "email", "website") if issuer.get(part))
    return "\n".join(line for line in (where, how) if line) or None
