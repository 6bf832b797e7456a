"""A final document as UBL 2.1 (OASIS; ISO/IEC 19845), Invoice or CreditNote: the same bytes for the same snapshot.

No rule of the trade stands here: every amount is the snapshot's. Valid against the schemas of UBL 2.1, and nothing
more is claimed: EN 16931 knows one VAT, where Québec has two taxes (ADR 17).
"""

from collections.abc import Iterator

from shared.contracts.values import DocumentSnapshot
from shared.ubl.elements import Element, cac, cbc, encoded, root
from shared.ubl.figures import Figures
from shared.ubl.lines import order_reference, priced_lines
from shared.ubl.parties import buyer, customer, delivery, supplier
from shared.ubl.taxes import exchange_rate, tax_total

CUSTOMIZATION = "urn:factures:ubl:1"
"""This mapping. What a released one makes of a snapshot never changes: a later one has another number."""
_NOT_LISTED = "1"
"""UNCL 4461: an instrument not defined by the list; the shop's own words are its name."""


def ubl_document(snapshot: DocumentSnapshot) -> bytes:
    """The file of a final's snapshot, in UTF-8."""
    figures = Figures.of(snapshot)
    return encoded(
        root(
            "CreditNote" if figures.credit else "Invoice",
            *_heading(snapshot, credit=figures.credit),
            supplier(snapshot),
            customer(snapshot),
            buyer(snapshot),
            delivery(snapshot),
            _payment_means(snapshot),
            _payment_terms(snapshot),
            exchange_rate(snapshot),
            tax_total(snapshot, figures),
            _totals(snapshot, figures),
            *priced_lines(snapshot, figures),
        )
    )


def _heading(snapshot: DocumentSnapshot, *, credit: bool) -> Iterator[Element | None]:
    due = snapshot.due_date
    yield cbc("UBLVersionID", "2.1")
    yield cbc("CustomizationID", CUSTOMIZATION)
    yield cbc("ID", snapshot.number)
    yield cbc("UUID", snapshot.invoice_id)
    yield cbc("IssueDate", snapshot.date.isoformat())
    if credit:
        yield cbc("CreditNoteTypeCode", "381")
    else:
        yield cbc("DueDate", due.isoformat() if due else None)
        yield cbc("InvoiceTypeCode", "380")
    yield from _notes(snapshot)
    yield cbc("DocumentCurrencyCode", snapshot.currency)
    yield _reason(snapshot)
    yield order_reference(snapshot)
    yield _credited(snapshot)


def _notes(snapshot: DocumentSnapshot) -> Iterator[Element | None]:
    """The lines that have no amount, in their order, then what stands at the foot of the form."""
    footer = snapshot.presentation.footer
    texts = (
        *(line.description for line in snapshot.lines if line.total is None),
        snapshot.message,
        footer.text(snapshot.language) if footer else None,
    )
    for text in texts:
        yield cbc("Note", text, {"languageID": snapshot.language})


def _reason(snapshot: DocumentSnapshot) -> Element | None:
    credited = snapshot.credited_invoice
    if credited is None:
        return None
    return cac(
        "DiscrepancyResponse", cbc("ReferenceID", credited.number), cbc("Description", credited.reason)
    )


def _credited(snapshot: DocumentSnapshot) -> Element | None:
    credited = snapshot.credited_invoice
    if credited is None:
        return None
    return cac(
        "BillingReference",
        cac(
            "InvoiceDocumentReference",
            cbc("ID", credited.number),
            cbc("IssueDate", credited.date.isoformat()),
        ),
    )


def _payment_means(snapshot: DocumentSnapshot) -> Element | None:
    method = snapshot.payment_method
    if method is None:
        return None
    return cac("PaymentMeans", cbc("PaymentMeansCode", _NOT_LISTED, {"name": method.text(snapshot.language)}))


def _payment_terms(snapshot: DocumentSnapshot) -> Element | None:
    term, language = snapshot.payment_term, snapshot.language
    return cac("PaymentTerms", cbc("Note", term.text(language), {"languageID": language})) if term else None


def _totals(snapshot: DocumentSnapshot, figures: Figures) -> Element | None:
    return cac(
        "LegalMonetaryTotal",
        figures.amount("LineExtensionAmount", snapshot.subtotal),
        figures.amount("TaxExclusiveAmount", snapshot.subtotal),
        figures.amount("TaxInclusiveAmount", snapshot.total),
        figures.amount("PayableAmount", snapshot.total),
    )
