"""Batches on the pages, without a script: chosen in the list, watched, told in a sentence."""

import pytest

from tests.integration.invoice_service.invoices.shop import BILLING_ADDRESS, Json, Shop, batch_runner, expect
from tests.integration.invoice_service.invoices.test_batch_printing import made
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen, Visitor
from tests.support.workbooks import cells, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def chosen(browser: Visitor, customer: str, action: str, *invoices: Json) -> Seen:
    """The page of the batch of these invoices, all of them chosen in the list."""
    seen = await browser.get(f"/invoices?status=all&customer={customer}")
    boxes = seen.all("//input[@name='chosen'][@form='batch']")
    assert {box.get("value") for box in boxes} >= {invoice["number"] for invoice in invoices}
    numbers = [invoice["number"] for invoice in invoices]
    asked = await browser.send(seen, "/invoices/batch", action=action, chosen=numbers)
    if action == "print":
        return asked
    assert asked.path == "/invoices/batch", "what can't be taken back is asked before"
    return await browser.send(asked, "/invoices/batch", action=action)


async def run(shop: Shop, browser: Visitor, seen: Seen) -> Seen:
    """The same page after some steps."""
    for _ in range(3):
        await batch_runner(shop, ahead=100).step()
    return await browser.get(seen.path)


async def test_what_came_of_it_is_told_in_a_sentence_and_by_number(shop: Shop, people: People) -> None:
    customer = await shop.customer()
    abroad = await shop.customer(addresses=[{**BILLING_ADDRESS, "province": "BC"}], bill_to=customer)
    good = [await shop.billing({"price": "10.00"}, customer=customer) for _ in range(2)]
    untaxed = await shop.billing({"price": "10.00"}, customer=abroad)
    expect(await shop.patch(untaxed, {"tax_code": None}), 200)
    browser = await people.the("accountant")

    seen = await chosen(browser, customer, "finalize", *good, untaxed)
    assert seen.path.startswith("/batches/")
    assert seen.says("Production de 3 finales")
    assert (seen.one("//progress").get("value"), seen.one("//progress").get("max")) == ("0", "3")
    assert len(seen.all("//noscript/meta[@http-equiv='refresh']")) == 1
    seen = await run(shop, browser, seen)

    assert seen.says("3 sur 3")
    finals = [(await shop.get(one["number"]))["number"] for one in good]
    links = [link.text for link in seen.all("//main//li//a")]
    told = seen.one("//*[@role='status'][p]").text_content().replace("\xa0", " ").strip()
    assert told == "2 finales, 1 ignorée : le code de taxes est manquant."
    assert links == ["Factures", "Lots", untaxed["number"], *finals]
    assert seen.all("//noscript/meta") == []
    english = await (await people.one("viewer", language="en")).get(seen.path)
    assert english.says("2 made final, 1 skipped: the tax code is missing.")


async def test_a_print_leads_to_its_pdf(shop: Shop, people: People) -> None:
    customer = await shop.customer()
    invoices = [await shop.billing({"price": "10.00"}, customer=customer) for _ in range(2)]
    browser = await people.the("biller")
    seen = await run(shop, browser, await chosen(browser, customer, "print", *invoices))
    assert (await browser.get(f"{seen.path}/pdf?wait=0")).path == seen.path
    for invoice in invoices:
        await made(shop, invoice, 300)
    seen = await run(shop, browser, seen)

    assert seen.says("2 imprimées.")
    link = seen.one("//a[starts-with(@href, '/batches/')]")
    assert link.text_content().strip() == "Ouvrir le PDF (2 documents)"
    assert await browser.kind_of(link.get("href")) == (200, "application/pdf")


async def test_what_a_role_may_not_is_grey_and_says_why(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    seen = await (await people.the("biller")).get("/invoices?status=all")
    grey = seen.all("//form[@id='batch']//button[@disabled]")
    assert [button.get("value") for button in grey] == ["finalize", "finalize_and_email"]
    assert {button.get("aria-describedby") for button in grey} == {"batch-reserved"}
    assert seen.says("réservé au comptable")
    forbidden = await (await people.the("biller")).send(
        seen, "/invoices/batch", action="finalize", chosen=[invoice["number"]]
    )
    assert forbidden.status == 403
    viewer = await (await people.the("viewer")).get("/invoices?status=all")
    assert viewer.all("//form[@id='batch']|//input[@type='checkbox'][@name='chosen']") == []
    accountant = await (await people.the("accountant")).get("/invoices?status=all")
    assert accountant.all("//form[@id='batch']//button[@disabled]") == []


async def test_nothing_chosen_is_said(people: People) -> None:
    browser = await people.the("accountant")
    seen = await browser.send(await browser.get("/invoices"), "/invoices/batch", action="print")
    assert (seen.status, seen.says("Choisissez au moins une facture.")) == (422, True)


async def test_the_list_tells_who_asked_for_what_and_what_came_of_it(shop: Shop, people: People) -> None:
    invoices = [await shop.billing({"price": "10.00"}, customer=await shop.customer()) for _ in range(2)]
    expect(await shop.patch(invoices[1], {"hold": {"reason": "prix"}}), 200)
    refs = [one["number"] for one in invoices]
    first = expect(await shop.api.post("/invoices/batch", {"action": "finalize", "invoices": refs}), 202)
    for _ in range(3):
        await batch_runner(shop, ahead=100).step()
    second = expect(await shop.api.post("/invoices/batch", {"action": "print", "invoices": refs}), 202)

    listed = expect(await shop.api.get("/batches?limit=2"), 200)["data"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    assert [(one["total"], one["done"], one["ended_at"] is None) for one in listed] == [
        (2, 0, True),
        (2, 2, False),
    ]
    assert [listed[1][name] for name in ("succeeded", "skipped", "failed")] == [1, 1, 0]
    assert listed[0]["actor"] == second["actor"]
    for query, wanted in (("action=print", [second["id"]]), ("ended=true&action=finalize", [first["id"]])):
        found = expect(await shop.api.get(f"/batches?limit=1&{query}"), 200)["data"]
        assert [one["id"] for one in found] == wanted

    browser = await people.the("viewer")
    seen = await browser.get("/batches?action=&ended=")
    assert seen.path == "/batches"
    texts = [" ".join(row.text_content().split()) for row in seen.all("//tbody/tr")[:2]]
    assert texts[0].startswith("Impression de 2 factures")
    assert texts[0].endswith("0 sur 2")
    assert texts[1].endswith("Terminé 1 finale, 1 ignorée.")
    assert second["actor"]["name"] in texts[1]
    one = await browser.get(seen.all("//tbody/tr/th/a")[1].get("href"))
    assert (one.path, one.says("1 finale, 1 ignorée")) == (f"/batches/{first['id']}", True)
    with opened((await browser.get("/batches.xlsx?action=finalize")).body) as sheet:
        heading, row = cells(sheet)[:2]
    assert heading[3:7] == ("Factures", "Réussies", "Ignorées", "Échouées")
    assert (row[0], row[3:]) == ("Produire les finales", (2, 1, 1, 0, "Terminé"))
