"""A line moved, duplicated, put back; what would be billed of a job with it."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import EXTRA_CHARGE, JOB, Line
from services.invoice_service.domain.line_editing import copied, put_back, shifted
from services.invoice_service.domain.quantities import billed_with
from tests.unit.invoice_service.domain.making import charge, drafting, invoice, job, line, new_id

FIRST, SECOND, THIRD = line("1.00"), line("2.00"), line("3.00")


def of_job(quantity: str | None, **fields: Any) -> Line:  # noqa: ANN401 - fields of a line
    return line("2.00", quantity, kind=JOB, job="D-1", **fields)


@pytest.mark.parametrize(
    ("by", "places"),
    [
        (0, (FIRST, SECOND, THIRD)),
        (-1, (SECOND, FIRST, THIRD)),
        (1, (FIRST, THIRD, SECOND)),
        (-9, (SECOND, FIRST, THIRD)),
        (9, (FIRST, THIRD, SECOND)),
    ],
)
def test_a_line_goes_up_and_down_and_no_further_than_the_end(by: int, places: tuple[Line, ...]) -> None:
    assert shifted((FIRST, SECOND, THIRD), SECOND.id, by) == places


def test_a_copy_has_what_was_typed() -> None:
    one = line("3.00", "4", manual=("description", "quantity"))
    copy = copied(one, new_id(), drafting(), invoice(one))

    assert copy.id != one.id
    assert dataclasses.replace(copy, id=one.id) == one


def test_a_copy_of_a_job_bills_what_remains_as_nobody_typed_it() -> None:
    made_from = drafting(job(billed=Decimal(400)))
    one = of_job("400", manual=("quantity", "unit_price"))
    copy = copied(one, new_id(), made_from, invoice(one, of=made_from))

    assert (copy.quantity, copy.total, copy.manual) == (Decimal(600), Decimal("1200.00"), ("unit_price",))


def test_a_copy_of_a_charge_that_is_billed_bills_nothing() -> None:
    made_from = drafting(job(extra_charges=(charge(billed=Decimal(1)),)))
    one = line("40.00", "1", kind=EXTRA_CHARGE, job="D-1", extra_charge="x1")
    copy = copied(one, new_id(), made_from, invoice(one, of=made_from))

    assert (copy.quantity, copy.total) == (Decimal(0), Decimal("0.00"))


@pytest.mark.parametrize(
    ("position", "places"),
    [(0, (SECOND, FIRST, THIRD)), (1, (FIRST, SECOND, THIRD)), (7, (FIRST, THIRD, SECOND))],
)
def test_a_removed_line_goes_where_it_was(position: int, places: tuple[Line, ...]) -> None:
    assert put_back((FIRST, THIRD), SECOND, position, drafting()) == places


@pytest.mark.parametrize(
    ("named", "field"),
    [
        ({"product": "none"}, "product"),
        ({"gl_account": "none"}, "gl_account"),
        ({"tax_code": "none"}, "tax_code"),
        ({"kind": EXTRA_CHARGE, "job": "D-1", "extra_charge": "gone"}, "extra_charge"),
    ],
)
def test_what_a_removed_line_names_may_be_gone(named: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        put_back((), line("1.00", **named), 0, drafting(job(extra_charges=(charge(),))))

    assert [(error.field, error.code) for error in caught.value.errors] == [(field, "unknown_reference")]


@pytest.mark.parametrize(
    ("billed", "before", "after", "free", "expected"),
    [
        ("1000", "1000", "700", None, "700"),
        ("1000", "300", "400", None, "1100"),
        ("400", None, "600", None, "1000"),
        ("1000", "1000", None, None, "0"),
        # 1000 are billed elsewhere, a draft credit releases them, and this invoice bills them again.
        ("1000", "1000", "1050", "1000", "1050"),
        ("1000", "1000", "200", "1000", "1000"),
    ],
)
def test_what_would_be_billed_of_a_job(
    billed: str, before: str | None, after: str | None, free: str | None, expected: str
) -> None:
    made_from = drafting(job(billed=Decimal(billed)))
    if free is not None:
        made_from = dataclasses.replace(made_from, standing_in={("D-1", None): Decimal(free)})

    def billing(quantity: str | None) -> Invoice:
        return invoice(*(() if quantity is None else (of_job(quantity),)), of=made_from)

    assert billed_with(made_from, billing(before), billing(after)) == {"D-1": Decimal(expected)}
