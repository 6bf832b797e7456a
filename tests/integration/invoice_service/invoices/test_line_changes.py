"""A line duplicated, removed and put back, moved up and down, and what an edit would make of it."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_lines import AddLine, EditLine
from services.invoice_service.application.move_line import move_line
from services.invoice_service.application.preview_line import LinePreview, preview_line
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.errors import Conflict, Invalid, NotFound, StaleVersion
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, of_job, text_line

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLERK = Actor("user", "01981e0c-0000-7000-8000-000000000001", "Luc Roy", Role.BILLER)


def clerk(shop: Shop) -> Context:
    return Context(CLERK, shop.api.clock(), "c")


def descriptions(invoice: Json) -> list[str]:
    return [line["description"] for line in invoice["lines"]]


async def now(shop: Shop, invoice: Json) -> Json:
    """The invoice as it stands; what follows is based on that."""
    return await shop.get(invoice["number"])


async def moved(shop: Shop, invoice: Json, line: int, by: int) -> Json:
    line_id, version = uuid.UUID(invoice["lines"][line]["id"]), invoice["version"]
    async with shop.api.services.transactions.writing() as uow:
        await move_line(uow, clerk(shop), invoice["number"], line_id, by, based_on=version)
    return await now(shop, invoice)


async def preview(shop: Shop, invoice: Json, *, line: int = 0, **typed: Any) -> LinePreview:  # noqa: ANN401 - any value
    command = EditLine(uuid.UUID(invoice["lines"][line]["id"]), typed)
    async with shop.api.services.transactions.reading() as uow:
        return await preview_line(uow, clerk(shop), invoice["number"], command)


# Duplicating.


async def test_a_duplicate_stands_behind_its_line_with_what_was_typed(shop: Shop) -> None:
    product = await shop.product()
    invoice = await shop.billing(
        {"kind": "product", "product": product, "unit_price": "30.00"}, {"price": "1.00", "description": "B"}
    )

    reply = await shop.duplicate_line(invoice)

    copy, after = expect(reply, 201), await now(shop, invoice)
    assert reply.headers["Location"].endswith(f"/invoices/{invoice['number']}/lines/{copy['id']}")
    assert reply.headers["ETag"] == f'"v{invoice["version"] + 1}"' == f'"v{after["version"]}"'
    assert descriptions(after) == ["Coupe", "Coupe", "B"]
    assert {**copy, "id": "", "position": 0} == {**invoice["lines"][0], "id": ""}
    assert (copy["manual"], after["subtotal"]) == (["unit_price"], "61.00")
    assert (await shop.trail(invoice))[0]["action"] == "line.duplicated"


async def test_a_duplicate_of_a_job_bills_what_remains(shop: Shop) -> None:
    job = await shop.job(unit_price="2.00")
    invoice = await shop.invoice(job=job)
    expect(await shop.patch_line(invoice, {"quantity": "400"}), 200)
    invoice = await now(shop, invoice)

    rest = expect(await shop.duplicate_line(invoice), 201)
    nothing = expect(await shop.duplicate_line(await now(shop, invoice)), 201)

    assert (rest["quantity"], rest["total"], rest["manual"]) == ("600", "1200.00", [])
    assert (nothing["quantity"], nothing["total"]) == ("0", "0.00")
    assert await shop.billed(job) == "1000"


async def test_neither_a_credit_nor_a_cancelled_job_nor_a_final_is_duplicated(shop: Shop) -> None:
    _, final = await of_job(shop)
    credit = expect(await shop.credit(final), 201)
    cancelled = await shop.job()
    invoice = await shop.invoice(job=cancelled)
    owner = (await shop.get_job(cancelled))["customer"]
    body = {"customer": owner, "title": "x", "ordered_quantity": "1000", "status": "cancelled"}
    expect(await shop.api.put(f"/jobs/{cancelled}", body), 200)

    of_credit = await shop.duplicate_line(credit)
    of_cancelled = await shop.duplicate_line(invoice)
    of_final = await shop.duplicate_line(final)

    assert (of_credit.status, of_credit.fields) == (422, {"kind": "foreign_line"})
    assert (of_cancelled.status, of_cancelled.code) == (409, "job_cancelled")
    assert (of_final.status, of_final.code) == (409, "frozen")


# Removing, and taking that back.


async def test_a_removed_line_comes_back_as_it_was_whatever_its_source_says_by_then(shop: Shop) -> None:
    customer = await shop.customer()
    job = await shop.job(customer, po_number="PO-1")
    invoice = await shop.invoice(job=job)
    expect(await shop.patch_line(invoice, {"quantity": "600", "tax_code": "01"}), 200)
    for text in "AB":
        expect(await shop.add_line(await now(shop, invoice), text_line("1.00", description=text)), 201)
    invoice = await now(shop, invoice)
    expect(await shop.delete_line(invoice, line=1), 204)
    expect(await shop.delete_line(await now(shop, invoice)), 204)
    dearer = {"customer": customer, "title": "Autre", "ordered_quantity": "2000", "unit_price": "99.00"}
    expect(await shop.api.put(f"/jobs/{job}", {**dearer, "status": "shipped"}), 200)
    assert await shop.billed(job) == "0"

    first = await shop.restore_line(await now(shop, invoice), invoice["lines"][0])
    expect(await shop.restore_line(await now(shop, invoice), invoice["lines"][1]), 200)

    assert expect(first, 200) == invoice["lines"][0]
    after = await now(shop, invoice)
    assert {**after, "version": 0, "updated_at": "", "warnings": []} == {
        **invoice,
        "version": 0,
        "updated_at": "",
        "warnings": [],
    }
    assert await shop.billed(job) == "600"
    restored, _, removed, *_ = await shop.trail(invoice)
    assert restored["action"] == "line.restored"
    assert removed["action"] == "line.removed"


async def test_what_is_there_is_not_put_back_twice_and_what_never_was_is_not_found(shop: Shop) -> None:
    invoice, other = await shop.billing({"price": "1.00"}), await shop.billing({"price": "1.00"})
    expect(await shop.delete_line(invoice), 204)
    without = await now(shop, invoice)
    expect(await shop.restore_line(without, invoice["lines"][0]), 200)
    after = await now(shop, invoice)

    again = await shop.restore_line(after, invoice["lines"][0])
    elsewhere = await shop.restore_line(other, invoice["lines"][0])
    never = await shop.restore_line(other, {"id": str(uuid.uuid4())})
    stale = await shop.restore_line(without, invoice["lines"][0])

    assert (again.status, again.json) == (200, after["lines"][0])
    assert await now(shop, invoice) == after
    assert (elsewhere.status, never.status) == (404, 404)
    assert (stale.status, stale.code) == (412, "stale_version")


async def test_a_line_that_comes_back_finds_its_quantity_billed_by_another(shop: Shop) -> None:
    job = await shop.job()
    invoice = await shop.invoice(job=job)
    expect(await shop.delete_line(invoice), 204)
    await shop.invoice(job=job)

    refused = await shop.restore_line(await now(shop, invoice), invoice["lines"][0])

    assert (refused.status, refused.code) == (409, "over_invoicing")
    assert await shop.billed(job) == "1000"


async def test_what_a_removed_line_needs_may_be_gone(shop: Shop) -> None:
    product = await shop.product()
    invoice = await shop.billing({"kind": "product", "product": product})
    expect(await shop.delete_line(invoice), 204)
    expect(await shop.api.delete(f"/products/{product}"), 204)

    refused = await shop.restore_line(await now(shop, invoice), invoice["lines"][0])

    assert (refused.status, refused.fields) == (422, {"product": "unknown_reference"})


async def test_a_line_of_a_credit_comes_back_unless_another_credit_took_it(shop: Shop) -> None:
    _, final = await of_job(shop)
    credit = expect(await shop.credit(final), 201)
    expect(await shop.delete_line(credit), 204)

    back = expect(await shop.restore_line(await now(shop, credit), credit["lines"][0]), 200)
    assert back == credit["lines"][0]

    expect(await shop.delete_line(await now(shop, credit)), 204)
    expect(await shop.credit(final), 201)
    refused = await shop.restore_line(await now(shop, credit), credit["lines"][0])
    assert (refused.status, refused.code) == (422, "over_credit")


# Moving.


async def test_a_line_goes_up_and_down(shop: Shop) -> None:
    invoice = await shop.billing(*({"price": "1.00", "description": text} for text in "ABC"))

    up = await moved(shop, invoice, 2, -1)
    end = await moved(shop, up, 0, 1)
    same = await moved(shop, end, 0, -1)

    assert (descriptions(up), descriptions(end)) == (["A", "C", "B"], ["C", "A", "B"])
    assert same == end
    assert [entry["action"] for entry in (await shop.trail(invoice))[:2]] == ["lines.ordered"] * 2
    with pytest.raises(StaleVersion):
        await moved(shop, invoice, 0, 1)
    with pytest.raises(NotFound):
        await moved(shop, {**end, "lines": [{"id": str(uuid.uuid4())}]}, 0, 1)


# What an edit would make of it.


async def test_a_preview_says_what_saving_answers_and_writes_nothing(shop: Shop) -> None:
    invoice = await shop.invoice(job=await shop.job())

    seen = await preview(shop, invoice, quantity=Decimal(1050), description="Encarts pliés")

    assert (await now(shop, invoice), seen.refusal) == (invoice, None)
    line = expect(await shop.patch_line(invoice, {"quantity": "1050", "description": "Encarts pliés"}), 200)
    after = await now(shop, invoice)
    assert (str(seen.line.total), seen.line.description) == (line["total"], line["description"])
    assert list(seen.line.manual) == line["manual"]
    totals = seen.invoice.totals
    assert (str(totals.subtotal), [str(tax.amount) for tax in totals.taxes], str(totals.total)) == (
        after["subtotal"],
        [tax["amount"] for tax in after["taxes"]],
        after["total"],
    )


async def test_a_preview_says_that_saving_would_be_refused(shop: Shop) -> None:
    job = await shop.job()
    invoice = await shop.invoice(job=job)

    seen = await preview(shop, invoice, quantity=Decimal(1051))

    assert seen.refusal is not None
    assert (seen.refusal.code, seen.refusal.data) == (
        "over_invoicing",
        {"job": job, "quantity": Decimal(1051), "ordered": Decimal(1000)},
    )
    with pytest.raises(Invalid):
        await preview(shop, invoice, product="none")
    with pytest.raises(Conflict):
        await preview(shop, await shop.finalize(invoice), quantity=Decimal(1))


async def test_a_preview_of_a_line_that_is_not_there_yet(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    command = AddLine("text", typed={"description": "Coupe", "total_price": Decimal("12.50")})

    async with shop.api.services.transactions.reading() as uow:
        seen = await preview_line(uow, clerk(shop), invoice["number"], command)

    assert (str(seen.line.total), str(seen.invoice.totals.subtotal)) == ("12.50", "13.50")
    assert await now(shop, invoice) == invoice


async def test_a_preview_of_a_credit(shop: Shop) -> None:
    _, final = await of_job(shop)
    credit = expect(await shop.credit(final), 201)

    seen = await preview(shop, credit, quantity=Decimal(100))

    assert str(seen.line.total) == "-1581.27"
    with pytest.raises(Invalid):
        await preview(shop, credit, quantity=Decimal(1001))
