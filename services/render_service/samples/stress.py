"""What a form must stand: many lines, long texts, large figures."""

import datetime as dt
from decimal import Decimal

from services.render_service.samples.ordinary import ENGLISH
from services.render_service.samples.parts import CUSTOMER, ISSUER, document, line
from shared.contracts.values import CreditedInvoice, DocumentLine, DocumentSnapshot, Localized, Presentation

_LONG = (
    "Société coopérative des arts graphiques, de la reliure artisanale et du papier fin de la "
    "Haute-Vallée-des-Brumes"
)
_SPECIFICATION = """Catalogue d’automne, 96 pages plus couverture
Format fini 8,5 × 11 po, relié à l’allemande
Intérieur : Rolland Enviro Satin 160M, 4/4 process
Couverture : carton 12 pt C1S, 4/0 process + vernis sélectif
Livré en boîtes de 50, palettisé, étiqueté par succursale"""  # noqa: RUF001 - typography of the trade


def many(count: int) -> tuple[DocumentLine, ...]:
    """So many job lines."""
    return tuple(
        line(f"Feuillets, série {number}, 4/4 recto verso", str(100 * number), "0.2206", job=f"D-{number:04}")
        for number in range(1, count + 1)
    )


def _varied(count: int) -> tuple[DocumentLine, ...]:
    """Specifications, texts, charges and rebates, by turns."""
    lines: list[DocumentLine] = []
    for number in range(1, count + 1):
        lines += (
            line(_SPECIFICATION, str(500 * number), "3.4125", job=f"D-{number:04}", po_number=f"PO-{number}"),
            DocumentLine(
                kind="text",
                description=f"Lot {number} : épreuve approuvée par courriel ; surplus de papier facturé selon "
                "l’entente du 3 mars, pages 4 et 5 du contrat-cadre.",  # noqa: RUF001 - typography of the trade
            ),
            line("Mise en train supplémentaire", "1", "85.00", kind="extra_charge"),
            line("Rabais de volume", "1", "-42.50", kind="gl"),
        )
    return tuple(lines)


_LARGE = (
    line("Impression de billets de loterie", "9999999.9999", "99999.9999", job="D-0101", po_number="PO-1"),
    line("Billets pré-imprimés", "999.0001", "999999999.9999", job="D-0101", po_number="PO-1"),
    line("Papier de sécurité", "1", "-999999999.99", job="D-0102", ordered_quantity="1"),
    line("Encre", "0.0001", "1", kind="extra_charge"),
)

STRESS: dict[str, DocumentSnapshot] = {
    "twelve-lines-en": document(many(12), language="en"),
    "fifty-lines-fr": document(many(50)),
    "two-hundred-lines-fr": document(many(200)),
    "five-hundred-lines-en": document(many(500), language="en"),
    "proforma-of-many-pages-en": document(
        _varied(8), stage="proforma", number="PF-0021", due_date=None, language="en", message=None
    ),
    "varied-lines-fr": document(_varied(9)),
    "long-credit-note-fr": document(
        tuple(line(f"Encarts, lot {number}", f"-{number * 10}", "1.1175") for number in range(1, 41)),
        kind="credit_note",
        number="00007",
        due_date=None,
        credited_invoice=CreditedInvoice(
            number="00004", date=dt.date(2025, 7, 18), reason="Registre des couleurs décalé sur tous les lots"
        ),
    ),
    "fractions-fr": document(
        (
            line("Papier kraft, au mètre", "1250.5", "1.8", job="D-0061"),
            line("Encre au kilogramme", "0.3333", "112.40", job="D-0061"),
            line("Colle, au kilogramme", "12.25", "9.9", kind="product"),
            line("Palettes", "4", "22", kind="product"),
            line("Palettes rendues", "-3", "22", kind="product"),
        )
    ),
    "large-amounts-fr": document(_LARGE * 4),
    "large-amounts-en": document(
        tuple(item.model_copy(update={"ordered_quantity": Decimal("12345678.1234")}) for item in _LARGE),
        language="en",
        currency="USD",
        presentation=Presentation(
            columns=(
                "po_number",
                "job",
                "description",
                "ordered_quantity",
                "quantity",
                "unit_price",
                "total",
            )
        ),
    ),
    "long-names-fr": document(
        (
            line(
                f"{_LONG} : catalogue raisonné, 212 pages sous jaquette, " * 3,
                "1000000",
                "0.123456",
                job="D-2025-000000123",
                po_number="BON-DE-COMMANDE-2025-07-000123456",
            ),
            line(
                "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikantenverband" * 2, "1", "9999999.99"
            ),
        ),
        issuer=ISSUER.model_copy(update={"name": _LONG}),
        sold_to=CUSTOMER.model_copy(update={"name": _LONG, "attention": _LONG}),
        bill_to=CUSTOMER.model_copy(update={"code": "C-0154", "name": _LONG}),
        payment_term=Localized(
            fr="2 % 10 jours, net 30 jours fin de mois, selon entente du 3 mars", en="2% 10, net 30 EOM"
        ),
        sales_rep="Marie-Antoinette de la Bruère-Desrochers",
    ),
    "long-message-fr": document(
        many(12),
        message="\n".join(
            f"{number}. Toute réclamation doit être faite par écrit dans les cinq jours ouvrables de la réception."
            for number in range(1, 9)
        ),
        presentation=Presentation(
            footer=Localized(
                fr="Intérêt de 1,5 % par mois (18 % par an) sur les comptes en souffrance.\n"
                "Les marchandises demeurent la propriété de l’imprimeur jusqu’au paiement complet.\n"  # noqa: RUF001 - French
                "Payable par virement : institution 815, transit 30000, folio 1234567",
                en="Interest of 1.5% per month",
            )
        ),
    ),
    "long-description-fr": document(
        (
            *many(3),
            line("\n".join([_SPECIFICATION] * 6), "12000", "3.4125", job="D-0077", po_number="PO-77"),
            *many(2),
        )
    ),
    "own-words-en": document(
        ENGLISH,
        language="en",
        presentation=Presentation(
            labels={
                "invoice": Localized(fr="Facture de service", en="Statement of professional services"),
                "grand_total": Localized(fr="À payer", en="Amount due, taxes included"),
                "unit_price": Localized(fr="Prix", en="Price for each unit"),
                "carried_forward": Localized(fr="", en=""),
            }
        ),
    ),
}
