from decimal import Decimal

import pytest
from pydantic import ValidationError

from shared.contracts.values import Amount, Localized, Quantity, Rate, Wire, decimal_text


class _Sums(Wire):
    amount: Amount
    quantity: Quantity = Decimal(1)
    rate: Rate = Decimal("0.05")


@pytest.mark.parametrize("text", ["15812.65", "-0.01", "0", "999999999999999.99"])
def test_amounts_are_read_from_text_and_written_as_text(text: str) -> None:
    read = _Sums.model_validate_json(f'{{"amount": "{text}"}}')
    assert read.amount == Decimal(text)
    assert f'"amount":"{text}"' in read.model_dump_json()


@pytest.mark.parametrize(
    "value",
    ["15812.65", "1", '"1e3"', '"NaN"', '"Infinity"', '"1,50"', '" 1"', '""', "null", "true", '"1.005"'],
)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        _Sums.model_validate_json(f'{{"amount": {value}}}')


def test_more_decimals_than_a_cent_only_where_they_belong() -> None:
    assert _Sums.model_validate_json('{"amount": "1.00", "quantity": "0.0001"}').quantity == Decimal("0.0001")
    with pytest.raises(ValidationError):
        _Sums.model_validate_json('{"amount": "1.00", "quantity": "0.00001"}')


def test_no_exponent_ever() -> None:
    assert decimal_text(Decimal("1E+3")) == "1000"
    assert '"rate":"0.00000001"' in _Sums(amount=Decimal("1.00"), rate=Decimal("1E-8")).model_dump_json()


def test_both_languages() -> None:
    text = Localized(fr="TPS", en="GST")
    assert (text.text("fr"), text.text("en")) == ("TPS", "GST")
