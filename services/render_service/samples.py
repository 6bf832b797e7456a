"""Invented documents, one per thing that a form must be good at; `preview` prints them.

Their issuer's logo is `LOGO`: it is in no store, whoever prints a sample hands it over.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from shared.contracts.values import (
    Address,
    CreditedInvoice,
    DocumentLine,
    DocumentRef,
    DocumentSnapshot,
    DocumentTax,
    Issuer,
    Localized,
    Logo,
    Party,
    Presentation,
)

_CENT = Decimal("0.01")


def _logo_document(content: bytes) -> DocumentRef:
    digest = hashlib.sha256(content).hexdigest()
    return DocumentRef(key=f"logos/{digest}.svg", sha256=digest, size=len(content))


LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="4 2 88 60">
<path fill="#1f4e5f" d="M48 2 62 28h-7l12 20H51v14h-6V48H29l12-20h-7z"/>
<path fill="#7fa6a3" d="M18 22 28 40h-5l9 14H20v8h-4v-8H4l9-14H8zM78 22 88 40h-5l9 14H80v8h-4v-8H64l9-14h-5z"/>
</svg>"""

ISSUER = Issuer(
    code="E1",
    name="Imprimerie des Trois-Épinettes inc.",
    address=Address(
        line1="1410, chemin de la Falaise",
        city="Val-Brumeux",
        province="QC",
        postal_code="G0X 4T2",
        country="CA",
    ),
    phone="418 555-0142",
    email="comptes@trois-epinettes.example",
    website="www.trois-epinettes.example",
    gst_number="123456789 RT0001",
    qst_number="1234567890 TQ0001",
    logo=Logo(content_type="image/svg+xml", document=_logo_document(LOGO.encode())),
)

CUSTOMER = Party(
    code="C-0153",
    name="Éditions Caillou-Blanc",
    attention="Maude Lafleur-Ouellet",
    address=Address(
        line1="88, rue du Vieux-Quai",
        line2="bureau 300",
        city="Sainte-Aurore",
        province="QC",
        postal_code="J4H 0Z9",
        country="CA",
    ),
)

WAREHOUSE = Party(
    code="C-0153",
    name="Éditions Caillou-Blanc",
    address=Address(
        name="Entrepôt de la Rivière",
        line1="2, montée des Bouleaux",
        city="Sainte-Aurore",
        province="QC",
        postal_code="J4H 1A1",
        country="CA",
    ),
)

GST = ("TPS", Localized(fr="TPS", en="GST"), Decimal("0.05"), None)
QST = ("TVQ", Localized(fr="TVQ", en="QST"), Decimal("0.09975"), None)
_LEVY = ("ECO", Localized(fr="Écofrais", en="Eco fee"), Decimal("0.0125"), "ECO-55120")
_Tax = tuple[str, Localized, Decimal, str | None]


def line(
    description: str, quantity: str, price: str, *, job: str | None = None, **more: object
) -> DocumentLine:
    """A line priced by the unit; one with a `job` is a job line."""
    total = (Decimal(quantity) * Decimal(price)).quantize(_CENT, ROUND_HALF_UP)
    fields: dict[str, object] = {
        "kind": "job" if job else "product",
        "job": job,
        "description": description,
        "quantity": Decimal(quantity),
        "unit_price": Decimal(price),
        "total": total,
    }
    return DocumentLine.model_validate(fields | more)


def document(
    lines: Iterable[DocumentLine],
    taxes: Iterable[_Tax] = (GST, QST),
    **more: object,
) -> DocumentSnapshot:
    """A final invoice of these lines, added up; `more` replaces any field."""
    lines = tuple(lines)
    subtotal = sum((item.total or Decimal(0) for item in lines), Decimal("0.00"))
    charged = tuple(
        DocumentTax(
            code=code,
            name=name,
            rate=rate,
            base=subtotal,
            amount=(subtotal * rate).quantize(_CENT, ROUND_HALF_UP),
            registration_number=number,
        )
        for code, name, rate, number in taxes
    )
    fields: dict[str, object] = {
        "template": "standard-1",
        "invoice_id": "0198f3c2-0000-7000-8000-000000000001",
        "version": 1,
        "kind": "invoice",
        "stage": "final",
        "number": "00004",
        "date": dt.date(2025, 7, 18),
        "due_date": dt.date(2025, 8, 17),
        "language": "fr",
        "currency": "CAD",
        "issuer": ISSUER,
        "sold_to": CUSTOMER,
        "ship_to": WAREHOUSE,
        "payment_term": Localized(fr="Net 30 jours", en="Net 30 days"),
        "payment_method": Localized(fr="Porté au compte", en="On account"),
        "sales_rep": "Étienne Labonté",
        "lines": lines,
        "subtotal": subtotal,
        "taxes": charged,
        "total": subtotal + sum((tax.amount for tax in charged), Decimal(0)),
        "message": "Merci de votre confiance.\nLes quantités peuvent varier de 5 % selon les usages du métier.",
    }
    return DocumentSnapshot.model_validate(fields | more)


_FRENCH = (
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
_ENGLISH = (
    line("Inserts, 8 pages, 4/4 process", "5000", "0.9184", job="D-0024", po_number="FR-00988"),
    line("Booklets, 160M matte cover, saddle-stitched", "2500", "2.2252", job="D-0031"),
    line("Delivery", "1", "40.00", kind="extra_charge"),
)
_ONE = (
    DocumentLine(
        kind="job",
        job="D-0024",
        description="Encarts",
        quantity=Decimal(1000),
        unit_price=Decimal("15.81265"),
        total=Decimal("15812.65"),
    ),
)
_LONG = (
    "Société coopérative des arts graphiques, de la reliure artisanale et du papier fin de la "
    "Haute-Vallée-des-Brumes"
)


def _many(count: int) -> tuple[DocumentLine, ...]:
    return tuple(
        line(f"Feuillets, série {number}, 4/4 recto verso", str(100 * number), "0.2206", job=f"D-{number:04}")
        for number in range(1, count + 1)
    )


SAMPLES: dict[str, DocumentSnapshot] = {
    "invoice-fr": document(
        _FRENCH,
        presentation=Presentation(
            footer=Localized(
                fr="Intérêt de 1,5 % par mois sur les comptes en souffrance",
                en="Interest of 1.5% per month on overdue accounts",
            )
        ),
    ),
    "invoice-en": document(
        _ENGLISH,
        language="en",
        bill_to=Party(code="C-0009", name="Brumeux Holdings Ltd.", address=CUSTOMER.address),
        message="Thank you for your business.",
    ),
    "proforma-fr": document(_FRENCH, stage="proforma", number="PF-0015", due_date=None),
    "credit-note-fr": document(
        (line("Encarts publicitaires, 8 pages, 4/4 process", "-500", "0.9184", job="D-0024"),),
        kind="credit_note",
        number="00005",
        due_date=None,
        credited_invoice=CreditedInvoice(
            number="00004",
            date=dt.date(2025, 7, 18),
            reason="500 exemplaires mal pliés, retournés le 24 juillet",
        ),
    ),
    "one-line-fr": document(_ONE, message=None),
    "sixty-lines-fr": document(_many(60)),
    "two-hundred-lines-fr": document(_many(200)),
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
        bill_to=CUSTOMER.model_copy(update={"name": _LONG}),
    ),
    "no-logo-en": document(
        _ENGLISH,
        language="en",
        currency="USD",
        taxes=(),
        issuer=ISSUER.model_copy(update={"logo": None}),
        presentation=Presentation(show_job_number=False, accent_colour="#f2b705"),
    ),
    "three-taxes-fr": document(_FRENCH, (GST, QST, _LEVY)),
}
