"""Figures as people read them."""

import pytest

from services.invoice_service.web.formats import unit_price


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("15.81265", "15,8127"),
        ("-15.81265", "-15,8127"),
        ("0.9184", "0,9184"),
        ("1.30", "1,30"),
        ("40", "40"),
        ("0.10037", "0,1004"),
    ],
)
def test_a_unit_price_is_that_of_the_paper(price: str, shown: str) -> None:
    assert unit_price(price, "fr") == shown


def test_a_unit_price_with_its_currency_keeps_its_decimals() -> None:
    assert unit_price("0.1175", "fr", "CAD") == "0,1175\N{NO-BREAK SPACE}$"
    assert unit_price("28", "en", "CAD") == "$28.00"
