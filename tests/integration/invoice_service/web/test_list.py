"""Factures (list), without a script."""

import pytest

from tests.integration.invoice_service.invoices.shop import Shop
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")


def numbers(seen: Seen) -> list[str]:
    return [link.text for link in seen.all("//tbody//th/a")]


async def test_it_says_how_many_of_how_many_and_shows_the_open_ones(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    job = await shop.job(title="Dépliants")
    open_one = await shop.invoice(job=job)
    closed = await shop.transferred(await shop.billing({"price": "10.00"}))
    seen = await browser.get("/invoices")
    assert open_one["number"] in numbers(seen)
    assert closed["number"] not in numbers(seen)
    count, rows = len((await shop.api.get("/invoices?status=all")).json["data"]), len(numbers(seen))
    assert seen.says(f"{rows} fiche{'s' if rows > 1 else ''} sur {count}")
    row = seen.one(f"//tr[th/a='{open_one['number']}']").text_content().replace("\xa0", " ")
    for text in (job, "2025-07-18", "Éditions du Nord", "15 812,65", "$ CAD", "Proforma - en préparation"):
        assert text in row, (text, row)
    all_of_them = await browser.get("/invoices?status=all")
    assert closed["number"] in numbers(all_of_them)


async def test_filters_and_search_are_those_of_the_api(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    customer = await shop.customer(name="Verger Ça & <b>là</b>")
    mine = await shop.invoice(customer=customer)
    await shop.patch(mine, {"hold": {"reason": "attendre"}})
    # As the form sends it: with empty fields.
    seen = await browser.get(f"/invoices?q=&customer={customer}&from=&to=&sales_rep=&kind=&hold=true")
    assert seen.path == f"/invoices?customer={customer}&hold=true"
    assert numbers(seen) == [mine["number"]]
    assert seen.one("//input[@name='customer']").value == customer
    assert seen.one("//input[@name='hold']").checked
    assert seen.one("//span[contains(@class, 'badge')]").text == "2"
    assert numbers(await browser.get("/invoices?q=verger ca")) == [mine["number"]]
    assert "<b>là" not in seen.text
    assert (await browser.get("/invoices?status=wrong")).status == 400


async def test_a_header_sorts_and_turns_round(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    customer = await shop.customer()
    first, second = [await shop.billing({"price": price}, customer=customer) for price in ("20.00", "5.00")]
    seen = await browser.get(f"/invoices?customer={customer}")
    assert numbers(seen) == [second["number"], first["number"]]
    header = seen.one("//thead//a[normalize-space()='Sous-total']")
    seen = await browser.get(header.get("href"))
    assert numbers(seen) == [first["number"], second["number"]]
    header = seen.one("//thead//a[normalize-space()='Sous-total']")
    assert header.getparent().get("aria-sort") == "descending"
    # What has no headers, a telephone, has the same as a choice; it goes along with the next search.
    chosen = seen.one("//select[@name='sort']/option[@selected]")
    assert (chosen.text, chosen.get("value")) == ("Sous-total, décroissant", "-subtotal,-number")
    odd = await browser.get(f"/invoices?customer={customer}&sort=total")
    assert odd.one("//select[@name='sort']/option[@selected]").text == "total"
    seen = await browser.get(header.get("href"))
    assert numbers(seen) == [second["number"], first["number"]]


async def test_the_next_page_is_a_link(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    customer = await shop.customer()
    made = [(await shop.invoice(customer=customer))["number"] for _ in range(5)]
    seen = await browser.get(f"/invoices?customer={customer}&limit=2")
    found = numbers(seen)
    for _ in range(2):
        seen = await browser.get(seen.one("//a[@rel='next']").get("href"))
        found += numbers(seen)
    assert found == made[::-1]
    assert seen.all("//a[@rel='next']") == []


async def test_beyond_a_limit_it_says_that_there_are_more(
    shop: Shop, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await people.the("accountant")
    customer = await shop.customer()
    for _ in range(3):
        await shop.invoice(customer=customer)
    for limit, said in ((3, "3 fiches sur"), (2, "2+ fiches sur")):
        monkeypatch.setattr("services.invoice_service.web.invoices._COUNTED", limit)
        assert (await browser.get(f"/invoices?customer={customer}")).says(said)


async def test_a_star_is_the_readers_own(shop: Shop, people: People) -> None:
    browser = await people.the("viewer")
    invoice = await shop.invoice(customer=await shop.customer())
    seen = await browser.get("/invoices")
    seen = await browser.send(
        seen, "/invoices/favourite", star=f"{invoice['number']}:on", next="/invoices?favourite=true"
    )
    assert (seen.path, numbers(seen)) == ("/invoices?favourite=true", [invoice["number"]])
    other = await people.one("biller")
    assert numbers(await other.get("/invoices?favourite=true")) == []
    seen = await browser.send(seen, "/invoices/favourite", star=f"{invoice['number']}:off")
    assert numbers(seen) == []


async def test_an_invoice_is_made_from_a_job_or_empty(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    customer = await shop.customer(name="Fromagerie du Rang")
    job, foreign = await shop.job(customer, title="Étiquettes"), await shop.job()
    seen = await browser.get("/invoices/new?q=fromagerie")
    assert seen.says("Fromagerie du Rang · reste 1 000 sur 1 000")
    assert [button.get("value") for button in seen.all("//button[@name='job']")] == [job]
    seen = await browser.get(f"/invoices/new?customer={customer}")
    assert [button.get("value") for button in seen.all("//button[@name='job']")] == [job]
    made = await browser.post("/invoices", {"csrf": seen.form("/logout")["csrf"], "job": job})
    assert (made.status, made.path.startswith("/invoices/PF-")) == (200, True)
    assert made.says("Étiquettes")
    assert made.says("15 812,65")
    empty = await browser.post("/invoices", {"csrf": seen.form("/logout")["csrf"], "customer": customer})
    assert empty.says("Aucune ligne.")
    again = await browser.post("/invoices", {"csrf": seen.form("/logout")["csrf"], "job": job})
    assert (again.status, again.says(f"Le dossier {job} est entièrement facturé.")) == (422, True)
    assert foreign in (await browser.get("/invoices/new")).text
