"""What a shop sends every day."""

import datetime as dt
from decimal import Decimal

from services.render_service.samples.logos import PIXELS, TALL, WIDE, logo
from services.render_service.samples.parts import (
    CUSTOMER,
    GST,
    HST,
    ISSUER,
    LEVY,
    PST,
    QST,
    document,
    line,
)
from shared.contracts.values import (
    Address,
    CreditedInvoice,
    DocumentLine,
    DocumentSnapshot,
    Issuer,
    Localized,
    Party,
    Presentation,
)

FRENCH = (
    line("Encarts publicitaires, 8 pages, 4/4 process", "5000", "0.9184", job="D-0024", po_number="FR-00988"),
    line("Brochures 160M mat, piquées à cheval", "2500", "2.2252", job="D-0031"),
    line(
        "Affiches 24 × 36 po, papier photo satiné",  # noqa: RUF001 - a multiplication sign is meant
        "40",
        "18.75",
        job="D-0033",
        po_number="PO-12154",
    ),
    DocumentLine(
        kind="text", description="Les épreuves ont été approuvées le 9 juillet 2025 par Mme Lafleur-Ouellet."
    ),
    line("Livraison", "1", "40.00", kind="extra_charge"),
    line("Rabais de volume", "1", "-125.00", kind="gl"),
)
ENGLISH = (
    line("Inserts, 8 pages, 4/4 process", "5000", "0.9184", job="D-0024", po_number="FR-00988"),
    line("Booklets, 160M matte cover, saddle-stitched", "2500", "2.2252", job="D-0031"),
    line("Delivery", "1", "40.00", kind="extra_charge"),
)
_ONE = (
    DocumentLine(
        kind="job",
        job="D-0024",
        description="Encarts",
        ordered_quantity=Decimal(1000),
        quantity=Decimal(1000),
        unit_price=Decimal("15.81265"),
        total_price=Decimal("15812.65"),
        total=Decimal("15812.65"),
    ),
)
_RETURNED = (line("Encarts publicitaires, 8 pages, 4/4 process", "-500", "0.9184", job="D-0024"),)
_FOOTER = Localized(
    fr="Intérêt de 1,5 % par mois sur les comptes en souffrance",
    en="Interest of 1.5% per month on overdue accounts",
)
_CREDITED = CreditedInvoice(
    number="00004", date=dt.date(2025, 7, 18), reason="500 exemplaires mal pliés, retournés le 24 juillet"
)
_VANCOUVER = Party(
    code="C-0201",
    name="Tidewater Books",
    address=Address(
        line1="1200 Salish Quay", city="Port Ember", province="BC", postal_code="V9X 0A1", country="CA"
    ),
)


def _issued_by(**changes: object) -> DocumentSnapshot:
    return document(FRENCH, issuer=ISSUER.model_copy(update=changes))


ORDINARY: dict[str, DocumentSnapshot] = {
    "invoice-fr": document(FRENCH, presentation=Presentation(footer=_FOOTER)),
    "invoice-en": document(
        ENGLISH,
        language="en",
        bill_to=Party(code="C-0009", name="Brumeux Holdings Ltd.", address=CUSTOMER.address),
    ),
    "one-line-fr": document(_ONE, message=None),
    "proforma-fr": document(FRENCH, stage="proforma", number="PF-0015", due_date=None),
    "credit-note-fr": document(
        _RETURNED, kind="credit_note", number="00005", due_date=None, credited_invoice=_CREDITED
    ),
    "credit-note-en": document(
        (
            line("Booklets, 160M matte cover, saddle-stitched", "-2500", "2.2252", job="D-0031"),
            DocumentLine(kind="text", description="Reprinted at our own expense as D-0047."),
        ),
        kind="credit_note",
        number="00006",
        due_date=None,
        language="en",
        credited_invoice=CreditedInvoice(
            number="00004",
            date=dt.date(2025, 7, 18),
            reason="The cover was printed on the wrong stock, and the customer's event could not wait: the whole "
            "delivery was refused at the dock on July 24 and is credited in full.",
        ),
    ),
    "proforma-credit-note-fr": document(
        _RETURNED,
        kind="credit_note",
        stage="proforma",
        number="PF-0016",
        due_date=None,
        credited_invoice=_CREDITED,
    ),
    "no-tax-en": document(ENGLISH, (), language="en", message=None),
    "one-tax-en": document(ENGLISH, (HST,), language="en"),
    "tax-of-its-own-number-en": document(
        ENGLISH, (GST, PST), language="en", sold_to=_VANCOUVER, ship_to=None
    ),
    "three-taxes-fr": document(FRENCH, (GST, QST, LEVY)),
    "partly-taxed-fr": document(
        (
            *FRENCH[:3],
            line("Livres reliés, exonérés de la TVQ", "300", "24.50", job="D-0035", taxes=("TPS",)),
        ),
    ),
    "us-dollars-fr": document(
        FRENCH, (), currency="USD", company_currency="CAD", exchange_rate=Decimal("1.3652")
    ),
    "us-dollars-en": document(
        ENGLISH,
        (GST, QST),
        language="en",
        currency="USD",
        company_currency="CAD",
        exchange_rate=Decimal("1.36525"),
    ),
    "no-logo-en": document(
        ENGLISH,
        language="en",
        issuer=ISSUER.model_copy(update={"logo": None}),
        presentation=Presentation(show_job_number=False),
    ),
    "wide-logo-fr": _issued_by(logo=logo(WIDE.encode())),
    "tall-logo-fr": _issued_by(logo=logo(TALL.encode())),
    "png-logo-fr": _issued_by(logo=logo(PIXELS)),
    "light-accent-fr": document(FRENCH, presentation=Presentation(accent_colour="#f2b705")),
    "dark-accent-fr": document(FRENCH, presentation=Presentation(accent_colour="#5b1a36")),
    "columns-en": document(
        (
            *_ONE,
            *ENGLISH[1:],
        ),
        language="en",
        presentation=Presentation(
            columns=("description", "job", "ordered_quantity", "quantity", "total"),
            labels={"quantity": Localized(fr="Qté expédiée", en="Shipped")},
        ),
    ),
    "bare-en": document(
        (line("Business cards", "500", "0.12"),),
        (),
        language="en",
        message=None,
        due_date=None,
        ship_to=None,
        payment_term=None,
        payment_method=None,
        sales_rep=None,
        sold_to=Party(code="C-0300", name="Cash customer"),
        issuer=Issuer(code="E1", name="Atelier Deux-Rivières"),
    ),
    "only-two-columns-fr": document(FRENCH, presentation=Presentation(columns=("description", "total"))),
}
