"""Snapshots of the tests: the worked examples of the domain, and a plain one to vary."""

from decimal import Decimal

from services.render_service.samples import GST, QST, document, line
from shared.contracts.values import DocumentLine, DocumentRef, DocumentSnapshot, Logo


def plain(**changes: object) -> DocumentSnapshot:
    """One job line, French, no logo: quick to render."""
    snapshot = document([line("Encarts", "1", "100.00", job="D-0024")])
    issuer = snapshot.issuer.model_copy(update={"logo": None})
    return snapshot.model_copy(update={"issuer": issuer} | changes)


def with_logo(document: DocumentRef, content_type: str = "image/svg+xml") -> DocumentSnapshot:
    """The plain one with a logo that is kept there."""
    logo = Logo.model_validate({"content_type": content_type, "document": document})
    return plain(issuer=plain().issuer.model_copy(update={"logo": logo}))


def pf_0015() -> DocumentSnapshot:
    """1 000 pieces at a total price of 15 812.65, taxes of Québec."""
    encarts = DocumentLine(
        kind="job",
        job="D-0024",
        description="Encarts",
        ordered_quantity=Decimal(1000),
        quantity=Decimal(1000),
        unit_price=Decimal("15.81265"),
        total=Decimal("15812.65"),
    )
    return document([encarts], (GST, QST), number="PF-0015", stage="proforma")


def pf_0005() -> DocumentSnapshot:
    """5 000 pieces at 0.9184, no tax code yet."""
    return document([line("Encarts", "5000", "0.9184", job="D-0001")], (), number="PF-0005", stage="proforma")


def hundred() -> DocumentSnapshot:
    """One piece at 100.00, taxes of Québec."""
    return document([line("Affiche", "1", "100.00")], (GST, QST))


def hundred_credited() -> DocumentSnapshot:
    """The whole of `hundred`, credited: its amounts negated."""
    return document([line("Affiche", "-1", "100.00")], (GST, QST), kind="credit_note", number="00005")
