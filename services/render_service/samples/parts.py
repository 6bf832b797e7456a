"""What the samples are made of: an invented shop, its customer, its taxes; lines, and documents of lines."""

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from services.render_service.samples.logos import LOGO, logo
from shared.contracts.values import (
    Address,
    DocumentLine,
    DocumentSnapshot,
    DocumentTax,
    Issuer,
    Localized,
    Party,
)

_CENT = Decimal("0.01")

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
    logo=logo(LOGO.encode()),
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
LEVY = ("ECO", Localized(fr="Écofrais", en="Eco fee"), Decimal("0.0125"), "ECO-55120")
HST = ("TVH", Localized(fr="TVH", en="HST"), Decimal("0.13"), None)
PST = ("TVP", Localized(fr="TVP C.-B.", en="BC PST"), Decimal("0.07"), "PST-1012-5544")
Tax = tuple[str, Localized, Decimal, str | None]


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
    taxes: Iterable[Tax] = (GST, QST),
    **more: object,
) -> DocumentSnapshot:
    """A final invoice of these lines, added up; `more` replaces any field.

    A line says which taxes it bears; one that does not bears all.
    """
    lines = tuple(lines)
    subtotal = _sum(lines)
    charged = tuple(
        DocumentTax(
            code=code,
            name=name,
            rate=rate,
            base=(base := _sum(item for item in lines if item.taxes is None or code in item.taxes)),
            amount=(base * rate).quantize(_CENT, ROUND_HALF_UP),
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
        "message": "Thank you for your business."
        if more.get("language") == "en"
        else "Merci de votre confiance.\nLes quantités peuvent varier de 5 % selon les usages du métier.",
    }
    return DocumentSnapshot.model_validate(fields | more)


def _sum(lines: Iterable[DocumentLine]) -> Decimal:
    return sum((item.total or Decimal(0) for item in lines), Decimal("0.00"))
