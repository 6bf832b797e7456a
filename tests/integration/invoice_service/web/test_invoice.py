"""Facture (consultation), without a script."""

import pytest

from tests.integration.invoice_service.invoices.shop import CONTACT, Json, Shop
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Fields, Seen, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


def path_of(invoice: Json) -> str:
    return f"/invoices/{invoice['number']}"


async def page_of(browser: Visitor, invoice: Json) -> Seen:
    seen = await browser.get(path_of(invoice))
    assert seen.status == 200, seen.text
    return seen


def only(form: Fields, *names: str) -> Fields:
    """As a script sends it: the fields that it is about."""
    kept = {"csrf", "version", *names, *(f"was.{name}" for name in names)}
    return {name: value for name, value in form.items() if name in kept}


async def test_it_shows_the_cards_the_lines_and_the_totals(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    invoice = await shop.billing({"price": "100.00", "description": "Affiches\n24 x 36"}, tax_code="QC")
    seen = await page_of(browser, invoice)
    for text in (
        f"Facture {invoice['number']}", "Vendu à", "Éditions du Nord", "12, rue Principale", "Expédié à",
        "Proforma - en préparation", "24 x 36", "100,00", "TPS (5 %)", "TVQ (9,975 %)", "9,98",
        "CAD Grand total", "114,98 $",
    ):  # fmt: skip
        assert seen.says(text), text
    assert seen.one("//*[@id='f-billing_contact']").value == CONTACT["id"]
    english = await people.one("accountant", language="en")
    seen = await page_of(english, invoice)
    for text in (f"Invoice {invoice['number']}", "Sold to", "GST (5%)", "QST (9.975%)", "$114.98"):
        assert seen.says(text), text


async def test_only_what_was_changed_is_saved(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.invoice(customer=await shop.customer())
    seen = await page_of(browser, invoice)
    # Meanwhile somebody else writes a note: it has no version, and this form has the old one in it.
    await shop.patch(invoice, {"note": "de quelqu'un d'autre"})
    saved = await browser.send(seen, path_of(invoice), message="Merci !", date="2025-07-20")
    assert (saved.status, saved.path) == (200, path_of(invoice))
    now = await shop.get(invoice["number"])
    assert (now["message"], now["date"], now["note"]) == ("Merci !", "2025-07-20", "de quelqu'un d'autre")
    assert now["manual"] == ["date", "message"]
    assert len(await shop.trail(invoice)) == 3
    untouched = await browser.send(saved, path_of(invoice))
    assert (await shop.get(invoice["number"]))["version"] == now["version"]
    assert untouched.all("//*[contains(@class, 'manual')]//*[@id='f-message']")


async def test_what_was_typed_over_is_cleared_back(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.invoice(customer=await shop.customer())
    default = invoice["tax_code"]
    seen = await browser.send(await page_of(browser, invoice), path_of(invoice), tax_code="ON")
    assert seen.one("//button[@name='clear'][@value='tax_code']") is not None
    seen = await browser.send(seen, path_of(invoice), clear="tax_code")
    assert (await shop.get(invoice["number"]))["tax_code"] == default
    assert seen.all("//button[@name='clear']") == []


async def test_what_is_missing_has_a_star(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    customer = await shop.customer(contacts=[], addresses=[])
    seen = await page_of(browser, await shop.invoice(customer=customer))
    for name in ("billing_contact", "tax_code"):
        assert "absent" in seen.one(f"//label[@for='f-{name}']/span").get("class")
    assert seen.all("//label[@for='f-date']/span") == []


async def test_a_refused_value_stays_in_its_field(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.invoice(customer=await shop.customer())
    seen = await browser.send(
        await page_of(browser, invoice), path_of(invoice), date="someday", message="Bon <i>été</i>"
    )
    assert seen.status == 422
    assert seen.one("//*[@id='f-date']").get("aria-invalid") == "true"
    assert seen.one("//*[@id='fault-date']").text
    assert seen.one("//*[@id='f-message']").value.strip() == "Bon <i>été</i>"
    saved = await browser.send(seen, path_of(invoice), date="2025-08-01")
    now = await shop.get(invoice["number"])
    assert (saved.status, now["date"], now["message"]) == (200, "2025-08-01", "Bon <i>été</i>")


async def test_a_stale_save_shows_both_and_loses_nothing(shop: Shop, people: People) -> None:
    browser = await people.the("biller")
    invoice = await shop.invoice(customer=await shop.customer())
    seen = await page_of(browser, invoice)
    await shop.patch(invoice, {"message": "celle d'un collègue", "sales_rep": None, "date": "2025-07-02"})
    stale = await browser.send(seen, path_of(invoice), message="la mienne")
    assert stale.status == 412
    for text in ("la mienne", "celle d'un collègue"):
        assert stale.says(text)
    assert (await shop.get(invoice["number"]))["message"] == "celle d'un collègue"
    saved = await browser.send(stale, path_of(invoice))
    now = await shop.get(invoice["number"])
    assert (saved.path, now["message"], now["date"]) == (path_of(invoice), "la mienne", "2025-07-02")
    forged = await browser.post(
        path_of(invoice), {**seen.form(path_of(invoice)), "version": "x", "message": "y"}
    )
    assert forged.status == 412


async def test_actions_are_those_of_the_api_and_grey_ones_say_why(shop: Shop, people: People) -> None:
    for role in ("viewer", "biller", "accountant"):
        invoice = await shop.invoice(customer=await shop.customer())
        key = await shop.key(role)
        actions = (await shop.api.get(f"/invoices/{invoice['number']}", key=key)).json["available_actions"]
        seen = await page_of(await people.the(role), invoice)
        grey = seen.all("//ul/li/*[@aria-disabled='true']")
        assert len(grey) == sum(not action["enabled"] for action in actions.values())
        assert len(seen.all("//*[contains(@class, 'actions')]//li")) == len(actions)
        for action in actions.values():
            if not action["enabled"]:
                assert any(action["reason"]["message"]["fr"] in one.text_content() for one in grey)


async def test_finalize_credit_duplicate_and_delete(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    invoice = await shop.billing({"price": "10.00", "quantity": "4"}, {"price": "1.00"}, tax_code="QC")
    question = await browser.get(f"{path_of(invoice)}/do/finalize")
    assert question.says("ne pourra plus être modifiée")
    final = await browser.send(question, f"{path_of(invoice)}/do/finalize")
    number = final.path.split("/")[2].partition("?")[0]
    assert final.says("La facture est finale.")
    assert final.all("//*[@data-field]") == [], "nothing can be typed into a final"
    await shop.transferred(await shop.get(number))

    question = await browser.get(f"/invoices/{number}/do/credit")
    line = (await shop.get(number))["lines"][0]["id"]
    action = f"/invoices/{number}/do/credit"
    nothing = await browser.send(question, action)
    assert nothing.status == 409, "a reason is needed"
    over = await browser.send(
        question, action, **{"reason": "abîmé", "extent": "some", f"quantity.{line}": "1\xa0200"}
    )
    (told,) = over.all("//*[@role='alert']")
    assert told.text_content().strip() == "Le crédit dépasse ce qui reste à créditer.", "and says so once"
    credit = await browser.send(
        question, action, **{"reason": "abîmé", "extent": "some", f"quantity.{line}": "1"}
    )
    assert credit.says("La note de crédit est créée.")
    assert credit.says("-10,00")

    copy = await browser.send(
        await browser.get(f"/invoices/{number}/do/duplicate"), f"/invoices/{number}/do/duplicate"
    )
    assert copy.says("Voici la nouvelle proforma") or copy.says("voici la nouvelle proforma")
    drafted = copy.path.split("/")[2].partition("?")[0]
    gone = await browser.send(
        await browser.get(f"/invoices/{drafted}/do/delete"), f"/invoices/{drafted}/do/delete"
    )
    assert gone.path == "/invoices"
    assert (await browser.get(f"/invoices/{drafted}")).status == 404


async def test_a_final_with_something_missing_says_all_of_it(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    invoice = await shop.invoice(customer=await shop.customer(contacts=[]))
    action = f"{path_of(invoice)}/do/finalize"
    refused = await browser.send(await browser.get(action), action)
    assert refused.status == 409
    assert refused.says("Le contact de facturation est manquant.")
    assert refused.says("Aucune ligne n'a de prix.")


async def test_a_transfer_that_failed_is_closed_by_hand(shop: Shop, people: People) -> None:
    browser = await people.the("accountant")
    invoice = await shop.finalize(await shop.billing({"price": "10.00"}, tax_code="QC"))
    action = f"/invoices/{invoice['number']}/do/mark_transferred"
    seen = await browser.get(action)
    assert invoice["transfer"]["state"] == "failed"
    done = await browser.send(seen, action, reason="saisie à la main")
    assert done.says("Finale - envoyée")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
async def test_what_is_typed_stays_text(shop: Shop, people: People, text: str) -> None:
    browser = await people.the("accountant")
    contact = {**CONTACT, "first_name": text, "last_name": text}
    address = {"id": "a", "kind": "shipping", "line1": text, "city": text, "country": "CA", "name": text}
    customer = await shop.customer(name=text, contacts=[contact], addresses=[address])
    invoice = await shop.billing(
        {"price": "1.00", "description": text}, customer=customer, message=text, note=text
    )
    await shop.patch(invoice, {"hold": {"reason": text}})
    for path in ("/invoices", f"/invoices?q={text}", path_of(invoice), f"{path_of(invoice)}/do/finalize",
                 f"/invoices/new?q={text}", f"/invoices/new?customer={customer}"):  # fmt: skip
        seen = await browser.get(path)
        assert seen.status == 200, (path, seen.text)
        assert seen.says(text) or text in seen.one("//input[@name='q']").value, path
        assert text not in seen.text or "<" not in text, path
        assert "49" not in seen.one("//h1").text_content()
        assert [one for one in seen.all("//script") if not one.get("src")] == []
        assert seen.all("//*[@onerror]") == []
