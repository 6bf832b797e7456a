"""The clerk's screens in a real browser: nothing in a reader's way, and scripts that only save the wait."""

import re
import uuid
from collections.abc import AsyncIterator
from itertools import cycle

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.integration.invoice_service.invoices.production_line import completed
from tests.support.shop_client import ShopClient, shop_client
from tests.web.screens import MOST_SHIFT, DemoShop, Screen, log_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Language and theme.
LOOKS = (("fr", "light"), ("en", "dark"), ("fr", "dark"), ("en", "light"))


@pytest_asyncio.fixture(loop_scope="session")
async def client(demo_shop: DemoShop) -> AsyncIterator[ShopClient]:
    async with shop_client(demo_shop.address, demo_shop.key) as client:
        yield client


async def new_invoice(client: ShopClient) -> str:
    """A pro forma of one's own, with a line; its number."""
    customers = (await client.get("/customers?limit=1&active=true&prospect=false"))["data"]
    number = str((await client.call("POST", "/invoices", {"customer": customers[0]["code"]}))["number"])
    line = {"kind": "text", "description": "Affiches", "quantity": "2", "unit_price": "10.00"}
    await client.edit(number, "/lines", line, method="POST")
    return number


async def parked(client: ShopClient) -> str:
    """The id of a message of production that waits for a person."""
    event = completed("D-9999", "C-9999")
    return str((await client.call("POST", "/job-completions", event))["parked"])


async def printed(client: ShopClient, *refs: str) -> str:
    """The id of a batch that prints."""
    return str((await client.call("POST", "/invoices/batch", {"action": "print", "invoices": refs}))["id"])


async def every_screen(client: ShopClient) -> list[str]:
    """The path of each kind of page."""
    number = await new_invoice(client)
    entity = (await client.get("/business-entities?limit=1"))["data"][0]["code"]
    sent = (await client.get("/invoices?status=final_sent&kind=invoice&limit=1"))["data"][0]
    final, customer = sent["number"], sent["customer"]
    editor = f"/invoices/{number}/lines"
    return [
        "/",
        "/work-list",
        "/jobs/D-1002",
        "/invoices",
        "/invoices?q=rien+du+tout",
        "/invoices/new",
        f"/invoices/{number}",
        f"/invoices/{number}/do/finalize",
        editor,
        *(f"{editor}?add={kind}" for kind in ("job", "product", "gl", "extra_charge", "text")),
        f"/invoices/{final}",
        f"/invoices/{final}/do/credit",
        f"/invoices/{final}/emails",
        f"/invoices/{final}/emails/new",
        f"/invoices/{final}/journal",
        "/notifications",
        "/me",
        "/reports/sales?from=2000-01-01",
        "/reports/taxes?from=2000-01-01",
        "/customers",
        "/customers?add=1",
        f"/customers/{customer}?edit=customer",
        "/operations",
        "/settings/users/new",
        "/settings/keys",
        f"/settings/series/{entity}/final",
        f"/operations/parked/{await parked(client)}",
        f"/batches/{await printed(client, number, final)}",
    ]


# Thirty screens take longer than one.
@pytest.mark.timeout(300)
async def test_no_screen_has_a_barrier_or_is_too_wide(screen: Screen, client: ShopClient) -> None:
    # Each in one of the looks: what languages and themes do to a page is in words and colours that pages share.
    for path, (language, theme) in zip(await every_screen(client), cycle(LOOKS), strict=False):
        await screen.prefer(language=language, theme=theme)
        await screen.open(path)
        await screen.look()


@pytest.mark.long
async def test_no_screen_has_a_barrier_or_is_too_wide_in_any_look(screen: Screen, client: ShopClient) -> None:
    paths = await every_screen(client)
    for language, theme in LOOKS:
        await screen.prefer(language=language, theme=theme)
        for path in paths:
            await screen.open(path)
            await screen.look()


async def test_no_open_menu_has_a_barrier(screen: Screen, client: ShopClient) -> None:
    for path, menu in (
        ("/invoices", ".filters"),
        (f"/invoices/{await new_invoice(client)}", ".actions"),
        ("/me", "header .menu"),
    ):
        await screen.open(path)
        await screen.page.locator(f"{menu} > summary").last.click()
        assert await screen.barriers() == [], (path, menu)


async def test_what_is_refused_has_no_barrier_either(screen: Screen, client: ShopClient) -> None:
    customers = (await client.get("/customers?limit=1&active=true&prospect=false"))["data"]
    number = (await client.call("POST", "/invoices", {"customer": customers[0]["code"]}))["number"]
    await screen.open(f"/invoices/{number}/do/finalize")
    await screen.page.click(".question button.primary")
    await expect(screen.page.locator(".question [role=alert]")).to_be_visible()
    await screen.look()
    await screen.open("/nowhere")
    await screen.look()
    # The browser notes what was refused.
    assert [one for one in screen.complaints if not re.search("404|409|422", one)] == []
    screen.complaints.clear()


async def test_what_a_colleague_changes_moves_nothing(screen: Screen, client: ShopClient) -> None:
    number = await new_invoice(client)
    await screen.open(f"/invoices/{number}")
    version = screen.page.locator("[data-region=version] input")
    before = await version.input_value()
    await client.edit(number, "", {"message": "Merci d'être passé !"})
    await expect(version).not_to_have_value(before)
    assert await screen.shift() < MOST_SHIFT


async def test_a_list_is_searched_as_one_types_and_goes_on_by_itself(screen: Screen) -> None:
    page = screen.page
    await screen.open("/invoices?status=all&limit=30")
    await page.keyboard.press("End")
    await expect(page.locator("[data-rows] tr >> nth=45")).to_be_attached()
    first = await page.locator("[data-rows] th a").first.text_content()
    assert first is not None
    await screen.open("/invoices?status=all")
    await page.locator("#q").press_sequentially(first)
    await expect(page.locator("[data-rows] th a").first).to_have_text(first)
    await expect(page.locator(".count")).to_contain_text(re.compile(r"^1 fiche sur \d+$"))
    assert f"q={first}" in page.url
    star = page.locator("[data-rows] button[name=star]").first
    before = await star.get_attribute("aria-pressed")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "false" if before == "true" else "true")


async def test_invoices_are_chosen_and_their_batch_is_watched(screen: Screen, client: ShopClient) -> None:
    numbers = [await new_invoice(client) for _ in range(2)]
    for number in numbers:
        # Made already: the queue of batches may still hold the documents of the whole invented shop.
        await client.pdf(number)
    page = screen.page
    await screen.open("/invoices")
    for number in numbers:
        await page.get_by_label(f"Choisir la facture {number}").check()
    await expect(page.locator("[data-chosen]")).to_have_text("2 choisies")
    await page.locator("#batch button[value=print]").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/batches/*")
    # Nobody reloads it.
    await expect(page.locator("[data-region=told]")).to_have_text("2 imprimées.", timeout=30_000)
    await expect(page.locator("progress")).to_have_attribute("value", "2")
    await expect(page.get_by_role("link", name="Ouvrir le PDF (2 documents)")).to_be_visible()
    assert await screen.barriers() == []


async def test_a_field_is_saved_when_it_is_left(screen: Screen, client: ShopClient) -> None:
    number = await new_invoice(client)
    page = screen.page
    await screen.open(f"/invoices/{number}?pdf")
    message = page.locator("#f-message")
    await message.fill("Merci d'être passé !")
    await page.keyboard.press("Tab")
    await expect(page.locator(".note")).to_be_visible()
    await expect(page.locator(".field.manual #f-message")).to_have_value("Merci d'être passé !")
    saved = await client.get(f"/invoices/{number}")
    assert saved["message"] == "Merci d'être passé !"
    paper = page.locator("aside.paper iframe")
    await expect(paper).to_have_attribute("src", re.compile(rf"v={saved['version']}$"))
    await page.locator("button[name=clear][value=message]").click()
    await expect(page.locator("button[name=clear]")).to_have_count(0)
    assert (await client.get(f"/invoices/{number}"))["message"] != "Merci d'être passé !"


async def test_two_browsers_on_one_invoice_lose_nothing(
    screen: Screen, demo_shop: DemoShop, chromium: Browser, client: ShopClient
) -> None:
    number = await new_invoice(client)
    async with log_in(demo_shop, chromium) as other:
        await screen.open(f"/invoices/{number}")
        await other.open(f"/invoices/{number}")
        version = other.page.locator("#fields [name=version]")
        await screen.page.locator("#f-message").fill("de la première")
        await screen.page.keyboard.press("Tab")
        await expect(screen.page.locator(".note")).to_be_visible()
        await other.page.locator("#f-message").fill("de la seconde")
        # Whatever it has heard of before (and will, it holds on to the version while one types): it showed the first.
        await version.evaluate("field => { field.value = '1'; }")
        await other.page.keyboard.press("Tab")
        stale = other.page.locator("[data-stale]")
        await expect(stale).to_contain_text("de la première")
        await expect(stale).to_contain_text("de la seconde")
        assert await other.barriers() == []
        other.complaints.clear()  # the browser notes the 412
        await stale.locator("button.primary").click()
        await expect(other.page.locator("#f-message")).to_have_value("de la seconde")
    assert (await client.get(f"/invoices/{number}"))["message"] == "de la seconde"


async def test_a_row_of_a_sheet_is_edited_by_keyboard(screen: Screen, client: ShopClient) -> None:
    page, code = screen.page, f"ZZ-{uuid.uuid4().hex[:8]}"
    await screen.open("/settings/products")
    await page.locator("#add").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#code")).to_be_focused()
    await page.keyboard.type(code)
    for typed in ("Reliure", "Binding", "cher"):
        await page.keyboard.press("Tab")
        await page.keyboard.type(typed)
    await page.keyboard.press("Enter")
    await expect(page.locator("#f-unit_price")).to_be_focused()
    assert await screen.barriers() == []
    screen.complaints.clear()  # the browser notes the 422
    await page.locator("#f-unit_price").fill("12,5")
    await page.keyboard.press("Control+s")
    pencil = page.locator(f"#edit-{code}")
    await expect(pencil).to_be_focused()
    await expect(page.locator("tr", has=pencil)).to_contain_text("12,5")
    await page.keyboard.press("Enter")
    await page.locator("#f-description-fr").fill("Reliure allemande")
    # Another row is asked for: what is typed is saved first.
    await page.locator("[id^=edit-]").first.click()
    await expect(page.locator("[data-row-form]")).not_to_have_attribute("action", re.compile(code))
    assert (await client.get(f"/products/{code}"))["description"]["fr"] == "Reliure allemande"
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-row-form]")).to_have_count(0)
    await page.locator("#q").press_sequentially(code)
    await expect(page.locator("[data-rows] th")).to_have_text([code])


async def test_an_invoice_is_made_final_by_keyboard(screen: Screen, client: ShopClient) -> None:
    number = await new_invoice(client)
    page = screen.page
    await screen.open(f"/invoices/{number}")
    await page.locator(".actions > summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/do/finalize")
    await page.locator(".question button.primary").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".headline h1")).to_contain_text(re.compile(r"Facture \d{5}"))


async def test_the_session_opens_nothing_after_logout(demo_shop: DemoShop, chromium: Browser) -> None:
    # A session of its own: the others go on.
    async with log_in(demo_shop, chromium) as screen:
        cookies = {cookie["name"]: cookie["value"] for cookie in await screen.page.context.cookies()}
        await screen.page.click("header .menu > summary >> nth=-1")
        await screen.page.click("form[action='/logout'] button")
        await screen.page.wait_for_url("**/login")
    async with aiohttp.ClientSession(cookies=cookies) as session:
        answer = await session.get(f"{demo_shop.address}/api/v1/me")
        assert answer.status == 401


async def test_operations_show_what_happens_and_leave_what_is_ticked(
    screen: Screen, client: ShopClient
) -> None:
    page = screen.page
    await screen.open("/operations")
    ticked = page.locator("[data-region=trouble-transfer] input[name=item]").first
    await ticked.check()
    before = await page.locator("[data-region=parked]").inner_text()
    await parked(client)
    # As when the reader comes back to the page: the same as now and then.
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("[data-region=parked]")).not_to_have_text(before, use_inner_text=True)
    await expect(page.locator("[data-region=parked]")).to_contain_text("Référence inconnue")
    await expect(ticked).to_be_checked()
