"""What a shop has before its first invoice: taxes as domain.md gives them, terms, accounts, products."""

import calendar
import datetime as dt
from fractions import Fraction

from tests.integration.invoice_service.machine.model.figures import Number
from tests.integration.invoice_service.machine.model.world import Json

TAX_CODES: dict[str, tuple[str, ...]] = {
    "00": (),
    "01": ("TPS",),
    "QC": ("TPS", "TVQ"),
    "ON": ("TVH-ON",),
    "NS": ("TVH-NS",),
    "NB": ("TVH",),
    "NL": ("TVH",),
    "PE": ("TVH",),
    **dict.fromkeys(("AB", "NT", "NU", "YT"), ("TPS",)),
}
PROVINCES = frozenset(TAX_CODES) - {"00", "01"}
# From the days on that the rates hold which the system is delivered with.
RATES: dict[str, tuple[tuple[dt.date, Number], ...]] = {
    "TPS": ((dt.date(2008, 1, 1), Fraction("0.05")),),
    "TVQ": ((dt.date(2013, 1, 1), Fraction("0.09975")),),
    "TVH-ON": ((dt.date(2010, 7, 1), Fraction("0.13")),),
    "TVH-NS": ((dt.date(2010, 7, 1), Fraction("0.15")), (dt.date(2025, 4, 1), Fraction("0.14"))),
    "TVH": ((dt.date(2016, 10, 1), Fraction("0.15")),),
}
# The shop gave these an account and a registration number; Ontario's has none yet.
REGISTERED = ("TPS", "TVQ", "TVH-NS", "TVH")
TAX_ACCOUNT = "2300"

TERMS = {"NET30": (30, False), "FDM": (15, True)}
ACCOUNTS: dict[str, tuple[str, str]] = {
    "1100": ("Clients", "asset"),
    TAX_ACCOUNT: ("Taxes à payer", "liability"),
    "4000": ("Ventes", "revenue"),
    "4100": ("Livraison", "revenue"),
    "5000": ("Rabais", "expense"),
}
PRODUCTS: dict[str, Json] = {
    "COUPE": {"description": {"fr": "Coupe", "en": "Cutting"}, "unit_price": "25.00", "gl_account": "4000"},
    "PLIAGE": {"description": {"fr": "Pliage", "en": "Folding"}, "unit_price": None, "gl_account": None},
    "ENCRE": {"description": {"fr": "Encre", "en": "Ink"}, "unit_price": "0.918437", "gl_account": None},
}
CHARGE_CODES: dict[str, Json] = {
    "livraison": {
        "description": {"fr": "Livraison", "en": "Delivery"},
        "unit_price": "40.005",
        "gl_account": "4100",
    },
}
MESSAGE = {"fr": "Merci de votre confiance", "en": "Thank you"}
ENTITIES = ("MAIN", "DEUX")
SALES_REP = "LUC"


def rate_on(tax: str, day: dt.date) -> Number | None:
    """The rate of a tax on a day, if it had one."""
    held = [rate for since, rate in RATES[tax] if since <= day]
    return held[-1] if held else None


def due_date(day: dt.date, term: str | None) -> dt.date | None:
    """date + days, then the end of that month."""
    if term is None:
        return None
    days, end_of_month = TERMS[term]
    due = day + dt.timedelta(days=days)
    return due.replace(day=calendar.monthrange(due.year, due.month)[1]) if end_of_month else due
