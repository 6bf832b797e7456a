"""The card of a customer, edited in place, without a script."""

import pytest

from tests.integration.invoice_service.invoices.shop import CUSTOMER, Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")


def facts(seen: Seen) -> dict[str, str]:
    """What the card says, by its name."""
    return {
        name.text: " ".join(name.getnext().text_content().replace("\xa0", " ").split())
        for name in seen.all("//main//dt")
    }


async def test_it_names_what_codes_stand_for_and_each_part_is_edited(shop: Shop, people: People) -> None:
    rep = shop.code("R")
    expect(await shop.api.put(f"/sales-reps/{rep}", {"name": "Marc-André Desmarais"}), 201)
    payer = await shop.customer(name="Groupe Desmarais")
    code = await shop.customer(name="Presses du Lac", bill_to=payer)
    page = f"/customers/{code}"
    before = expect(await shop.api.get(page), 200)
    biller = await people.the("biller")

    seen = await biller.get(f"{page}?edit=customer")
    options = [
        " ".join(one.text.split())
        for one in seen.all("//select[@name='customer.sales_rep']/option[@value!='']")
    ]
    assert f"Marc-André Desmarais ({rep})" in options
    seen = await biller.send(
        seen, page, **{"customer.sales_rep": rep, "customer.name": "Presses du Lac inc."}
    )
    assert seen.says("La fiche est enregistrée.")
    assert facts(seen)["Représentant"] == "Marc-André Desmarais"
    assert facts(seen)["Facturé à"] == "Groupe Desmarais"
    now = expect(await shop.api.get(page), 200)
    assert now == {**before, "sales_rep": rep, "name": "Presses du Lac inc."}

    seen = await biller.send(
        await biller.get(f"{page}?edit=contact"),
        page,
        **{
            "contact.first_name": "Zoé",
            "contact.last_name": "Roy",
            "contact.email": "zoe@lac.example",
            "contact.billing_responsible": "1",
        },
    )
    assert seen.says("Zoé Roy")
    *others, new = expect(await shop.api.get(page), 200)["contacts"]
    assert (new["last_name"], new["active"], new["billing_responsible"]) == ("Roy", True, True)
    # There is one: the mark is taken from who had it.
    assert others == [{**one, "billing_responsible": False} for one in before["contacts"]]
    assert any(one["billing_responsible"] for one in before["contacts"])

    (address, *_) = before["addresses"]
    form = f"{page}?edit=address&id={address['id']}"
    seen = await biller.send(await biller.get(form), page, **{"address.line1": "1, rue Neuve"})
    assert seen.says("1, rue Neuve")
    assert expect(await shop.api.get(page), 200)["addresses"][0] == {**address, "line1": "1, rue Neuve"}
    asked = await biller.get(f"{page}?edit=contact&id={new['id']}&remove=1")
    await biller.post(page, {**asked.form(page), "remove": "yes"})
    assert expect(await shop.api.get(page), 200)["contacts"] == others


async def test_what_is_refused_or_overtaken_keeps_what_was_typed(shop: Shop, people: People) -> None:
    code = await shop.customer()
    page = f"/customers/{code}"
    biller = await people.the("biller")
    seen = await biller.get(f"{page}?edit=contact")
    refused = await biller.send(seen, page, **{"contact.first_name": "Zoé", "contact.email": "nowhere"})
    assert refused.status == 422
    assert refused.one("//input[@name='contact.first_name']").value == "Zoé"
    assert {one.get("id") for one in refused.all("//*[@class='fault']")} == {
        "fault-f-contact-last_name",
        "fault-f-contact-email",
    }
    seen = await biller.get(f"{page}?edit=customer")
    body = {**CUSTOMER, "name": "Celui d'un autre", "po_required": True}
    expect(await shop.api.put(f"/customers/{code}", body), 200)
    overtaken = await biller.send(seen, page, **{"customer.name": "Le mien"})
    assert overtaken.status == 409
    assert overtaken.says("Celui d'un autre")
    again = await biller.send(overtaken, page)
    assert again.says("La fiche est enregistrée.")
    now = expect(await shop.api.get(page), 200)
    assert (now["name"], now["po_required"]) == ("Le mien", True)
    gone = await biller.post(
        page, {**seen.form(page), "edit": "contact", "id": "nobody", "contact.first_name": "A"}
    )
    assert gone.status == 409
    viewer = await (await people.the("viewer")).get(f"{page}?edit=customer")
    assert viewer.all("//main//form") == []


async def test_a_new_one_is_added_from_the_list(shop: Shop, people: People) -> None:
    biller = await people.the("biller")
    seen = await biller.get(
        (await biller.get("/customers")).one("//a[contains(@class, 'primary')]").get("href")
    )
    taken = await shop.customer()
    refused = await biller.send(seen, "/customers", code=taken)
    assert refused.status == 422
    assert {one.get("id") for one in refused.all("//*[@class='fault']")} == {"fault-f-customer-name"}
    code = shop.code("C")
    refused = await biller.send(seen, "/customers", code=taken, **{"customer.name": "Zoé"})
    assert [one.get("id") for one in refused.all("//*[@class='fault']")] == ["fault-code"]
    made = await biller.send(refused, "/customers", code=code)
    assert made.says("La fiche est enregistrée.")
    new = expect(await shop.api.get(f"/customers/{code}"), 200)
    assert (new["name"], new["language"], new["currency"], new["active"]) == ("Zoé", "fr", "CAD", True)
    viewer = await people.the("viewer")
    assert (await viewer.get("/customers?add=1")).status == 403
