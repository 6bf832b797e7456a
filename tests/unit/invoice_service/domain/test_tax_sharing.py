import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from services.invoice_service.domain.tax import DatedRate, Tax
from services.invoice_service.domain.tax_sharing import shared_definition
from services.invoice_service.domain.texts import Localized

RATE = DatedRate(dt.date(2008, 1, 1), Decimal("0.05"))
LATER = DatedRate(dt.date(2026, 1, 1), Decimal("0.06"))
GST = Tax("TPS", Localized("TPS", "GST"), (RATE,), "2210", "R-1")


@pytest.mark.parametrize(
    ("held", "given", "after"),
    [
        (GST, GST, GST),
        (GST, replace(GST, gl_account=None, registration_number=None), GST),
        (replace(GST, gl_account=None), GST, GST),
        (replace(GST, registration_number=None), GST, GST),
        (GST, replace(GST, registration_number="R-2"), replace(GST, registration_number="R-2")),
        (GST, replace(GST, rates=(RATE, LATER)), replace(GST, rates=(RATE, LATER))),
    ],
)
def test_fills_in_and_goes_on(held: Tax, given: Tax, after: Tax) -> None:
    assert shared_definition(held, given) == after


@pytest.mark.parametrize(
    "given",
    [
        replace(GST, name=Localized("TPS", "Other")),
        replace(GST, gl_account="2211"),
        replace(GST, rates=(replace(RATE, rate=Decimal("0.06")),)),
        replace(GST, rates=(replace(RATE, since=dt.date(2009, 1, 1)),)),
        replace(GST, rates=(LATER,)),
        replace(GST, rates=(DatedRate(dt.date(2000, 1, 1), Decimal("0.07")), RATE)),
    ],
)
def test_another_name_account_or_rate_is_another_tax(given: Tax) -> None:
    assert shared_definition(GST, given) is None


def test_a_rate_that_is_known_is_not_taken_away() -> None:
    held = replace(GST, rates=(RATE, LATER))

    assert shared_definition(held, GST) is None
