"""Sheets of reference data, without a script: a row turns into its fields, is saved, added, deleted."""

import pytest

from services.invoice_service.api.routing import VIEWER
from services.invoice_service.web.settings_index import GROUPS
from services.invoice_service.web.sheet_kinds import SHEETS
from services.invoice_service.web.sheets import Sheet
from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRODUCTS = "/settings/products"


def codes(seen: Seen) -> list[str]:
    return [head.text_content().strip() for head in seen.all("//table//tbody//th")]


def row(seen: Seen, code: str) -> str:
    return " ".join(seen.one(f"//tr[th[normalize-space()='{code}']]").text_content().split())


async def edited(browser: Visitor, path: str, code: str, /, **fields: str | list[str]) -> Seen:
    """What comes of a row that is edited."""
    return await browser.send(await browser.get(f"{path}?edit={code}"), f"{path}/{code}", **fields)


async def test_the_index_leads_to_every_place_that_the_reader_may_see(people: People) -> None:
    admin = await people.the("admin")
    seen = await admin.get("/settings")
    links = [link.get("href") for link in seen.all("//main//a")]
    assert links == [place.path for places in GROUPS.values() for place in places]
    assert seen.one("//nav//a[@href='/settings']").get("aria-current") == "page"
    viewer = await (await people.the("viewer")).get("/settings")
    assert viewer.status == 200
    assert viewer.all("//nav//a[@href='/settings']") == []
    assert [link.get("href") for link in viewer.all("//main//a")] == [
        place.path for places in GROUPS.values() for place in places if place.access == VIEWER
    ]


@pytest.mark.parametrize(
    "sheet", [sheet for sheet in SHEETS if not sheet.fixed], ids=lambda sheet: sheet.name
)
async def test_every_sheet_adds_changes_and_deletes(shop: Shop, people: People, sheet: Sheet) -> None:
    browser, account = await people.the("accountant"), await shop.account()
    code = shop.code("S")
    typed = {
        "number": "12,5",
        "whole": "45",
        "account": account,
        "product": "",
        "email": "maude@shop.example",
        "choice": "expense",
        "flag": "1",
        "boxes": "quote",
    }
    filled = {one.name: typed.get(one.control, f"Mot de {code}") for one in sheet.inputs}
    seen = await browser.get(f"{sheet.path}?add=1")
    seen = await browser.send(seen, f"{sheet.path}?add=1", code=code, **filled)
    assert (seen.status, code in codes(seen)) == (200, True), seen.text
    assert seen.says(f"{code} est enregistré.")
    for text in filled.values():
        assert text in ("1", "") or text in row(seen, code) or text in ("quote", "expense")
    first = sheet.inputs[0].name
    seen = await edited(browser, sheet.path, code, **{first: "Autre chose"})
    assert "Autre chose" in row(seen, code)
    trail = await shop.database.fetch("select action from audit where subject = $1 order by id", code)
    assert [entry["action"] for entry in trail] == ["created", "updated"]
    seen = await browser.get(f"{sheet.path}?delete={code}")
    seen = await browser.send(seen, f"{sheet.path}/{code}/delete")
    assert (seen.says(f"{code} est supprimé."), code in codes(seen)) == (True, False)


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(people: People) -> None:
    browser = await people.the("accountant")
    seen = await browser.get(f"{PRODUCTS}?add=1")
    wrong = {"code": "É 1", "description.fr": "", "unit_price": "cher", "gl_account": "9999"}
    seen = await browser.send(seen, f"{PRODUCTS}?add=1", **wrong, **{"description.en": "Folding"})
    assert seen.status == 422
    for field in ("code", "f-description-fr", "f-unit_price"):
        fault = seen.one(f"//*[@id='{field}']")
        told = seen.one(f"//*[@id='{fault.get('aria-describedby')}']")
        assert fault.get("aria-invalid") == "true"
        assert told.text_content().strip()
    assert seen.one("//*[@id='code']").value == "É 1"
    assert seen.one("//*[@id='f-unit_price']").value == "cher"
    assert seen.one("//*[@id='f-description-en']").value == "Folding"
    right = {"code": "P-9", "description.fr": "Pliage", "unit_price": "0,9184"}
    seen = await browser.send(seen, f"{PRODUCTS}?add=1", **right)
    assert seen.says("9999 n'existe pas.")
    seen = await browser.send(seen, f"{PRODUCTS}?add=1", gl_account="")
    assert "0,9184" in row(seen, "P-9")


async def test_a_code_that_is_taken_replaces_nothing(shop: Shop, people: People) -> None:
    browser, code = await people.the("accountant"), await shop.product()
    seen = await browser.get(f"{PRODUCTS}?add=1")
    other = {"description.fr": "Autre", "description.en": "Other"}
    seen = await browser.send(seen, f"{PRODUCTS}?add=1", code=code, **other)
    assert (seen.status, seen.says(f"{code} existe déjà.")) == (422, True)
    assert expect(await shop.api.get(f"/products/{code}"), 200)["description"]["fr"] == "Coupe"


async def test_two_people_on_one_row_lose_nothing(shop: Shop, people: People) -> None:
    browser, code = await people.the("accountant"), await shop.product()
    mine = await browser.get(f"{PRODUCTS}?edit={code}")
    theirs = await browser.get(f"{PRODUCTS}?edit={code}")
    at = f"{PRODUCTS}/{code}"
    await browser.send(theirs, at, unit_price="30", **{"description.fr": "Massicot"})
    # Another field than theirs: both are saved.
    seen = await browser.send(mine, at, **{"description.en": "Trimming"})
    assert seen.status == 200
    assert expect(await shop.api.get(f"/products/{code}"), 200)["description"] == {
        "fr": "Massicot",
        "en": "Trimming",
    }
    # The same field: both versions are shown, and the second time mine is meant.
    seen = await browser.send(mine, at, unit_price="40", **{"description.en": "Cutting"})
    assert (seen.status, seen.says("Quelqu'un d'autre a modifié cette fiche")) == (409, True)
    assert [cell.text_content().strip() for cell in seen.all("//table[@class='versions']//td")] == [
        "40",
        "30,00",
    ]
    seen = await browser.send(seen, at)
    assert "40,00" in row(seen, code)
    assert "Massicot" in row(seen, code)
    # Somebody deletes it meanwhile.
    mine = await browser.get(f"{PRODUCTS}?edit={code}")
    expect(await shop.api.delete(f"/products/{code}"), 204)
    seen = await browser.send(mine, at, unit_price="50")
    assert (seen.status, seen.says(f"{code} a été supprimé entre-temps.")) == (409, True)
    seen = await browser.send(seen, f"{PRODUCTS}?add=1")
    assert "50,00" in row(seen, code)


async def test_what_is_used_is_made_inactive_instead(shop: Shop, people: People) -> None:
    browser, account = await people.the("accountant"), await shop.account()
    await shop.product(gl_account=account)
    path = "/settings/gl-accounts"
    seen = await browser.get(f"{path}?delete={account}")
    seen = await browser.send(seen, f"{path}/{account}/delete")
    assert (seen.status, seen.says(f"{account} est utilisé et ne peut pas être supprimé.")) == (409, True)
    assert seen.says("Vous pouvez le rendre inactif")
    seen = await browser.send(seen, f"{path}/{account}", active=[])
    assert expect(await shop.api.get(f"/gl-accounts/{account}"), 200)["active"] is False
    assert account in codes(await browser.get(f"{path}?active=false&q="))
    assert account not in codes(await browser.get(f"{path}?active=true&q="))


async def test_a_long_list_goes_on_by_a_link_and_comes_back_to_where_it_was(
    shop: Shop, people: People
) -> None:
    browser, word = await people.the("accountant"), shop.code("W")
    made = [await shop.product(description={"fr": f"{word} {i}", "en": "x"}) for i in range(5)]
    seen = await browser.get(f"{PRODUCTS}?q={word}&limit=2")
    found = codes(seen)
    seen = await browser.get(seen.one("//a[@rel='next']").get("href"))
    found += codes(seen)
    assert found == made[:4]
    seen = await browser.get(seen.one(f"//a[@id='edit-{made[2]}']").get("href"))
    action = seen.one("//form[@data-row-form]").get("action")
    seen = await browser.send(seen, action, unit_price="1")
    assert codes(seen) == made[2:4]
    # A row that is on another page is shown all the same.
    seen = await browser.get(f"{PRODUCTS}?q={word}&limit=2&edit={made[4]}")
    assert codes(seen) == [made[4], *made[:2]]


async def test_who_may_only_read_sees_no_way_to_change(shop: Shop, people: People) -> None:
    code = await shop.product()
    browser = await people.the("viewer")
    seen = await browser.get(f"{PRODUCTS}?edit={code}")
    assert code in codes(seen)
    assert [
        seen.all(f"//main//{what}") for what in ("form[@method='post']", "a[contains(@href, 'edit')]")
    ] == [[], []]
    assert (await browser.get(f"{PRODUCTS}?after=wrong")).status == 400
