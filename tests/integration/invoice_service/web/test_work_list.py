"""À facturer, without a script."""

import asyncio
import datetime as dt

import pytest

from tests.integration.invoice_service.invoices.shop import CUSTOMER, Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen
from tests.support.workbooks import cells, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

_COMPLETED = "&".join(
    f"status={status}" for status in ("production_complete", "shipped", "invoiced", "completed")
)


def numbers(seen: Seen) -> list[str]:
    return [cell.text_content() for cell in seen.all("//tbody//th")]


def outcomes(seen: Seen) -> list[str]:
    return [" ".join(one.text_content().split()) for one in seen.all("//li[contains(@class, 'is-')]")]


async def test_the_oldest_is_first_with_what_waits_of_it(shop: Shop, people: People) -> None:
    rep = shop.code("R")
    expect(await shop.api.put(f"/sales-reps/{rep}", {"name": "Marc-André Desmarais"}), 201)
    customer = await shop.customer(name="Presses du Lac", sales_rep=rep)
    started = shop.api.clock.now
    try:
        shop.api.clock.now = started - dt.timedelta(days=12)
        old = await shop.job(customer, title="Encarts", produced_quantity="1010")
        shop.api.clock.now = started - dt.timedelta(days=3)
        newer = await shop.job(customer, title="Affiches", unit_price="2.00")
    finally:
        shop.api.clock.now = started
    for status in ("in_production", "pending_launch", "cancelled"):
        await shop.job(customer, status=status)
    invoice = await shop.invoice(job=old)
    expect(await shop.patch_line(invoice, {"quantity": "400"}), 200)

    seen = await (await people.the("viewer")).get(f"/work-list?customer={customer}")

    assert numbers(seen) == [old, newer]
    row = " ".join(seen.one(f"//tr[th='{old}']").text_content().replace("\xa0", " ").split())
    for text in ("Encarts Presses du Lac", "Marc-André Desmarais", "1 000", "1 010", "400", "600",
                 "2025-07-06", "depuis 12 jours", "9 487,59 $", invoice["number"]):  # fmt: skip
        assert text in row, (text, row)
    of_old = await (await people.the("viewer")).get(seen.one(f"//th/a[.='{old}']").get("href"))
    assert of_old.path == f"/jobs/{old}"
    listed = await (await people.the("viewer")).get(of_old.one("//a[.='Ses factures']").get("href"))
    assert [link.text for link in listed.all("//tbody//th/a")] == [invoice["number"]]
    assert listed.one("//form[@role='search']/input[@name='job']").value == old
    assert seen.says("2 dossiers terminés attendent d'être facturés")
    assert seen.says("11 487,59 $ avant taxes")
    assert seen.all("//main//form[@method='post']//button") == []
    assert numbers(
        await (await people.the("viewer")).get(f"/work-list?sales_rep={rep}&q=affiche presses")
    ) == [newer]
    assert (await (await people.the("viewer")).get("/work-list?q=&customer=&sales_rep=")).path == "/work-list"


async def test_it_is_the_list_of_the_api_by_pages(shop: Shop, people: People) -> None:
    customer = await shop.customer()
    await shop.job(await shop.customer(active=False, bill_to=customer))
    for _ in range(5):
        await shop.job(customer)
    listed = await shop.api.get(f"/jobs?billable=true&customer={customer}&sort=completed_at&{_COMPLETED}")
    browser = await people.the("biller")
    seen = await browser.get(f"/work-list?customer={customer}&limit=2")
    found = numbers(seen)
    for _ in range(2):
        seen = await browser.get(seen.one("//a[@rel='next']").get("href"))
        found += numbers(seen)
    assert found == [one["number"] for one in listed.json["data"]]
    assert len(found) == 5


async def test_each_currency_has_its_sum(shop: Shop, people: People) -> None:
    payer = await shop.customer(currency="USD")
    await shop.job(await shop.customer(bill_to=payer), total_price="10.00")
    await shop.job(payer, total_price="5.00")
    await shop.job(payer, total_price="7.00", currency="CAD")
    seen = await (await people.the("biller")).get(f"/work-list?customer={payer}")
    assert seen.says("7,00 $ + 15,00 $ US avant taxes")


async def test_one_click_makes_one_pro_forma_and_shows_it(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    job = await shop.job(title="Encarts", extra_charges=[])
    seen = await browser.get(f"/work-list?q={job}")
    made = await browser.send(seen, "/work-list", job=job)
    assert made.path.startswith("/invoices/PF-")
    assert made.says("La proforma est créée.")
    assert made.says("15 812,65")
    # The same form again: whatever has become of the pro forma, no second one is made.
    invoice = await shop.get(made.path.split("/")[2].split("?")[0])
    expect(await shop.patch_line(invoice, {"quantity": "400"}), 200)
    await shop.finalize(await shop.get(invoice["number"]))
    again = await browser.send(seen, "/work-list", job=job)
    assert again.says("La proforma est créée.")
    assert await shop.billed(job) == "400"
    # A new form bills the rest; a third tells of the pro forma that is open.
    seen = await browser.get(f"/work-list?q={job}")
    rest = await browser.send(seen, "/work-list", job=job)
    assert (await shop.billed(job), rest.status) == ("1000", 200)
    number = rest.path.split("/")[2].split("?")[0]
    seen = await browser.get("/work-list")
    other = await browser.post(
        "/work-list", {"csrf": seen.form("/logout")["csrf"], "key": "autre", "job": job}
    )
    assert outcomes(other)[0].endswith(
        f"déjà sur la proforma {number}, encore ouverte : rien n'a été préparé"
    )


async def test_two_clicks_at_once_make_one(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    jobs = [await shop.job() for _ in range(3)]
    seen = await browser.get("/work-list")
    answers = await asyncio.gather(*(browser.send(seen, "/work-list", chosen=jobs) for _ in range(3)))
    assert [one.status for one in answers] == [200] * 3
    assert len({tuple(outcomes(one)) for one in answers}) == 1
    for job in jobs:
        assert len((await shop.get_job(job))["invoices"]) == 1


async def test_of_several_each_is_told_by_name_and_none_stops_the_others(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    good, billed, foreign = await shop.job(title="Bonne"), await shop.job(), await shop.job(currency="USD")
    late = await shop.job()
    customer = await shop.customer()
    inactive = await shop.job(customer)
    seen = await browser.get("/work-list")
    invoice = await shop.transferred(await shop.invoice(job=billed))
    expect(await shop.api.put(f"/customers/{customer}", {**CUSTOMER, "active": False}), 200)
    told = await browser.send(
        seen, "/work-list", chosen=[billed, foreign, "D-nulle-part", inactive, good, late]
    )
    assert told.status == 200
    assert told.says("2 proformas préparées.")
    # It is an address: looking at it again, or sending the same form again, makes nothing more.
    assert told.path.startswith("/work-list/done/")
    assert outcomes(await browser.get(told.path)) == outcomes(told)
    assert (await (await people.the("accountant")).get(told.path)).path == "/work-list"
    texts = outcomes(told)
    for text, job, part in zip(
        texts,
        (billed, foreign, "D-nulle-part", inactive, good, late),
        (
            "est entièrement facturé",
            "devise",
            "introuvable",
            customer,
            "Bonne · Éditions du Nord sur la nouvelle",
            "PF-",
        ),
        strict=True,
    ):
        assert text.startswith(job), text
        assert part in text.lower() or part in text, (part, text)
    assert invoice["number"] not in told.text
    assert await shop.billed(good) == await shop.billed(late) == "1000"


async def test_nothing_chosen_is_said(people: People) -> None:
    browser = await people.the("biller")
    seen = await browser.get("/work-list")
    again = await browser.post("/work-list", {"csrf": seen.form("/logout")["csrf"]})
    assert (again.status, again.says("Choisissez au moins un dossier.")) == (422, True)


async def test_one_invoice_per_customer_when_asked(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    addresses = [
        {**CUSTOMER["addresses"][0], "id": name, "kind": kind, "is_main": name == "main"}
        for name, kind in (("main", "billing"), ("quai", "shipping"))
    ]
    mine, other = await shop.customer(addresses=addresses), await shop.customer()
    account = await shop.account()
    charges = [
        {
            "id": "x1",
            "description": "Livraison",
            "quantity": "1",
            "unit_price": "40.00",
            "gl_account": account,
        }
    ]
    first, second = await shop.job(mine, extra_charges=charges), await shop.job(mine)
    elsewhere, theirs = await shop.job(mine, ship_to="quai"), await shop.job(other)
    done = await shop.job(mine)
    seen = await browser.get("/work-list")
    await shop.transferred(await shop.invoice(job=done))
    told = await browser.send(
        seen, "/work-list", chosen=[first, done, theirs, second, elsewhere], together="yes"
    )
    assert told.says("3 proformas préparées.")
    invoices = {
        job: [one["number"] for one in (await shop.get_job(job))["invoices"]]
        for job in (first, second, elsewhere, theirs)
    }
    assert invoices[first] == invoices[second]
    assert len({tuple(value) for value in invoices.values()}) == 3
    invoice = await shop.get(invoices[first][0])
    assert [(line["kind"], line["job"]) for line in invoice["lines"]] == [
        ("job", first),
        ("extra_charge", first),
        ("job", second),
    ]
    assert (invoice["subtotal"], invoice["version"]) == ("31665.30", 1)
    (refused,) = (text for text in outcomes(told) if text.startswith(done))
    assert refused.endswith("est entièrement facturé.")


async def test_more_than_two_hundred_at_once_wait(people: People) -> None:
    browser = await people.the("biller")
    seen = await browser.get("/work-list")
    told = await browser.send(seen, "/work-list", chosen=[f"D-{n}" for n in range(203)])
    assert told.says("3 autres dossiers choisis sont restés dans la liste")
    assert len(outcomes(told)) == 200


async def test_the_list_as_a_workbook_is_what_the_page_shows(shop: Shop, people: People) -> None:
    customer = await shop.customer(name="=1+1 Presses")
    jobs = [
        await shop.job(customer, title=f"Encart {n}", unit_price=None, total_price="10.00") for n in range(3)
    ]
    invoice = await shop.invoice(job=jobs[1])
    expect(await shop.patch_line(invoice, {"quantity": "400"}), 200)
    browser = await people.the("viewer")
    seen = await browser.get(f"/work-list?customer={customer}&limit=2")
    link = seen.one("//a[contains(@href, '.xlsx')]").get("href")
    with opened((await browser.get(link)).body) as sheet:
        heading, *rows, total = cells(sheet)
        assert sheet.auto_filter.ref == "A1:L4"
    assert (heading[0], heading[9]) == ("Dossier", "Montant en attente")
    assert [row[0] for row in rows] == jobs
    assert rows[1][1:3] == ("Encart 1", "=1+1 Presses")
    assert (rows[1][4:8], rows[1][9:]) == ((1000, None, 400, 600), (6, "CAD", invoice["number"]))
    assert isinstance(rows[0][8], dt.datetime)
    assert (total[0], total[9], total[10]) == ("Total", 26, "CAD")
