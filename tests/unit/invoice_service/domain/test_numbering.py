import pytest

from services.invoice_service.domain.numbering import entity_prefix, formatted, prefixes_clash, valid_prefix


@pytest.mark.parametrize(
    ("prefix", "padding", "value", "number"),
    [("PF-", 4, 16, "PF-0016"), ("", 5, 6, "00006"), ("", 2, 12345, "12345")],
)
def test_a_number_is_the_prefix_and_the_padded_value(
    prefix: str, padding: int, value: int, number: str
) -> None:
    assert formatted(prefix, padding, value) == number


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("PF-", "PF-", True),
        ("", "1", True),
        ("2025", "", True),
        ("A", "A12", True),
        ("", "PF-", False),
        ("A", "A-", False),
        ("A", "B", False),
        ("A1-", "A", False),
    ],
)
def test_prefixes_clash_when_a_number_could_come_from_both(one: str, other: str, *, clash: bool) -> None:
    assert prefixes_clash(one, other) is clash
    assert prefixes_clash(other, one) is clash


@pytest.mark.parametrize(("code", "prefix"), [("ACME", "ACME-"), ("usine_2", "USINE-2-"), ("a.b", "A.B-")])
def test_series_of_an_entity_start_with_its_code(code: str, prefix: str) -> None:
    assert entity_prefix(code) == prefix
    assert valid_prefix(prefix)


@pytest.mark.parametrize("prefix", ["a", "É", "A B", "A_B", "A" * 81])
def test_a_prefix_has_its_letters(prefix: str) -> None:
    assert not valid_prefix(prefix)
