"""The audit trail: who did what to an invoice, before and after, and the events that tell the outside."""

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, text_line

pytestmark = pytest.mark.asyncio(loop_scope="module")


def change(entry: Json, field: str) -> tuple[object, object] | None:
    """Before and after of a field in an entry."""
    return next(((one["before"], one["after"]) for one in entry["changes"] if one["field"] == field), None)


async def test_every_step_is_told_with_who_when_and_what(shop: Shop) -> None:
    clerk = await shop.key("accountant")
    customer = await shop.customer()
    made = await shop.api.post("/invoices", {"customer": customer}, key=clerk)
    invoice = expect(made, 201)
    expect(await shop.add_line(invoice, text_line("10.00"), key=clerk), 201)
    invoice = await shop.get(invoice["number"])
    expect(await shop.patch_line(invoice, {"quantity": "2.5"}, key=clerk), 200)
    invoice["version"] += 1
    expect(
        await shop.patch(
            invoice, {"message": "Merci", "date": "2025-07-01", "hold": {"reason": "x"}}, key=clerk
        ),
        200,
    )
    expect(
        await shop.api.patch(f"/invoices/{invoice['number']}", {"hold": None, "note": "n"}, key=clerk), 200
    )
    final = await shop.finalize(invoice, key=clerk)

    trail = list(reversed(await shop.trail(final)))

    assert [entry["action"] for entry in trail] == [
        "invoice.created", "line.added", "line.edited", "invoice.edited", "invoice.edited", "invoice.finalized",
    ]  # fmt: skip
    assert {(entry["actor"]["kind"], entry["actor"]["name"]) for entry in trail} == {
        ("key", "test accountant")
    }
    created, added, edited, patched, freed, finalized = trail
    assert change(created, "customer") == (None, customer)
    assert change(added, "lines[0].total") == (None, "10")
    assert change(added, "total") == ("0.00", "11.50")
    assert change(edited, "lines[0].quantity") == ("1", "2.5")
    assert (change(edited, "taxes.TPS"), change(edited, "taxes.TVQ")) == (("0.50", "1.25"), ("1.00", "2.49"))
    assert change(patched, "date") == ("2025-07-18", "2025-07-01")
    assert (change(patched, "message"), change(patched, "hold")) == ((None, "Merci"), (None, "x"))
    assert (change(freed, "hold"), change(freed, "note")) == (("x", None), (None, "n"))
    assert change(finalized, "status") == ("proforma_draft", "final_ready")
    assert change(finalized, "final_number") == (None, final["number"])
    assert not [entry for entry in trail if "number-" in str(entry)]


async def test_what_changed_nothing_leaves_no_entry(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"}, message="Merci")
    before = await shop.trail(invoice)

    expect(await shop.patch(invoice, {"message": "Merci"}), 200)
    expect(await shop.patch_line(invoice, {"quantity": "1"}), 200)
    expect(await shop.order_lines(invoice, [line["id"] for line in invoice["lines"]]), 200)
    expect(await shop.api.patch(f"/invoices/{invoice['number']}", {"favourite": True}), 200)
    expect(await shop.api.patch(f"/invoices/{invoice['number']}", {}), 200)

    assert await shop.trail(invoice) == before


async def test_what_was_refused_leaves_no_entry(shop: Shop) -> None:
    invoice = await shop.invoice()
    before = await shop.trail(invoice)

    assert (await shop.patch_line(invoice, {"quantity": "2000"})).status == 409
    assert (await shop.patch(invoice, {"tax_code": "none"})).status == 422
    assert (await shop.patch({**invoice, "version": 7}, {"message": "x"})).status == 412

    assert await shop.trail(invoice) == before


async def test_it_outlasts_the_invoice(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    assert (await shop.delete(invoice)).status == 204

    entries = await shop.api.audit("invoice", invoice["id"])

    assert [entry["action"] for entry in entries] == ["invoice.created", "line.added", "invoice.deleted"]
    assert {"field": "total", "before": "11.50", "after": None} in entries[-1]["changes"]


async def test_it_is_read_page_by_page(shop: Shop) -> None:
    invoice = await shop.billing(*({"price": f"{n}.00"} for n in range(1, 5)))
    path = f"/invoices/{invoice['number']}/audit"
    whole = expect(await shop.api.get(path), 200)
    assert (whole["next"], whole["count"], whole["count_exact"]) == (None, 5, True)

    pages, query = [], {"limit": "2"}
    while True:
        page = expect(await shop.api.get(path, query=query), 200)
        assert (page["count"], page["count_exact"]) == (5, True)
        pages.append(page["data"])
        if page["next"] is None:
            break
        query["after"] = page["next"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [entry for page in pages for entry in page] == whole["data"]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"after": "x"}, {"colour": "red"}])
async def test_pages_that_are_none_are_refused(shop: Shop, query: dict[str, str]) -> None:
    invoice = await shop.invoice(customer=await shop.customer())

    reply = await shop.api.get(f"/invoices/{invoice['number']}/audit", query=query)

    assert (reply.status, list(reply.fields)) == (400, list(query))


async def test_the_outside_is_told_of_each_step(shop: Shop) -> None:
    invoice = await shop.invoice()
    expect(await shop.patch(invoice, {"message": "x"}), 200)
    sent = await shop.transferred(invoice)
    credit = await shop.finalize(expect(await shop.credit(sent), 201))

    told = [
        (
            event["type"].removeprefix("events.invoice.").removesuffix(".v1"),
            event["status"],
            event["number"],
            event["version"],
        )
        for event in await shop.outbox(sent, "events.")
    ]
    assert told == [
        ("created", "proforma_draft", invoice["number"], 1),
        ("updated", "proforma_draft", invoice["number"], 2),
        ("finalized", "final_ready", sent["number"], 3),
        ("transferred", "final_sent", sent["number"], 3),
        ("credited", "final_sent", sent["number"], 3),
    ]
    (finalized,) = await shop.outbox(credit, "invoice.finalized")
    assert (finalized["kind"], finalized["credited_invoice"], finalized["total"]) == (
        "credit_note",
        sent["number"],
        "-18180.59",
    )
    (created,) = await shop.outbox(credit, "invoice.created")
    assert created["credited_invoice"] == sent["number"]
