import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoice_service.domain.money import to_cent
from services.invoice_service.domain.tax import TaxableLine, compute_totals, shares
from tests.unit.invoice_service.domain.making import TODAY, TPS, TVH_NS, TVQ, tax

TAXES = {one.code: one for one in (TPS, TVQ, TVH_NS)}
QC = ("TPS", "TVQ")
cents = st.decimals(min_value=-(10**7), max_value=10**7, places=2, allow_nan=False, allow_infinity=False)
lines = st.lists(
    st.builds(TaxableLine, st.none() | cents, st.sampled_from([(), ("TPS",), QC, ("TVH-NS",)])), max_size=12
)


@pytest.mark.parametrize(
    ("total", "codes", "amounts", "grand"),
    [
        ("15812.65", QC, ["790.63", "1577.31"], "18180.59"),
        ("4592.00", (), [], "4592.00"),
        ("100.00", QC, ["5.00", "9.98"], "114.98"),
        ("-100.00", QC, ["-5.00", "-9.98"], "-114.98"),
        ("0.00", QC, ["0.00", "0.00"], "0.00"),
    ],
)
def test_the_worked_examples(total: str, codes: tuple[str, ...], amounts: list[str], grand: str) -> None:
    totals = compute_totals([TaxableLine(Decimal(total), codes)], TAXES, TODAY)

    assert [str(one.amount) for one in totals.taxes] == amounts
    assert (str(totals.subtotal), str(totals.total)) == (total, grand)


def test_each_tax_is_computed_once_on_the_sum_of_its_lines() -> None:
    ten_cents = TaxableLine(Decimal("0.10"), QC)

    totals = compute_totals([ten_cents] * 10, TAXES, TODAY)

    # By line TPS would be 10 x 0.01 = 0.10, and TVQ 0.10 as well.
    assert [(str(one.base), str(one.amount)) for one in totals.taxes] == [("1.00", "0.05"), ("1.00", "0.10")]


def test_each_tax_has_the_lines_that_it_applies_to() -> None:
    totals = compute_totals(
        [
            TaxableLine(Decimal("100.00"), QC),
            TaxableLine(Decimal("50.00"), ("TPS",)),
            TaxableLine(Decimal("1.00"), ()),
        ],
        TAXES,
        TODAY,
    )

    assert [(one.code, one.base) for one in totals.taxes] == [
        ("TPS", Decimal("150.00")),
        ("TVQ", Decimal("100.00")),
    ]
    assert totals.subtotal == Decimal("151.00")


def test_a_line_without_a_price_counts_nothing() -> None:
    assert compute_totals([TaxableLine(None, QC)], TAXES, TODAY).taxes == ()


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2010-06-30", None),
        ("2010-07-01", "0.15"),
        ("2025-03-31", "0.15"),
        ("2025-04-01", "0.14"),
        ("2099-01-01", "0.14"),
    ],
)
def test_the_date_chooses_the_rate(day: str, rate: str | None) -> None:
    assert TVH_NS.rate_on(dt.date.fromisoformat(day)) == (Decimal(rate) if rate else None)


def test_rates_may_be_declared_in_any_order() -> None:
    one = tax("X", ("2025-04-01", "0.14"), ("2010-07-01", "0.15"))

    assert one.rate_on(dt.date(2024, 1, 1)) == Decimal("0.15")
    assert one.rate_on(TODAY) == Decimal("0.14")


def test_a_tax_without_a_rate_on_that_day_is_left_out() -> None:
    totals = compute_totals([TaxableLine(Decimal("100.00"), QC)], TAXES, dt.date(2010, 1, 1))

    assert [one.code for one in totals.taxes] == ["TPS"]
    assert totals.total == Decimal("105.00")


@given(lines)
def test_the_total_is_the_sum_of_what_is_shown(given_lines: list[TaxableLine]) -> None:
    totals = compute_totals(given_lines, TAXES, TODAY)

    assert totals.subtotal == sum((one.total for one in given_lines if one.total is not None), Decimal(0))
    assert totals.total == totals.subtotal + sum((one.amount for one in totals.taxes), Decimal(0))
    for applied in totals.taxes:
        shown = sum((one.total or Decimal(0) for one in given_lines if applied.code in one.taxes), Decimal(0))
        assert applied.base == shown
        assert applied.amount == to_cent(applied.base * applied.rate)


@given(lines)
def test_a_mirrored_document_has_mirrored_totals(given_lines: list[TaxableLine]) -> None:
    mirrored = [TaxableLine(None if one.total is None else -one.total, one.taxes) for one in given_lines]

    totals, mirror = compute_totals(given_lines, TAXES, TODAY), compute_totals(mirrored, TAXES, TODAY)

    assert (mirror.subtotal, mirror.total) == (-totals.subtotal, -totals.total)
    assert [one.amount for one in mirror.taxes] == [-one.amount for one in totals.taxes]


@given(lines.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_the_lines_changes_no_amount(both: tuple[list[TaxableLine], list[TaxableLine]]) -> None:
    totals, other = (compute_totals(some, TAXES, TODAY) for some in both)

    assert totals.total == other.total
    assert {one.code: one.amount for one in totals.taxes} == {one.code: one.amount for one in other.taxes}


def test_what_a_tax_comes_to_on_one_line_is_not_added_up() -> None:
    totals = compute_totals(
        [TaxableLine(Decimal("0.10"), QC), TaxableLine(Decimal("0.10"), QC)], TAXES, TODAY
    )

    told = [(tax.code, str(share)) for tax, share in shares(Decimal("0.10"), QC, totals)]
    assert told == [("TPS", "0.01"), ("TVQ", "0.01")]
    assert [str(tax.amount) for tax in totals.taxes] == ["0.01", "0.02"]
    assert [(tax.code, str(share)) for tax, share in shares(None, ("TVQ", "TVH-NS"), totals)] == [
        ("TVQ", "0.00")
    ]
