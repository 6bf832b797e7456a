"""The shop's own lists: accounts, taxes, terms, people, products, charges, messages."""

import datetime as dt
from decimal import Decimal

from services.invoice_service.application.records import BusinessEntity
from services.invoice_service.domain.parties import PartyAddress
from services.invoice_service.domain.reference import (
    ExtraChargeCode,
    FormMessage,
    GlAccount,
    PaymentMethod,
    PaymentTerm,
    Product,
    Reference,
    SalesRep,
)
from services.invoice_service.domain.tax import DatedRate, Tax, TaxCode
from services.invoice_service.domain.texts import Localized
from services.standalone.demo_data.logo import LOGO

_GST_NUMBER = "123456789 RT0001"
_QST_NUMBER = "1234567890 TQ0001"

ENTITY = BusinessEntity(
    code="SARCELLE",
    name="Imprimerie La Sarcelle inc.",
    address=PartyAddress(
        line1="240, rue du Vieux-Moulin",
        city="Sainte-Aurélie-des-Eaux",
        province="QC",
        postal_code="G0X 2R0",
        country="Canada",
    ),
    phone="819 555-0100",
    email="facturation@imprimerielasarcelle.example",
    website="www.imprimerielasarcelle.example",
    gst_number=_GST_NUMBER,
    qst_number=_QST_NUMBER,
    logo=LOGO,
    is_default=True,
)

SETTINGS = {
    "default_revenue_account": "4010",
    "default_receivable_account": "1100",
    "accent_colour": "#1b6470",
    "alert_email": "comptabilite@imprimerielasarcelle.example",
}


def _two(fr: str, en: str) -> Localized:
    return Localized(fr, en)


def _account(number: str, description: str, category: str) -> GlAccount:
    return GlAccount(number, description, category)


def _product(code: str, fr: str, en: str, price: str, account: str) -> Product:
    return Product(code, _two(fr, en), Decimal(price), account)


def _charge(code: str, fr: str, en: str, price: str | None, account: str) -> ExtraChargeCode:
    return ExtraChargeCode(code, _two(fr, en), Decimal(price) if price else None, account)


RECORDS: tuple[Reference, ...] = (
    _account("1100", "Comptes clients", "asset"),
    _account("1110", "Comptes clients, dollars américains", "asset"),
    _account("2310", "TPS et TVH à payer", "liability"),
    _account("2320", "TVQ à payer", "liability"),
    _account("2400", "Dépôts de clients", "liability"),
    _account("4010", "Impression", "revenue"),
    _account("4020", "Grand format et affichage", "revenue"),
    _account("4030", "Étiquettes et emballage", "revenue"),
    _account("4100", "Finition et reliure", "revenue"),
    _account("4200", "Livraison et publipostage", "revenue"),
    _account("4300", "Graphisme et prépresse", "revenue"),
    _account("4900", "Rabais accordés", "revenue"),
    _account("5100", "Papiers et encres", "expense"),
    PaymentTerm("NET30", _two("Net 30 jours", "Net 30 days"), days=30),
    PaymentTerm("NET15", _two("Net 15 jours", "Net 15 days"), days=15),
    PaymentTerm(
        "FDM30",
        _two("30 jours, fin de mois", "30 days, end of month"),
        days=30,
        end_of_month=True,
    ),
    PaymentTerm("LIVRAISON", _two("À la livraison", "On delivery"), on_delivery=True),
    PaymentMethod("COMPTE", _two("Porté au compte", "On account")),
    PaymentMethod("CHEQUE", _two("Chèque", "Cheque")),
    PaymentMethod("VIREMENT", _two("Virement bancaire", "Bank transfer")),
    PaymentMethod("CARTE", _two("Carte de crédit", "Credit card")),
    SalesRep("NL", "Noémie Lachance", "nlachance@imprimerielasarcelle.example"),
    SalesRep("FC", "Fabrice Cormier", "fcormier@imprimerielasarcelle.example"),
    SalesRep("WB", "Wendy Barlow", "wbarlow@imprimerielasarcelle.example"),
    _product(
        "CARTES-500",
        "Cartes professionnelles, 500, recto verso",
        "Business cards, 500, two sides",
        "119",
        "4010",
    ),
    _product("ENTETE-500", "Papier à en-tête, paquet de 500", "Letterhead, pack of 500", "134", "4010"),
    _product(
        "ENV10-1000",
        "Enveloppes no 10 imprimées, boîte de 1000",
        "No. 10 envelopes, printed, box of 1000",
        "189",
        "4010",
    ),
    _product("BLOC-50", "Blocs-notes de 50 feuilles", "Notepads of 50 sheets", "4.15", "4010"),
    _product("AFFICHE-24X36", "Affiche 24 × 36 po", "Poster, 24 × 36 in", "28", "4020"),
    _product("BANNIERE", "Bannière rétractable 33 × 80 po", "Retractable banner, 33 × 80 in", "289", "4020"),
    _product("GRAPHISME", "Graphisme, à l'heure", "Graphic design, per hour", "85", "4300"),
    _product("EPREUVE", "Épreuve couleur", "Colour proof", "35", "4300"),
    _product(
        "PUBLIPOSTAGE",
        "Préparation de publipostage, l'envoi",
        "Mailing preparation, per piece",
        "0.1175",
        "4200",
    ),
    _charge("LIVRAISON", "Livraison", "Delivery", "45", "4200"),
    _charge("CORR-AUTEUR", "Corrections d'auteur, à l'heure", "Author's corrections, per hour", "85", "4300"),
    _charge("URGENCE", "Frais d'urgence", "Rush fee", "150", "4010"),
    _charge("MATRICE", "Matrice de découpe", "Cutting die", None, "4100"),
    _charge("EMBALLAGE", "Emballage en paquets de 50", "Packing in bundles of 50", "0.65", "4100"),
    FormMessage(
        "MERCI",
        _two("Merci de votre confiance.", "Thank you for your business."),
        ("invoice", "quote", "shipment"),
    ),
    FormMessage(
        "PAIEMENT",
        _two(
            "Intérêts de 1,5 % par mois (18 % par année) sur tout compte en souffrance.",
            "Interest of 1.5% per month (18% per year) is charged on overdue accounts.",
        ),
        ("invoice",),
    ),
    FormMessage(
        "SOUMISSION",
        _two("Prix valides pour 30 jours.", "Prices are valid for 30 days."),
        ("quote",),
    ),
)


def _rate(since: str, rate: str) -> DatedRate:
    return DatedRate(dt.date.fromisoformat(since), Decimal(rate))


def _federal(code: str, name: Localized, *rates: DatedRate) -> Tax:
    return Tax(code, name, rates, "2310", _GST_NUMBER)


_GST = _federal("TPS", _two("TPS", "GST"), _rate("2008-01-01", "0.05"))
_QST = Tax("TVQ", _two("TVQ", "QST"), (_rate("2013-01-01", "0.09975"),), "2320", _QST_NUMBER)
_HST = _two("TVH", "HST")

# The rates are those that the system comes with; what the shop adds is where each tax is booked.
TAX_CODES = (
    TaxCode("QC", "Québec : TPS + TVQ", (_GST, _QST), "QC", is_default=True),
    TaxCode(
        "ON",
        "Ontario : TVH 13 %",
        (_federal("TVH-ON", _HST, _rate("2010-07-01", "0.13")),),
        "ON",
        is_default=True,
    ),
    TaxCode(
        "NS",
        "Nouvelle-Écosse : TVH",
        (_federal("TVH-NS", _HST, _rate("2010-07-01", "0.15"), _rate("2025-04-01", "0.14")),),
        "NS",
        is_default=True,
    ),
    TaxCode("AB", "Alberta : TPS", (_GST,), "AB", is_default=True),
    TaxCode("00", "Aucune taxe (hors Canada)"),
)
