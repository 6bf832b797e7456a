"""Credits close to the cent: however an invoice is credited in parts, in the end the parts are the invoice."""

import dataclasses
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.invoice_service.domain.credit import (
    CreditRequest,
    check_caps,
    credit_line,
    credit_totalled,
    credited_by_line,
    fully_credited,
    remaining_requests,
    wanted_by_line,
)
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.invoice import Invoice, Status
from services.invoice_service.domain.line import Line, totalled
from services.invoice_service.domain.money import ZERO
from tests.unit.invoice_service.domain.making import final, invoice, line, new_id

Requests = tuple[CreditRequest, ...]


def credit_note(original: Invoice, requests: Requests, finals: list[Invoice]) -> Invoice:
    """The draft of a credit."""
    lines = []
    for request in requests:
        source = original.line(request.line)
        assert source is not None
        lines.append(credit_line(new_id(), source, request))
    blank = dataclasses.replace(
        original,
        id=new_id(),
        kind="credit_note",
        status=Status.PROFORMA_DRAFT,
        final_number=None,
        finalized_at=None,
        lines=tuple(lines),
        credited_invoice=original.id,
    )
    return credit_totalled(blank, original, finals)


def settled_again(credit: Invoice, original: Invoice, finals: list[Invoice]) -> Invoice:
    """The credit as finalize computes it."""
    return final(credit_totalled(credit, original, finals))


def by_line(credits_: list[Invoice]) -> dict[uuid.UUID, Decimal]:
    return {key: have.total for key, have in credited_by_line(credits_).items()}


def assert_closed(original: Invoice, finals: list[Invoice]) -> None:
    """The credits together are the invoice: line by line, tax by tax, in all."""
    assert remaining_requests(original, finals) == ()
    assert fully_credited(original, credited_by_line(finals))
    credited = by_line(finals)
    for one in original.lines:
        assert credited.get(one.id, ZERO) == (one.total or ZERO)
    for applied in original.totals.taxes:
        parts = [other for credit in finals for other in credit.totals.taxes if other.code == applied.code]
        assert sum(part.amount for part in parts) == -applied.amount
        assert sum(part.base for part in parts) == -applied.base
    assert sum(credit.totals.subtotal for credit in finals) == -original.totals.subtotal
    assert sum(credit.totals.total for credit in finals) == -original.totals.total
    for credit in finals:
        assert credit.totals.subtotal == sum((one.total or ZERO for one in credit.lines), ZERO)
        assert credit.totals.total == credit.totals.subtotal + sum(
            part.amount for part in credit.totals.taxes
        )


def test_ten_times_ten_dollars() -> None:
    original = final(invoice(line("100.00")), sent=True)
    finals: list[Invoice] = []
    for _ in range(10):
        requests = (CreditRequest(original.lines[0].id, amount=Decimal("10.00")),)
        assert not check_caps(original, finals, credit_note(original, requests, finals).lines)
        finals.append(final(credit_note(original, requests, finals)))

    assert_closed(original, finals)
    assert [str(one.totals.total) for one in finals] == [
        "-11.50", "-11.50", "-11.49", "-11.50", "-11.50", "-11.50", "-11.49", "-11.50", "-11.50", "-11.50"
    ]  # fmt: skip


@st.composite
def lines_of_an_invoice(draw: st.DrawFn) -> Line:
    """A line by unit or total price, perhaps a rebate, perhaps taxed on its own, perhaps without a price."""
    quantity = draw(st.decimals(min_value="0.0001", max_value=5000, places=4))
    tax_code = draw(st.sampled_from([None, "00", "01", "QC"]))
    match draw(st.sampled_from(["unit", "total", "rebate", "text"])):
        case "unit":
            return totalled(dataclasses.replace(
                line(None, tax_code=tax_code), quantity=quantity,
                unit_price=draw(st.decimals(min_value=0, max_value=200, places=6)),
            ))  # fmt: skip
        case "total":
            return totalled(dataclasses.replace(
                line(None, tax_code=tax_code), quantity=quantity,
                total_price=draw(st.decimals(min_value=0, max_value=50000, places=2)),
                ordered_quantity=draw(st.none() | st.decimals(min_value="0.0001", max_value=5000, places=4)),
            ))  # fmt: skip
        case "rebate":
            price = -draw(st.decimals(min_value=0, max_value=20, places=6))
            return totalled(
                dataclasses.replace(line(None, tax_code=tax_code), quantity=quantity, unit_price=price)
            )
        case _:
            return line(None, None)


@st.composite
def part(draw: st.DrawFn, original: Invoice, existing: list[Invoice]) -> Requests:
    """Some lines of what remains, by quantity or by amount, wholly or in part."""
    requests = []
    for left in remaining_requests(original, existing):
        way = draw(st.sampled_from(["leave", "whole", "some", "amount"]))
        source = original.line(left.line)
        assert source is not None
        if way == "whole":
            requests.append(left)
        elif way == "some" and left.quantity is not None:
            share = (left.quantity * draw(st.integers(1, 99)) / 100).quantize(Decimal("0.0001"))
            if share:
                requests.append(dataclasses.replace(left, quantity=share))
        elif way == "amount":
            have = credited_by_line(existing).get(left.line)
            rest = abs(source.total or ZERO) - abs(have.total if have else ZERO)
            amount = (rest * draw(st.integers(1, 100)) / 100).quantize(Decimal("0.01"))
            if amount > 0:
                requests.append(CreditRequest(left.line, amount=amount))
    return tuple(requests)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_sequence_of_partial_credits_closes(data: st.DataObject) -> None:
    original = final(
        invoice(*data.draw(st.lists(lines_of_an_invoice(), min_size=1, max_size=4)), tax_code="QC"), sent=True
    )
    finals: list[Invoice] = []
    for _ in range(data.draw(st.integers(0, 4))):
        requests = data.draw(part(original, finals))
        draft = credit_note(original, requests, finals)
        if requests and not check_caps(original, finals, draft.lines):
            finals.append(final(draft))

    rest = remaining_requests(original, finals)
    draft = credit_note(original, rest, finals)
    assert check_caps(original, finals, draft.lines) == ()
    finals.append(final(draft))

    assert_closed(original, finals)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_drafts_that_reserve_close_in_whatever_order_they_are_finalized(data: st.DataObject) -> None:
    original = final(
        invoice(*data.draw(st.lists(lines_of_an_invoice(), min_size=1, max_size=3)), tax_code="QC"), sent=True
    )
    drafts: list[Invoice] = []
    for _ in range(data.draw(st.integers(1, 3))):
        requests = data.draw(part(original, drafts))
        draft = credit_note(original, requests, [])
        if requests and not check_caps(original, drafts, draft.lines):
            drafts.append(draft)
    rest = remaining_requests(original, drafts)
    if rest:
        last = credit_note(original, rest, [])
        assume(not check_caps(original, drafts, last.lines))
        drafts.append(last)

    finals: list[Invoice] = []
    for draft in data.draw(st.permutations(drafts)):
        others = [other for other in drafts if other.id not in {draft.id, *(one.id for one in finals)}]
        assert check_caps(original, [*finals, *others], draft.lines) == ()
        finals.append(settled_again(draft, original, finals))

    assert_closed(original, finals)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_credit_ever_exceeds_its_invoice(data: st.DataObject) -> None:
    original = final(
        invoice(*data.draw(st.lists(lines_of_an_invoice(), min_size=1, max_size=3)), tax_code="QC"), sent=True
    )
    finals: list[Invoice] = []
    for _ in range(4):
        asked = tuple(
            CreditRequest(
                one.id, quantity=data.draw(st.decimals(min_value="0.0001", max_value=5000, places=4))
            )
            if data.draw(st.booleans())
            else CreditRequest(
                one.id, amount=data.draw(st.decimals(min_value="0.01", max_value=50000, places=2))
            )
            for one in original.lines
            if one.total is not None
        )
        draft = credit_note(original, asked, finals)
        if asked and not check_caps(original, finals, draft.lines):
            finals.append(final(draft))
    for one in original.lines:
        have = credited_by_line(finals).get(one.id)
        if have is not None:
            assert have.quantity <= (one.quantity or 0)
            assert abs(have.total) <= abs(one.total or ZERO)
            assert have.total * (one.total or ZERO) >= 0


# What is asked for.


def original_of(*lines: Line) -> Invoice:
    return final(invoice(*lines), sent=True)


def test_all_that_remains_is_each_priced_line_whole() -> None:
    original = original_of(line("10.00", "3"), line(None, None), line("-2.00"), line("0.00"))

    assert remaining_requests(original, []) == (
        CreditRequest(original.lines[0].id, quantity=Decimal(3)),
        CreditRequest(original.lines[2].id, quantity=Decimal(1)),
        CreditRequest(original.lines[3].id, quantity=Decimal(1)),
    )


def test_once_an_amount_was_credited_what_remains_is_an_amount() -> None:
    original = original_of(line("33.33", "3"))
    amount = credit_note(original, (CreditRequest(original.lines[0].id, amount=Decimal("10.00")),), [])

    assert remaining_requests(original, [amount]) == (
        CreditRequest(original.lines[0].id, amount=Decimal("89.99")),
    )


def test_a_credit_of_a_rebate_takes_it_back() -> None:
    original = original_of(line("-10.00", "2"))

    by_quantity = credit_note(original, (CreditRequest(original.lines[0].id, quantity=Decimal(1)),), [])
    by_amount = credit_note(original, (CreditRequest(original.lines[0].id, amount=Decimal("4.00")),), [])

    assert (by_quantity.lines[0].quantity, by_quantity.lines[0].total) == (Decimal(-1), Decimal("10.00"))
    assert (by_amount.lines[0].quantity, by_amount.lines[0].total) == (None, Decimal("4.00"))


def test_an_amount_releases_no_quantity() -> None:
    source = line("10.00")

    assert credit_line(new_id(), source, CreditRequest(source.id, quantity=Decimal(1))).release_quantity
    assert not credit_line(new_id(), source, CreditRequest(source.id, amount=Decimal(1))).release_quantity
    kept = CreditRequest(source.id, quantity=Decimal(1), release_quantity=False)
    assert not credit_line(new_id(), source, kept).release_quantity


def test_a_credit_line_says_of_what_and_keeps_the_words() -> None:
    source = dataclasses.replace(line("10.00"), manual=("quantity",), gl_account="4444", taxes=("TPS",))

    made = credit_line(new_id(), source, CreditRequest(source.id, quantity=Decimal(1)))

    assert (made.credited_line, made.description, made.gl_account) == (source.id, source.description, "4444")
    assert made.manual == ()
    assert made.id != source.id


@pytest.mark.parametrize(
    ("requests", "exceeding"),
    [
        (lambda ids: (CreditRequest(ids[0], quantity=Decimal(3)),), []),
        (lambda ids: (CreditRequest(ids[0], quantity=Decimal("3.0001")),), ["lines[0]"]),
        (lambda ids: (CreditRequest(ids[1], amount=Decimal("5.01")), CreditRequest(ids[0], quantity=Decimal(1))),
         ["lines[0]"]),
        (lambda ids: (CreditRequest(ids[0], quantity=Decimal(2)), CreditRequest(ids[0], quantity=Decimal(2))),
         ["lines[0]", "lines[1]"]),
        (lambda ids: (CreditRequest(ids[2], quantity=Decimal(1)),), ["lines[0]"]),
    ],
)  # fmt: skip
def test_the_caps_name_the_lines_of_the_credit(
    requests: Callable[[list[uuid.UUID]], Requests], exceeding: list[str]
) -> None:
    original = original_of(line("10.00", "3"), line("5.00"), line(None, None))
    draft = credit_note(original, requests([one.id for one in original.lines]), [])

    errors = check_caps(original, [], draft.lines)

    assert [(error.field, error.code) for error in errors] == [(field, "over_credit") for field in exceeding]


def test_drafts_reserve() -> None:
    original = original_of(line("10.00", "3"))
    (left,) = remaining_requests(original, [])
    draft = credit_note(original, (dataclasses.replace(left, quantity=Decimal(2)),), [])

    again = credit_note(original, (dataclasses.replace(left, quantity=Decimal(2)),), [])

    assert check_caps(original, [draft], again.lines)
    assert remaining_requests(original, [draft]) == (dataclasses.replace(left, quantity=Decimal(1)),)


def test_what_a_credit_asks_for_adds_up_by_line() -> None:
    source = line("10.00", "9")
    lines = [
        credit_line(new_id(), source, request)
        for request in (
            CreditRequest(source.id, quantity=Decimal(2)),
            CreditRequest(source.id, quantity=Decimal(3)),
            CreditRequest(source.id, amount=Decimal("1.50")),
        )
    ]

    wanted = wanted_by_line([*lines, line("1.00")])

    assert set(wanted) == {source.id}
    assert (wanted[source.id].quantity, wanted[source.id].amount) == (Decimal(5), Decimal("1.50"))


@pytest.mark.parametrize("credited", [None, new_id()])
def test_a_line_of_another_invoice_is_refused(credited: uuid.UUID | None) -> None:
    original = original_of(line("10.00"))
    draft = credit_note(original, remaining_requests(original, []), [])
    foreign = dataclasses.replace(draft, lines=(dataclasses.replace(draft.lines[0], credited_line=credited),))

    with pytest.raises(Invalid) as caught:
        credit_totalled(foreign, original, [])

    assert [error.code for error in caught.value.errors] == ["foreign_line"]


@pytest.mark.parametrize("ordered", [None, Decimal(3), Decimal(6)])
def test_a_quantity_of_a_total_price_is_credited_its_share(ordered: Decimal | None) -> None:
    original = original_of(line(None, "3", total_price=Decimal("100.00"), ordered_quantity=ordered))
    one = CreditRequest(original.lines[0].id, quantity=Decimal(1))

    credit = credit_note(original, (one,), [])

    assert credit.lines[0].total == (Decimal("-16.67") if ordered == 6 else Decimal("-33.33"))
