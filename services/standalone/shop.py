"""The shop of the story: an invented printer in Québec, one customer, one job."""

import base64
import datetime as dt
from typing import Any

CUSTOMER = "Ateliers Boréal inc."
JOB = "D-0024"

# A printed sheet between two waves of the river.
_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 90">
<path fill="#f4f1e8" stroke="#1d3f66" stroke-width="3" stroke-linejoin="round" d="M38 6h32l14 14v34H38z"/>
<path fill="#c9d6e6" stroke="#1d3f66" stroke-width="3" stroke-linejoin="round" d="M70 6v14h14z"/>
<path fill="none" stroke="#c8553d" stroke-width="4" stroke-linecap="round" d="M47 28h28M47 38h20"/>
<path fill="#2f6ea5" d="M4 56q14-14 28 0t28 0 28 0 28 0v12q-14 14-28 0t-28 0-28 0-28 0z"/>
<path fill="#1d3f66" d="M4 72q14-14 28 0t28 0 28 0 28 0v10q-14 8-28 0t-28 0-28 0-28 0z"/>
</svg>"""
LOGO = "data:image/svg+xml;base64," + base64.b64encode(_LOGO.encode()).decode()

REFERENCE_DATA: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/gl-accounts/1100", {"description": "Comptes clients", "category": "asset"}),
    ("/gl-accounts/2310", {"description": "TPS à payer", "category": "liability"}),
    ("/gl-accounts/2320", {"description": "TVQ à payer", "category": "liability"}),
    ("/gl-accounts/4000", {"description": "Ventes", "category": "revenue"}),
    ("/gl-accounts/4444", {"description": "Impression", "category": "revenue"}),
    (
        "/tax-codes/QC",
        {
            "description": "Québec : TPS + TVQ",
            "province": "QC",
            "is_default": True,
            "taxes": [
                {
                    "code": "TPS",
                    "name": {"fr": "TPS", "en": "GST"},
                    "rates": [{"from": "2008-01-01", "rate": "0.05"}],
                    "gl_account": "2310",
                    "registration_number": "123456789 RT0001",
                },
                {
                    "code": "TVQ",
                    "name": {"fr": "TVQ", "en": "QST"},
                    "rates": [{"from": "2013-01-01", "rate": "0.09975"}],
                    "gl_account": "2320",
                    "registration_number": "1234567890 TQ0001",
                },
            ],
        },
    ),
    ("/payment-terms/NET30", {"description": {"fr": "Net 30 jours", "en": "Net 30 days"}, "days": 30}),
    ("/payment-methods/COMPTE", {"description": {"fr": "Porté au compte", "en": "On account"}}),
    ("/sales-reps/EG", {"name": "Élise Gagnon"}),
    (
        "/extra-charges/livraison",
        {"description": {"fr": "Livraison", "en": "Delivery"}, "gl_account": "4000"},
    ),
    (
        "/business-entities/IMPRIMERIE",
        {
            "name": "Imprimerie du Fleuve",
            "address": {
                "line1": "120, rue du Quai",
                "city": "Rimouski",
                "province": "QC",
                "postal_code": "G5L 1A1",
                "country": "Canada",
            },
            "phone": "418 555-0142",
            "email": "facturation@imprimeriedufleuve.example",
            "website": "www.imprimeriedufleuve.example",
            "gst_number": "123456789 RT0001",
            "qst_number": "1234567890 TQ0001",
            "logo": LOGO,
            "is_default": True,
        },
    ),
    (
        "/form-messages/MERCI",
        {
            "text": {"fr": "Merci de votre confiance.", "en": "Thank you for your business."},
            "on": ["invoice"],
        },
    ),
    (
        "/customers/C-0153",
        {
            "name": CUSTOMER,
            "language": "fr",
            "payment_term": "NET30",
            "payment_method": "COMPTE",
            "sales_rep": "EG",
            "addresses": [
                {
                    "id": "a1",
                    "kind": "billing",
                    "is_main": True,
                    "line1": "85, chemin des Épinettes",
                    "city": "Rimouski",
                    "province": "QC",
                    "postal_code": "G5M 1B2",
                    "country": "Canada",
                }
            ],
            "contacts": [
                {
                    "id": "c1",
                    "first_name": "Chantal",
                    "last_name": "Fortin",
                    "salutation": "Mme",
                    "email": "chantal.fortin@ateliersboreal.example",
                    "billing_responsible": True,
                },
                {
                    "id": "c2",
                    "first_name": "Denis",
                    "last_name": "Lemay",
                    "email": "comptes@ateliersboreal.example",
                    "billing_email": True,
                },
            ],
        },
    ),
)


def completion(now: dt.datetime) -> dict[str, Any]:
    """What the production system says when the job is done."""
    return {
        "specversion": "1.0",
        "id": "mis-88213",
        "source": "urn:mis:plant-1",
        "type": "production.job.completed.v1",
        "subject": JOB,
        "time": now.isoformat(),
        "data": {
            "job": {
                "number": JOB,
                "customer": "C-0153",
                "title": "Encarts",
                "ordered_quantity": "1000",
                "produced_quantity": "1000",
                "total_price": "15812.65",
                "currency": "CAD",
                "po_number": None,
                "gl_account": "4444",
                "status": "production_complete",
                "extra_charges": [{"id": "x1", "code": "livraison", "quantity": "1", "unit_price": "40.00"}],
            }
        },
    }
