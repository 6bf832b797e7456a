"""Canadian sales taxes in UBL: each by its own name with its own rate, never added up into one.

Several `ClassifiedTaxCategory` on a line are UBL; EN 16931, which knows one VAT per line, refuses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.values import DocumentSnapshot, DocumentTax, Language, Localized
from shared.ubl.elements import Element, cac, cbc, plain
from shared.ubl.figures import Figures


@dataclass(frozen=True, slots=True)
class Scheme:
    """A tax by its English abbreviation, and its code in UNTDID 5153 (duty or tax or fee type name code)."""

    id: str
    type_code: str | None = None


GST = Scheme("GST", "GST")
QST = Scheme("QST", "AAH")
HST = Scheme("HST", "AAG")
_PST = Scheme("PST", "AAI")
_KNOWN: Mapping[str, Scheme] = {
    "GST": GST,
    "TPS": GST,
    "QST": QST,
    "TVQ": QST,
    "HST": HST,
    "TVH": HST,
    "PST": _PST,
    "RST": _PST,
    "TVP": _PST,
}
# UNCL 5305. Why a line bears no tax (exempt, exported, outside) the invoice does not know: it then says no category.
_STANDARD = "S"
_ZERO_RATED = "Z"


def scheme_of(tax: DocumentTax) -> Scheme:
    """The scheme that a tax's English name or its code tells, else its own code."""
    for name in (tax.name.en, tax.code):
        known = _KNOWN.get(name.strip().upper())
        if known is not None:
            return known
    return Scheme(tax.code)


def tax_scheme(scheme: Scheme, name: Localized, language: Language) -> Element | None:
    """A `TaxScheme` under the name that the reader knows."""
    listed = {"listID": "UNTDID 5153", "listAgencyID": "6"}
    return cac(
        "TaxScheme",
        cbc("ID", scheme.id),
        cbc("Name", name.text(language), {"languageID": language}),
        cbc("TaxTypeCode", scheme.type_code, listed),
    )


def tax_category(element: str, tax: DocumentTax, snapshot: DocumentSnapshot) -> Element | None:
    """One tax with its rate in percent, as an element of that name."""
    return cac(
        element,
        cbc("ID", _STANDARD if tax.rate else _ZERO_RATED),
        cbc("Percent", plain(tax.rate * 100)),
        tax_scheme(scheme_of(tax), tax.name, snapshot.language),
    )


def tax_total(snapshot: DocumentSnapshot, figures: Figures) -> Element | None:
    """The sum of all taxes, then each with the sum that it applies to: as the invoice has computed them."""
    return cac(
        "TaxTotal",
        figures.amount("TaxAmount", snapshot.total - snapshot.subtotal),
        *(
            cac(
                "TaxSubtotal",
                figures.amount("TaxableAmount", tax.base),
                figures.amount("TaxAmount", tax.amount),
                tax_category("TaxCategory", tax, snapshot),
            )
            for tax in snapshot.taxes
        ),
    )


def exchange_rate(snapshot: DocumentSnapshot) -> Element | None:
    """What one unit of the document's currency is in the company's, when they differ: what taxes are declared at."""
    if snapshot.exchange_rate is None or snapshot.company_currency in (None, snapshot.currency):
        return None
    return cac(
        "TaxExchangeRate",
        cbc("SourceCurrencyCode", snapshot.currency),
        cbc("TargetCurrencyCode", snapshot.company_currency),
        cbc("CalculationRate", plain(snapshot.exchange_rate)),
        cbc("MathematicOperatorCode", "multiply"),
    )
