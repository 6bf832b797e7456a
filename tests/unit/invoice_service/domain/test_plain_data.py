"""Values of the domain as plain data."""

from dataclasses import asdict
from decimal import Decimal

from services.invoice_service.domain.parties import Party, PartyAddress
from services.invoice_service.domain.plain_data import plain_data
from services.invoice_service.domain.tax import AppliedTax, Totals
from services.invoice_service.domain.texts import Localized


def test_it_says_what_the_standard_library_says() -> None:
    tax = AppliedTax(
        "TPS", Localized("TPS", "GST"), Decimal("0.05"), Decimal(10), Decimal("0.50"), "2310", None
    )
    address = PartyAddress("1, rue des Presses", "Québec", "Canada")
    for value in (Totals(Decimal(10), (tax,), Decimal("10.50")), Party("C-1", "Boréal", None, address)):
        assert plain_data(value) == asdict(value)
