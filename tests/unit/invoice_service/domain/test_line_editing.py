import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.domain.drafting import Drafting, GLAccount, Product
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import EXTRA_CHARGE, GL, JOB, PRODUCT, TEXT, Line
from services.invoice_service.domain.line_defaults import EDITABLE, defaults, filled, job_lines, new_line
from services.invoice_service.domain.line_editing import inserted, remaining_for, typed_over
from services.invoice_service.domain.texts import Localized
from tests.unit.invoice_service.domain.making import PRODUCT as CUTTING
from tests.unit.invoice_service.domain.making import charge, drafting, invoice, job, line, new_id

OTHER = Product("P-2", Localized("Pliage", "Folding"), Decimal("30.00"), "5555")
PRICELESS = Product("P-3", Localized("Don", "Gift"))
ACCOUNTS = {"4444": GLAccount("4444", "Ventes", "revenue"), "5555": GLAccount("5555", "Finition", "revenue")}


def shop(**job_fields: Any) -> Drafting:  # noqa: ANN401 - fields of a job
    products = {one.code: one for one in (CUTTING, OTHER, PRICELESS)}
    return drafting(job(**job_fields), products=products, accounts=ACCOUNTS)


def made(made_from: Drafting, kind: str, *, remaining: Decimal | None = None, **source: str) -> Line:
    """A line as its source has it."""
    blank = new_line(new_id(), kind, **source)
    return filled(blank, defaults(blank, made_from, "fr", remaining=remaining))


def typed(one: Line, made_from: Drafting, *, remaining: str | None = None, **values: Any) -> Line:  # noqa: ANN401 - any value
    left = Decimal(remaining) if remaining else None
    return typed_over(one, values, made_from, "fr", remaining=left)


# Defaults.


@pytest.mark.parametrize(
    ("fields", "price", "total"),
    [
        ({}, (None, Decimal("15812.65")), "6325.06"),
        ({"unit_price": Decimal("2.00")}, (Decimal("2.00"), None), "800.00"),
        ({"unit_price": None, "product": "P-1"}, (Decimal("25.00"), None), "10000.00"),
        ({"unit_price": None, "total_price": None}, (None, None), None),
        ({"product": "P-1"}, (None, Decimal("15812.65")), "6325.06"),
    ],
)
def test_a_line_of_a_job(fields: dict[str, Any], price: tuple[object, ...], total: str | None) -> None:
    one = made(shop(po_number="PO", **fields), JOB, job="D-1", remaining=Decimal(400))

    assert (one.description, one.po_number, one.ordered_quantity, one.quantity) == (
        "Encarts",
        "PO",
        Decimal(1000),
        Decimal(400),
    )
    assert (one.unit_price, one.total_price) == price
    assert one.total == (Decimal(total) if total else None)
    assert one.gl_account == ("4444" if fields.get("product") else None)


def test_the_description_of_a_job_before_its_title() -> None:
    assert made(shop(description="Encarts pliés"), JOB, job="D-1").description == "Encarts pliés"


def test_a_line_of_a_charge() -> None:
    one = made(
        shop(extra_charges=(charge(gl_account="5555", quantity=Decimal(3)),)),
        EXTRA_CHARGE,
        job="D-1",
        extra_charge="x1",
        remaining=Decimal(2),
    )

    assert (one.description, one.quantity, one.ordered_quantity, one.total) == (
        "Livraison",
        Decimal(2),
        Decimal(3),
        Decimal("80.00"),
    )
    assert one.gl_account == "5555"


def test_a_line_of_a_product_or_an_account_starts_with_one() -> None:
    of_product, of_account = made(shop(), PRODUCT, product="P-1"), made(shop(), GL, gl_account="4444")

    assert (of_product.description, of_product.quantity, of_product.total, of_product.gl_account) == (
        "Coupe",
        Decimal(1),
        Decimal("25.00"),
        "4444",
    )
    assert (of_account.description, of_account.quantity, of_account.total) == ("Ventes", Decimal(1), None)


def test_a_text_has_nothing() -> None:
    one = made(shop(), TEXT)

    assert {name: getattr(one, name) for name in EDITABLE} == {**dict.fromkeys(EDITABLE), "description": ""}


def test_a_job_brings_its_charges_that_are_left() -> None:
    of = job(
        billed=Decimal(250),
        extra_charges=(charge("x1", billed=Decimal(1)), charge("x2", quantity=Decimal(3), billed=Decimal(1))),
    )

    lines = job_lines(of, drafting(of), "fr", [new_id() for _ in range(3)])

    assert [(one.kind, one.extra_charge, one.quantity) for one in lines] == [
        (JOB, None, Decimal(750)),
        (EXTRA_CHARGE, "x2", Decimal(2)),
    ]
    assert len({one.id for one in lines}) == 2


# Typing.


def test_a_typed_value_is_manual_and_cleared_it_is_the_default() -> None:
    made_from = shop(po_number="PO")
    before = made(made_from, JOB, job="D-1", remaining=Decimal(1000))
    values = {
        "description": "x",
        "po_number": "y",
        "ordered_quantity": Decimal(2),
        "quantity": Decimal(3),
        "tax_code": "00",
        "gl_account": "5555",
    }

    after = typed(before, made_from, remaining="1000", **values)
    back = typed(after, made_from, remaining="1000", **dict.fromkeys(values))

    assert {name: getattr(after, name) for name in values} == values
    assert after.manual == tuple(sorted(values))
    assert back == before


@pytest.mark.parametrize(
    ("first", "second", "prices", "manual"),
    [
        ({"unit_price": "1.00"}, {}, ("1.00", None), ("unit_price",)),
        ({"unit_price": "1.00"}, {"total_price": "500.00"}, (None, "500.00"), ("total_price",)),
        ({"total_price": "500.00"}, {"unit_price": "1.00"}, ("1.00", None), ("unit_price",)),
        ({"unit_price": "1.00"}, {"unit_price": None}, (None, "15812.65"), ()),
        ({"total_price": "500.00"}, {"total_price": None}, (None, "15812.65"), ()),
        ({"unit_price": "1.00"}, {"unit_price": None, "total_price": None}, (None, "15812.65"), ()),
        ({"unit_price": "1.00"}, {"total_price": None}, ("1.00", None), ("unit_price",)),
        (
            {"unit_price": "1.00"},
            {"unit_price": "2.00", "total_price": None},
            ("2.00", None),
            ("unit_price",),
        ),
        ({}, {"unit_price": None}, (None, "15812.65"), ()),
    ],
)
def test_a_price_is_by_unit_or_by_total(
    first: dict[str, str | None],
    second: dict[str, str | None],
    prices: tuple[str | None, str | None],
    manual: tuple[str, ...],
) -> None:
    made_from = shop()
    one = made(made_from, JOB, job="D-1", remaining=Decimal(1000))
    for values in (first, second):
        amounts = {name: Decimal(value) if value else None for name, value in values.items()}
        one = typed(one, made_from, remaining="1000", **amounts)

    shown = tuple(str(price) if price is not None else None for price in (one.unit_price, one.total_price))
    assert (shown, one.manual) == (prices, manual)


def test_both_prices_at_once_and_everything_unknown_are_told() -> None:
    values: dict[str, Any] = {
        "product": "none",
        "gl_account": "none",
        "tax_code": "none",
        "unit_price": Decimal(1),
        "total_price": Decimal(1),
        "amount": Decimal(1),
    }

    with pytest.raises(Invalid) as caught:
        typed(line("1.00"), shop(), **values)

    assert {error.field: error.code for error in caught.value.errors} == {
        "product": "unknown_reference",
        "gl_account": "unknown_reference",
        "tax_code": "unknown_reference",
        "total_price": "price_twice",
        "amount": "unknown_field",
    }


def test_another_product_brings_what_nobody_typed() -> None:
    made_from = shop()
    one = made(made_from, PRODUCT, product="P-1")

    other = typed(one, made_from, product="P-2")
    kept = typed(
        typed(one, made_from, unit_price=Decimal(9), description="Ma coupe"), made_from, product="P-2"
    )
    gift = typed(one, made_from, product="P-3")

    assert (other.description, other.unit_price, other.gl_account, other.total) == (
        "Pliage",
        Decimal("30.00"),
        "5555",
        Decimal("30.00"),
    )
    assert (kept.description, kept.unit_price, kept.gl_account) == ("Ma coupe", Decimal(9), "5555")
    assert (gift.description, gift.unit_price) == ("Don", Decimal("25.00"))


def test_a_product_on_a_text_gives_price_and_account_and_leaves_the_words() -> None:
    after = typed(line(None, "2", manual=("description", "quantity")), shop(), product="P-1")

    assert (after.description, after.unit_price, after.gl_account, after.total) == (
        "Travail",
        Decimal("25.00"),
        "4444",
        Decimal("50.00"),
    )


def test_another_account_brings_what_it_is_called_unless_that_was_typed() -> None:
    made_from = shop()
    one = made(made_from, GL, gl_account="4444")

    other = typed(one, made_from, gl_account="5555")
    worded = typed(typed(one, made_from, description="Pliage"), made_from, gl_account="5555")

    assert (other.description, other.gl_account, other.quantity) == ("Finition", "5555", Decimal(1))
    assert (worded.description, worded.gl_account) == ("Pliage", "5555")


def test_a_source_that_is_taken_away_leaves_what_it_brought() -> None:
    made_from = shop()

    of_product = typed(made(made_from, PRODUCT, product="P-1"), made_from, product=None)
    of_account = typed(made(made_from, GL, gl_account="4444"), made_from, gl_account=None)

    assert (of_product.product, of_product.description, of_product.unit_price) == (None, "Coupe", Decimal(25))
    assert (of_account.gl_account, of_account.description) == (None, "Ventes")


@pytest.mark.parametrize("price", ["unit_price", "total_price"])
def test_the_amount_of_a_text_is_for_one_unless_a_quantity_was_typed(price: str) -> None:
    rebate = typed_over(made(shop(), TEXT), {price: Decimal("-50.00")}, shop(), "fr", remaining=None)

    assert (rebate.quantity, rebate.total, rebate.manual) == (Decimal(1), Decimal("-50.00"), (price,))
    assert typed(made(shop(), TEXT), shop(), unit_price=Decimal(5), quantity=Decimal(3)).total == 15
    assert typed(made(shop(), TEXT), shop(), description="Merci").quantity is None


# What is left.


def standing(*lines: Line, free: str | None = None, **job_fields: Any) -> tuple[Invoice, Drafting]:  # noqa: ANN401 - a job's
    made_from = shop(**job_fields)
    if free is not None:
        made_from = dataclasses.replace(
            made_from, standing_in={("D-1", None): Decimal(free), ("D-1", "x1"): Decimal(1)}
        )
    return invoice(*lines, of=made_from), made_from


def of_job(quantity: str | None) -> Line:
    return line(None, quantity, kind=JOB, job="D-1")


@pytest.mark.parametrize(
    ("own", "billed", "free", "left"),
    [
        (["1000"], "1000", None, "1000"),
        (["300"], "1000", None, "300"),
        (["300", "200"], "800", None, "500"),
        (["300"], "1300", None, "0"),
        ([None], "400", None, "600"),
        # The original bills 1000, a draft credit will release as many, and this one bills them again.
        (["1000"], "1000", "1000", "1000"),
        (["200"], "1000", "1000", "1000"),
        (["1050"], "1050", "1000", "1000"),
        (["300", "700"], "1000", "1000", "300"),
        (["100"], "1000", "400", "400"),
    ],
)
def test_what_is_left_for_a_line(own: list[str | None], billed: str, free: str | None, left: str) -> None:
    one, made_from = standing(*(of_job(quantity) for quantity in own), free=free, billed=Decimal(billed))

    assert remaining_for(one.lines[0], made_from, one) == Decimal(left)


def test_what_is_left_for_a_new_line() -> None:
    one, made_from = standing(of_job("300"), billed=Decimal(700))

    assert remaining_for(of_job(None), made_from, one) == Decimal(300)
    assert remaining_for(of_job(None), made_from) == Decimal(300)


@pytest.mark.parametrize(("billed", "free", "left"), [("1", None, "2"), ("1", "0", "3"), ("3", None, "0")])
def test_what_is_left_of_a_charge(billed: str, free: str | None, left: str) -> None:
    charges = (charge(quantity=Decimal(3), billed=Decimal(billed)),)
    one, made_from = standing(free=free, extra_charges=charges)

    assert remaining_for(
        line(None, None, kind=EXTRA_CHARGE, job="D-1", extra_charge="x1"), made_from, one
    ) == Decimal(left)


def test_other_kinds_have_no_rest() -> None:
    assert remaining_for(line("1.00"), shop(), invoice()) is None


# Places.


def test_a_line_goes_behind_another_or_last() -> None:
    first, second, new = line("1.00"), line("2.00"), line("3.00")

    assert inserted((first, second), new, first.id) == (first, new, second)
    assert inserted((first, second), new, second.id) == (first, second, new)
    assert inserted((first, second), new, None) == (first, second, new)
    with pytest.raises(Invalid) as caught:
        inserted((first,), new, new.id)
    assert [(error.field, error.code) for error in caught.value.errors] == [("after", "unknown_reference")]
