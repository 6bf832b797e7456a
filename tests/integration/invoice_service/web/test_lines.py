"""The lines editor without any script: links and forms, refusals that keep what was typed, two people at once."""

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, of_job, text_line
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


def at(invoice: Json, rest: str = "") -> str:
    return f"/invoices/{invoice['number']}/lines{rest}"


def line_path(invoice: Json, line: int = 0, rest: str = "") -> str:
    return at(invoice, f"/{invoice['lines'][line]['id']}{rest}")


async def now(shop: Shop, invoice: Json) -> Json:
    return await shop.get(invoice["number"])


async def chosen(browser: Visitor, invoice: Json, kind: str, code: str) -> Seen:
    """A new line from what a picker found."""
    seen = await browser.get(at(invoice, f"?add={kind}&q={code}"))
    button = seen.one(f"//button[contains(., '{code}')]")
    return await browser.post(at(invoice), dict(button.getparent().form_values()))


def shown(seen: Seen, name: str) -> str:
    """What a field says, in plain blanks."""
    return str(seen.one(f"//*[@id='line-form']//*[@name='{name}']").value).replace("\xa0", " ").strip()


async def test_lines_of_every_kind_are_made_from_what_is_found(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    account, product = await shop.account(), await shop.product()
    customer = await shop.customer()
    charge = {"id": "x1", "description": "Livraison", "quantity": "2", "unit_price": "40.00"}
    job = await shop.job(customer, extra_charges=[{**charge, "gl_account": account}])
    code = shop.code("FRAIS")
    texts = {"fr": "Palette", "en": "Pallet"}
    body = {"description": texts, "unit_price": "12.00", "gl_account": account}
    expect(await shop.api.put(f"/extra-charges/{code}", body), 201)
    billed = await shop.job(customer)
    await shop.invoice(job=billed)
    invoice = await shop.invoice(customer=customer)

    jobs = await browser.get(at(invoice, "?add=job"))
    assert jobs.says("reste 1 000 sur 1 000")
    assert billed not in jobs.text
    seen = await chosen(browser, invoice, "job", job)
    assert (shown(seen, "quantity"), shown(seen, "price"), seen.says("15 812,65")) == (
        "1 000",
        "15 812,65",
        True,
    )
    await chosen(browser, invoice, "product", product)
    await chosen(browser, invoice, "gl", account)
    await chosen(browser, invoice, "extra_charge", job)
    await chosen(browser, invoice, "extra_charge", code)
    form = await browser.get(at(invoice, "?add=text"))
    seen = await browser.send(form, at(invoice), description="Merci", quantity="2", price="1,25")

    after = await now(shop, invoice)
    assert seen.path == at(invoice, f"?line={after['lines'][-1]['id']}&fresh=1")
    told = [(line["kind"], line["description"], line["quantity"], line["total"]) for line in after["lines"]]
    assert told == [
        ("job", "Encarts", "1000", "15812.65"),
        ("product", "Coupe", "1", "25.00"),
        ("gl", f"Compte {account}", "1", None),
        ("extra_charge", "Livraison", "2", "80.00"),
        ("gl", "Palette", "1", "12.00"),
        ("text", "Merci", "2", "2.50"),
    ]


async def test_what_is_typed_is_saved_shown_as_typed_and_cleared(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.invoice(job=await shop.job())
    path = line_path(invoice)

    seen = await browser.get(at(invoice))
    seen = await browser.send(seen, path, quantity="900", price="15,00", price_by="unit")
    after = await now(shop, invoice)
    assert (after["lines"][0]["quantity"], after["lines"][0]["unit_price"]) == ("900", "15.00")
    assert after["lines"][0]["manual"] == ["quantity", "unit_price"]
    assert {button.get("value") for button in seen.all("//button[@name='clear']")} == {"quantity", "price"}
    assert seen.says("Total ($ CAD) 13 500,00")

    seen = await browser.send(seen, path, clear="quantity")
    assert shown(seen, "quantity") == "1 000"
    assert (await now(shop, invoice))["lines"][0]["manual"] == ["unit_price"]


async def test_a_form_leads_on(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.billing({"price": "1.00"}, {"price": "2.00"})
    seen = await browser.get(at(invoice))

    first, second = (line["id"] for line in invoice["lines"])
    path = line_path(invoice)
    assert (await browser.send(seen, path, then="add:text")).path == at(invoice, "?add=text")
    assert (await browser.send(seen, path, leave=f"line:{second}")).path == at(invoice, f"?line={second}")
    assert (await browser.send(seen, path, then="invoice")).path == f"/invoices/{invoice['number']}"
    assert (await browser.send(seen, path, then="//evil.example")).path == at(invoice, f"?line={first}")


async def test_a_refused_value_stands_there_with_the_reason(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.billing({"price": "1.00"})
    seen = await browser.get(at(invoice))

    seen = await browser.send(seen, line_path(invoice), quantity="beaucoup", description="Autre")

    assert (seen.status, shown(seen, "quantity"), shown(seen, "description")) == (422, "beaucoup", "Autre")
    assert seen.one("//*[@id='quantity']").get("aria-invalid") == "true"
    assert await now(shop, invoice) == invoice


async def test_more_than_was_ordered_is_for_an_accountant_to_allow(shop: Shop, people: People) -> None:
    invoice = await shop.invoice(job=await shop.job())
    path = line_path(invoice)
    biller, accountant = await people.the("biller"), await people.the("accountant")

    seen = await biller.send(await biller.get(at(invoice)), path, quantity="1040")
    assert (
        seen.one("//*[@class='warning']").text
        == "Dossier " + invoice["lines"][0]["job"] + " : 1\xa0040 facturés pour 1\xa0000 commandés."
    )
    seen = await biller.send(seen, path, quantity="1200")
    assert (seen.status, shown(seen, "quantity")) == (409, "1200")
    assert seen.says("1 200 facturés pour 1 000 commandés")
    assert seen.all("//button[@name='allow']") == []
    forced = await biller.send(seen, path, allow="1")
    assert forced.status == 403

    seen = await accountant.send(await accountant.get(at(invoice)), path, quantity="1200")
    assert len(seen.all("//button[@name='allow']")) == 1
    seen = await accountant.send(seen, path, allow="1")
    assert (seen.status, shown(seen, "quantity")) == (200, "1 200")


async def test_both_versions_are_shown_when_another_was_first(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.billing({"price": "1.00"})
    seen = await browser.get(at(invoice))
    expect(await shop.patch_line(invoice, {"quantity": "5", "po_number": "PO-9"}), 200)

    stale = await browser.send(seen, line_path(invoice), quantity="7", description="Le mien")
    assert stale.status == 412
    rows = [[cell.text_content() for cell in row] for row in stale.all("//table[@class='versions']/tbody/tr")]
    assert rows == [["Description", "Le mien", "Travail"], ["Qté facturée", "7", "5"]]
    assert await now(shop, invoice) != invoice

    await browser.send(stale, line_path(invoice))
    (line,) = (await now(shop, invoice))["lines"]
    assert (line["quantity"], line["description"], line["po_number"]) == ("7", "Le mien", "PO-9")


async def test_a_line_that_another_removed_comes_back_with_what_was_typed(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.billing({"price": "1.00"}, {"price": "2.00"})
    seen = await browser.get(at(invoice))
    expect(await shop.delete_line(invoice), 204)

    stale = await browser.send(seen, line_path(invoice), quantity="7")
    assert stale.status == 412
    assert stale.says("Cette ligne a été supprimée entre-temps.")

    await browser.send(stale, line_path(invoice, rest="/restore"))
    lines = (await now(shop, invoice))["lines"]
    assert [(line["id"], line["quantity"]) for line in lines] == [
        (invoice["lines"][0]["id"], "7"),
        (invoice["lines"][1]["id"], "1"),
    ]


async def test_a_line_is_removed_and_that_is_undone(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.billing({"price": "1.00", "description": "A"}, {"price": "2.00", "description": "B"})
    fields = (await browser.get(at(invoice))).form(line_path(invoice))

    seen = await browser.post(line_path(invoice, rest="/remove"), fields)
    assert seen.says("Ligne supprimée : A")
    assert [line["description"] for line in (await now(shop, invoice))["lines"]] == ["B"]

    await browser.send(seen, line_path(invoice, rest="/restore"))
    assert (await now(shop, invoice))["lines"] == invoice["lines"]


async def test_lines_are_duplicated_moved_and_put_in_order(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.billing(*({"price": "1.00", "description": text} for text in "AB"))
    seen = await browser.get(at(invoice))

    async def descriptions() -> str:
        return "".join(line["description"] for line in (await now(shop, invoice))["lines"])

    fields = {**seen.form(line_path(invoice)), "description": "C"}
    await browser.post(line_path(invoice, rest="/duplicate"), fields)
    assert await descriptions() == "CCB"
    seen = await browser.get(at(invoice, f"?line={invoice['lines'][1]['id']}"))
    seen = await browser.send(seen, line_path(invoice, 1, "/move"), way="up")
    assert await descriptions() == "CBC"
    order = [line["id"] for line in (await now(shop, invoice))["lines"]]
    seen = await browser.send(seen, at(invoice, "/order"), order=" ".join([order[1], order[0], order[2]]))
    assert await descriptions() == "BCC"
    assert (await browser.send(seen, at(invoice, "/order"), order="x")).status == 422


async def test_a_preview_computes_and_writes_nothing(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.invoice(job=await shop.job())
    fields = (await browser.get(at(invoice))).form(line_path(invoice))

    seen = await browser.post(at(invoice, "/preview"), {**fields, "quantity": "1050"})
    assert (seen.status, seen.says("Total ($ CAD) 16 603,28"), seen.says("Sous-total 16 603,28")) == (
        200,
        True,
        True,
    )
    over = await browser.post(at(invoice, "/preview"), {**fields, "quantity": "1051"})
    assert over.says("1 051 facturés pour 1 000 commandés")
    wrong = await browser.post(at(invoice, "/preview"), {**fields, "quantity": "x"})
    assert (wrong.status, wrong.one("//*[@id='quantity']").get("aria-invalid")) == (200, "true")
    text = {
        **(await browser.get(at(invoice, "?add=text"))).form(at(invoice)),
        "price": "10",
        "description": "x",
    }
    assert (await browser.post(at(invoice, "/preview"), text)).says("Sous-total 15 822,65")
    assert await now(shop, invoice) == invoice


async def test_the_other_invoices_of_a_job_are_told(shop: Shop, people: People) -> None:
    job = await shop.job()
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "400"}), 200)
    second = await shop.invoice(job=job)

    seen = await (await people.the("viewer")).get(at(second))

    uses = seen.one("//details[contains(@class, 'uses')]").text_content()
    assert first["number"] in uses
    assert "400" in uses
    assert "Proforma - en préparation" in uses


async def test_a_credit_is_edited_in_positive_figures(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    _, final = await of_job(shop)
    credit = expect(await shop.credit(final), 201)

    seen = await browser.get(at(credit))
    assert (shown(seen, "quantity"), shown(seen, "amount")) == ("1 000", "")
    assert "?add=" not in seen.text
    await browser.send(seen, line_path(credit), quantity="100", release_quantity=[])
    (line,) = (await now(shop, credit))["lines"]
    assert (line["quantity"], line["total"], line["release_quantity"]) == ("-100", "-1581.27", False)


async def test_who_may_only_look_and_what_is_final_is_not_edited(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "1.00"})
    viewer, biller = await people.the("viewer"), await people.the("biller")
    seen = await viewer.get(at(invoice))
    assert seen.one("//form[@id='line-form']/fieldset").get("disabled") is not None
    fields = (await biller.get(at(invoice))).form(line_path(invoice))
    csrf = seen.one("//meta[@name='csrf-token']").get("content")
    assert (await viewer.post(line_path(invoice), {**fields, "csrf": csrf, "quantity": "9"})).status == 403

    final = await shop.finalize(invoice)
    refused = await biller.post(line_path(invoice), {**fields, "quantity": "9"})
    assert refused.status == 409
    assert (await now(shop, final))["lines"][0]["quantity"] == "1"
    assert (await biller.get(at(final))).all("//button[@data-save]") == []


async def test_texts_are_texts_and_nonsense_is_nothing(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.billing({"price": "1.00", "description": "<script>alert(1)</script>{{7*7}}"})

    seen = await browser.get(at(invoice))
    assert seen.all("//main//script") == []
    assert shown(seen, "description") == "<script>alert(1)</script>{{7*7}}"
    for rest in (
        "?line=x",
        "?add=x",
        "?line=01981e0c-0000-7000-8000-000000000001",
        "?removed=x",
        "?q=%25_%27",
    ):
        assert (await browser.get(at(invoice, rest))).status == 200
    assert (await browser.get(at({"number": "PF-9999"}))).status == 404
    assert (await browser.post(line_path(invoice), {})).status == 403


async def test_it_is_in_english_too(shop: Shop, people: People) -> None:
    browser = await people.one("biller", language="en")
    invoice = await shop.invoice(job=await shop.job())
    expect(await shop.add_line(invoice, text_line("1.00")), 201)

    seen = await browser.get(at(invoice))

    assert (shown(seen, "quantity"), shown(seen, "price")) == ("1,000", "15,812.65")
    await browser.send(seen, line_path(invoice), quantity="1,050")
    assert (await now(shop, invoice))["lines"][0]["quantity"] == "1050"


async def test_products_and_accounts_are_suggested_by_what_is_typed(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    for number in range(25):
        texts = {"fr": f"Reliure {number:02}", "en": f"Binding {number:02}"}
        expect(await shop.api.put(f"/products/REL-{number:02}", {"description": texts}), 201)
    invoice = await shop.invoice(customer=await shop.customer())
    product = (await browser.get(at(invoice, "?add=product&q=REL-03"))).one("//ul[@class='results']//form")
    seen = await browser.post(at(invoice), dict(product.form_values()))
    assert [option.get("value") for option in seen.all("//datalist[@id='products']/option")] == ["REL-03"]
    refused = await browser.send(
        seen, seen.one("//form[@id='line-form']").get("action"), product="reliure 24"
    )
    assert refused.status == 422
    assert [one.get("value") for one in refused.all("//datalist[@id='products']/option")] == ["REL-24"]
