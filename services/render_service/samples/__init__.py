"""Invented documents, one per thing that a form must be good at; `preview` prints them.

Their logos are in no store: whoever prints a sample hands over the one that it names, `logo_of`.
"""

from services.render_service.samples.logos import LOGO, LOGOS
from services.render_service.samples.ordinary import ORDINARY
from services.render_service.samples.parts import CUSTOMER, GST, ISSUER, QST, document, line
from services.render_service.samples.stress import STRESS
from shared.contracts.values import DocumentSnapshot

__all__ = ["CUSTOMER", "GST", "ISSUER", "LOGO", "QST", "SAMPLES", "document", "line", "logo_of"]

SAMPLES: dict[str, DocumentSnapshot] = ORDINARY | STRESS


def logo_of(snapshot: DocumentSnapshot) -> bytes | None:
    """The bytes of the logo that a sample names."""
    logo = snapshot.issuer.logo
    return LOGOS[logo.document.key] if logo else None
