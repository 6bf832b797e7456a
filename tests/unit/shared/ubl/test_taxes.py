from decimal import Decimal

import pytest

from services.render_service.samples import GST, QST, document, line
from shared.contracts.values import DocumentTax, Localized
from shared.ubl.document import ubl_document
from shared.ubl.taxes import Scheme, scheme_of
from tests.contract.ubl.reading import UblFile

SUBTOTAL = "cac:TaxTotal/cac:TaxSubtotal"


def said(*taxes: tuple[str, Localized, Decimal, str | None], **more: object) -> UblFile:
    return UblFile(ubl_document(document([line("Affiche", "1", "100.00")], taxes, **more)))


def tax(code: str, en: str) -> DocumentTax:
    zero = Decimal("0.00")
    return DocumentTax(code=code, name=Localized(fr=code, en=en), rate=Decimal(0), base=zero, amount=zero)


def test_each_tax_has_its_own_rate_base_and_amount() -> None:
    file = said(GST, QST)

    assert file.figures.taxes == [
        ("GST", "5", Decimal("100.00"), Decimal("5.00")),
        ("QST", "9.975", Decimal("100.00"), Decimal("9.98")),
    ]
    assert file.text("cac:TaxTotal/cbc:TaxAmount") == "14.98"
    assert file.texts(f"{SUBTOTAL}/cac:TaxCategory/cbc:ID") == ["S", "S"]
    assert "14.975" not in file.texts(".//cbc:Percent")


@pytest.mark.parametrize(
    ("code", "english", "scheme"),
    [
        ("TPS", "GST", Scheme("GST", "GST")),
        ("T1", " gst ", Scheme("GST", "GST")),
        ("TVQ", "Quebec tax", Scheme("QST", "AAH")),
        ("TVH-ON", "HST", Scheme("HST", "AAG")),
        ("TVP-MB", "RST", Scheme("PST", "AAI")),
        ("ECO", "Eco fee", Scheme("ECO", None)),
    ],
)
def test_a_tax_is_known_by_its_english_name_or_its_code(code: str, english: str, scheme: Scheme) -> None:
    assert scheme_of(tax(code, english)) == scheme


def test_a_tax_at_no_rate_is_zero_rated() -> None:
    file = said(("TPS", Localized(fr="TPS", en="GST"), Decimal(0), None))

    assert file.figures.taxes == [("GST", "0", Decimal("100.00"), Decimal("0.00"))]
    assert file.text(f"{SUBTOTAL}/cac:TaxCategory/cbc:ID") == "Z"


def test_without_taxes_their_sum_is_zero_and_no_reason_is_made_up() -> None:
    file = said()

    assert file.text("cac:TaxTotal/cbc:TaxAmount") == "0.00"
    assert file.all(SUBTOTAL) == []
    assert file.all(".//cac:ClassifiedTaxCategory") == []


def test_another_currency_tells_its_rate() -> None:
    file = said(currency="USD", company_currency="CAD", exchange_rate=Decimal("1.37250000"))

    rate = file.one("cac:TaxExchangeRate")
    assert [
        rate.text(f"cbc:{name}")
        for name in ("SourceCurrencyCode", "TargetCurrencyCode", "CalculationRate", "MathematicOperatorCode")
    ] == ["USD", "CAD", "1.3725", "multiply"]
    file.assert_adds_up()


@pytest.mark.parametrize(
    "more",
    [
        {"currency": "CAD", "company_currency": "CAD", "exchange_rate": Decimal("1.2")},
        {"currency": "USD", "company_currency": "CAD"},
        {"currency": "USD", "exchange_rate": Decimal("1.2")},
    ],
)
def test_without_another_currency_or_a_rate_there_is_none(more: dict[str, object]) -> None:
    assert said(**more).all("cac:TaxExchangeRate") == []
