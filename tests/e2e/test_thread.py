"""The thread, through four services and real RabbitMQ: from a completed job to a booked invoice, to the cent."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.documents import amounts, attached, mails_about, printed
from tests.support.books import assert_books_close, assert_ledger_agrees
from tests.support.bus_tap import BusTap, completion, tell_production
from tests.support.deployment import Deployment
from tests.support.shop_client import Json, Refused, ShopClient, delivered, rendered, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")

PF_0015 = {"subtotal": "15812.65", "TPS": "790.63", "TVQ": "1577.31", "total": "18180.59"}


def figures(invoice: Json) -> dict[str, str]:
    taxes = {tax["code"]: tax["amount"] for tax in invoice["taxes"]}
    return {"subtotal": invoice["subtotal"], **taxes, "total": invoice["total"]}


def booked(factures: Deployment, *numbers: str) -> dict[str, Decimal]:
    """What the ledger has of these invoices, by account; each is in it once."""
    entries = [entry for entry in factures.ledger_export() if entry["number"] in numbers]
    assert sorted(entry["number"] for entry in entries) == sorted(numbers)
    postings: dict[str, Decimal] = {}
    for posting in (posting for entry in entries for posting in entry["postings"]):
        account = posting["account"]
        postings[account] = postings.get(account, Decimal(0)) + Decimal(posting["amount"])
    return postings


async def mailed(factures: Deployment, shop: ShopClient, number: str) -> None:
    """E-mail it, and check what arrived: one copy, to those proposed, with the PDF as the API has it."""
    email = await shop.send(number)
    invoice = await shop.until(number, delivered)
    copies = mails_about(factures.mails, email["message_id"])
    assert len(copies) == 1
    assert number in copies[0]["Subject"]
    assert str(copies[0]["X-Envelope-To"]).split() == [
        "<chantal.fortin@ateliersboreal.example>,",
        "<comptes@ateliersboreal.example>",
    ]
    assert attached(copies[0]) == [await shop.pdf(number)]
    history = (await shop.get(f"/invoices/{invoice['number']}/emails"))["data"]
    assert [one["state"] for one in history if one["id"] == email["id"]] == ["sent"]


async def test_a_job_completed_on_the_bus_becomes_a_booked_invoice(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    job = {
        "number": "D-0015",
        "title": "Encarts",
        "ordered_quantity": "1000",
        "produced_quantity": "1000",
        "total_price": "15812.65",
        "gl_account": "4444",
        "extra_charges": [{"id": "x1", "code": "livraison", "quantity": "1", "unit_price": "40.00"}],
    }
    await tell_production(factures.broker.url(), completion(job, message_id="mis-15"))

    number = await shop.invoice_of("D-0015")
    invoice = await shop.get(f"/invoices/{number}")
    assert figures(invoice) == {
        "subtotal": "15852.65",
        "TPS": "792.63",
        "TVQ": "1581.30",
        "total": "18226.58",
    }
    job_line, charge = invoice["lines"]
    await shop.edit(number, f"/lines/{charge['id']}", method="DELETE")
    edited = await shop.edit(number, f"/lines/{job_line['id']}", {"po_number": "PO-12154"})
    assert edited["po_number"] == "PO-12154"
    assert figures(await shop.get(f"/invoices/{number}")) == PF_0015

    preview = await shop.pdf(number)
    assert amounts(preview) == ["15 812,65", "790,63", "1 577,31", "18 180,59"]
    assert "15,8127" in printed(preview)
    assert "PO-12154" in printed(preview)
    await mailed(factures, shop, number)
    assert (await shop.get(f"/invoices/{number}"))["status"] == "proforma_sent"

    final = await shop.finalize(number)
    assert (final["status"], final["proforma_number"]) == ("final_ready", number)
    assert figures(final) == PF_0015
    final = await shop.until(final["number"], settled)
    assert amounts(await shop.pdf(final["number"])) == amounts(preview)
    await mailed(factures, shop, final["number"])

    assert booked(factures, final["number"]) == {
        "1100": Decimal("18180.59"),
        "4444": Decimal("-15812.65"),
        "2310": Decimal("-790.63"),
        "2320": Decimal("-1577.31"),
    }
    await assert_ledger_agrees(factures, await assert_books_close(factures, shop, tap))


async def test_without_a_tax_code_it_stays_a_pro_forma_with_its_sub_total(shop: ShopClient) -> None:
    customer = {
        "name": "Montpelier Paper Co.",
        "language": "fr",
        "addresses": [
            {
                "id": "a1",
                "kind": "billing",
                "is_main": True,
                "line1": "12 State Street",
                "city": "Montpelier",
                "province": "VT",
                "postal_code": "05602",
                "country": "USA",
            }
        ],
        "contacts": [
            {
                "id": "c1",
                "first_name": "Ann",
                "last_name": "Lowe",
                "email": "ann.lowe@montpelierpaper.example",
                "billing_responsible": True,
            }
        ],
    }
    await shop.call("PUT", "/customers/C-0005", customer)
    job = {
        "number": "D-0005",
        "customer": "C-0005",
        "title": "Cartons",
        "ordered_quantity": "5000",
        "unit_price": "0.9184",
        "gl_account": "4444",
    }

    received = await shop.call("POST", "/job-completions", completion(job, message_id="mis-5"))

    number = received["invoice"]
    invoice = await shop.get(f"/invoices/{number}")
    assert figures(invoice) == {"subtotal": "4592.00", "total": "4592.00"}
    with pytest.raises(Refused) as refused:
        await shop.finalize(number)
    assert refused.value.status == 422
    assert [error["field"] for error in refused.value.problem["errors"]] == ["tax_code"]
    pdf = await shop.pdf(number)
    assert set(amounts(pdf)) == {"4 592,00"}
    assert "TPS (" not in printed(pdf)
    assert "TVQ (" not in printed(pdf)
    assert (await shop.until(number, rendered))["status"] == "proforma_draft"


@pytest.mark.long
async def test_an_invoice_credited_in_ten_parts_is_credited_to_the_cent(
    factures: Deployment, shop: ShopClient, tap: BusTap
) -> None:
    job = {
        "number": "D-0100",
        "title": "Affiche",
        "ordered_quantity": "1",
        "unit_price": "100.00",
        "gl_account": "4444",
    }
    received = await shop.call("POST", "/job-completions", completion(job, message_id="mis-100"))
    invoice = await shop.finalize(received["invoice"])
    whole = {"subtotal": "100.00", "TPS": "5.00", "TVQ": "9.98", "total": "114.98"}
    assert figures(invoice) == whole
    invoice = await shop.until(invoice["number"], settled)
    assert amounts(await shop.pdf(invoice["number"])) == ["100,00", "5,00", "9,98", "114,98"]

    credits_ = [await _credited(shop, invoice, "10.00") for _ in range(10)]

    for credit in credits_:
        await shop.until(credit["number"], settled)
    totals = {name: sum(Decimal(figures(one)[name]) for one in credits_) for name in whole}
    assert totals == {name: -Decimal(amount) for name, amount in whole.items()}
    last = await shop.pdf(credits_[-1]["number"])
    assert [text.replace("\u2212", "-") for text in amounts(last)] == [
        figures(credits_[-1])[name].replace(".", ",") for name in whole
    ]
    assert invoice["number"] in printed(last)
    back = booked(factures, *(credit["number"] for credit in credits_))
    assert back == {account: -amount for account, amount in booked(factures, invoice["number"]).items()}
    with pytest.raises(Refused, match="not_creditable"):
        await shop.call("POST", f"/invoices/{invoice['number']}/credit", {"reason": "encore"})
    await assert_ledger_agrees(factures, await assert_books_close(factures, shop, tap))


async def _credited(shop: ShopClient, invoice: Json, amount: str) -> Json:
    body = {"reason": "Rabais", "lines": [{"line": invoice["lines"][0]["id"], "amount": amount}]}
    credit: Any = await shop.call("POST", f"/invoices/{invoice['number']}/credit", body)
    return await shop.finalize(credit["number"])


async def test_the_same_completion_by_both_ways_counts_once(factures: Deployment, shop: ShopClient) -> None:
    job = {"number": "D-0200", "title": "Dépliant", "ordered_quantity": "10", "unit_price": "2.00"}
    event = completion(job, message_id="mis-200", time=dt.datetime.now(dt.UTC))
    await tell_production(factures.broker.url(), event)
    number = await shop.invoice_of("D-0200")

    again = await shop.call("POST", "/job-completions", event)

    assert (again["outcome"], again["invoice"]) == ("duplicate", None)
    assert [one["number"] for one in (await shop.get("/jobs/D-0200"))["invoices"]] == [number]
