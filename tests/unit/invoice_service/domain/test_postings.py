import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoice_service.domain.postings import AccountMissing, postings
from services.invoice_service.domain.settings import ShopSettings
from tests.unit.invoice_service.domain.making import drafting, invoice, line

BOOKED = drafting(
    settings=ShopSettings(
        connector="ledger", default_revenue_account="4000", default_receivable_account="1200"
    )
)
prices = st.decimals(min_value=-1000, max_value=100000, places=6, allow_nan=False, allow_infinity=False)


def test_one_of_what_is_owed_one_per_account_one_per_tax() -> None:
    made = invoice(
        line("100.00"),
        line("50.00", gl_account="5555"),
        line("25.00", "2", product="P-1"),
        line("1.00"),
        line(None, None),
        of=BOOKED,
    )

    booked = postings(made, BOOKED)

    assert [(one.account, str(one.amount), one.kind, one.tax) for one in booked] == [
        ("1200", "231.10", "receivable", None),
        ("4000", "-101.00", "revenue", None),
        ("5555", "-50.00", "revenue", None),
        ("4444", "-50.00", "revenue", None),
        ("2310", "-10.05", "tax", "TPS"),
        ("2320", "-20.05", "tax", "TVQ"),
    ]


def test_what_comes_to_nothing_is_no_posting() -> None:
    exempt = line("10.00", gl_account="5555", tax_code="00")
    offset = (line("3.00", gl_account="6000"), line("-3.00", gl_account="6000"))
    pennies = line("0.02", gl_account="5555", tax_code="QC")

    booked = postings(invoice(line("9.00", "0"), exempt, *offset, pennies, of=BOOKED), BOOKED)

    assert [(one.account, str(one.amount)) for one in booked] == [("1200", "10.02"), ("5555", "-10.02")]
    bare = dataclasses.replace(BOOKED, settings=ShopSettings(default_receivable_account="1200"))
    # Neither the line nor its tax has an account.
    assert postings(invoice(line("9.00", "0", tax_code="NS"), of=bare), bare) == ()


@given(st.lists(st.tuples(prices, st.sampled_from(["4000", "5555", None])), min_size=1, max_size=8))
def test_they_sum_to_zero(given_lines: list[tuple[Decimal, str | None]]) -> None:
    made = invoice(*(line(f"{price:f}", gl_account=account) for price, account in given_lines), of=BOOKED)

    booked = postings(made, BOOKED)

    assert sum(one.amount for one in booked) == 0
    assert len({(one.account, one.kind) for one in booked}) == len(booked)


def test_what_has_no_account_is_a_defect() -> None:
    made = invoice(line("1.00"), of=BOOKED)
    untaxed = dataclasses.replace(
        made.totals, taxes=(dataclasses.replace(made.totals.taxes[0], gl_account=None),)
    )

    with pytest.raises(AccountMissing, match="C-1"):
        postings(made, drafting(settings=ShopSettings(default_revenue_account="4000")))
    with pytest.raises(AccountMissing, match="Travail"):
        postings(made, drafting(settings=ShopSettings(default_receivable_account="1200")))
    with pytest.raises(AccountMissing, match="TPS"):
        postings(dataclasses.replace(made, totals=untaxed), dataclasses.replace(BOOKED, tax_codes={}))


def test_a_tax_without_an_account_is_booked_on_the_one_it_was_given_since() -> None:
    made = invoice(line("100.00"), of=BOOKED)
    untaxed = tuple(dataclasses.replace(one, gl_account=None) for one in made.totals.taxes)

    booked = postings(
        dataclasses.replace(made, totals=dataclasses.replace(made.totals, taxes=untaxed)), BOOKED
    )

    assert [one.account for one in booked if one.kind == "tax"] == ["2310", "2320"]
