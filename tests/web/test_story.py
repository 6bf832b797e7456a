"""A clerk's whole working day in a real browser, in French and in English: from a job to a credit note."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.documents import attached, mails_about, printed
from tests.support.shop_client import ShopClient, shop_client
from tests.web.screens import DemoShop, Screen, window
from tests.web.shots import shot
from tests.web.stories import STORIES, Story

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The transfer to the ledger is asked of other processes, which a busy machine lets wait.
_MOST_MILLISECONDS = 60_000


class Clerk:
    """An accountant of this story's own in front of the screen, who reads what stands there."""

    def __init__(self, screen: Screen, story: Story) -> None:
        self.screen = screen
        self.page = screen.page
        self.story = story
        self.texts = story.texts
        self.steps = 0

    async def reads(self, selector: str, text: str) -> None:
        """It stands there, or comes there by itself."""
        await expect(self.page.locator(selector).first).to_contain_text(text, timeout=_MOST_MILLISECONDS)

    async def presses(self, text: str, *, role: str = "button") -> None:
        """The button, or the link (`role`), that says this."""
        found = self.page.locator("main").get_by_role("link" if role == "link" else "button", name=text)
        await found.and_(self.page.locator(":visible")).last.click()

    async def does(self, text: str) -> None:
        """An action, from the menu of actions."""
        await self.page.locator(".actions > summary").filter(has_text=self.texts["actions"]).click()
        await self.page.locator(".actions .menu-sheet a").get_by_text(text, exact=True).click()

    async def heading(self) -> str:
        return str(await self.page.locator("h1").text_content())

    async def done(self, step: str) -> None:
        """One more step is behind: a picture of it, for who wants to look."""
        self.steps += 1
        await shot(self.screen, f"story-{self.story.language}-{self.steps:02}-{step}")


@pytest_asyncio.fixture(loop_scope="session")
async def client(demo_shop: DemoShop) -> AsyncIterator[ShopClient]:
    async with shop_client(demo_shop.address, demo_shop.key) as client:
        yield client


async def hired(client: ShopClient, story: Story) -> tuple[str, str]:
    """A user of this story's own: address and password."""
    email, password = f"clerk-{story.language}@imprimerielasarcelle.example", "une longue phrase de passe"
    user = {"email": email, "name": "Alix Gagné", "role": "accountant", "language": story.language}
    await client.call("POST", "/users", {**user, "password": password})
    return email, password


async def logs_in(clerk: Clerk, email: str, password: str) -> None:
    await clerk.screen.open("/")
    await clerk.page.wait_for_url("**/login*")
    await clerk.reads("h1", clerk.texts["login"])
    await clerk.page.get_by_label(clerk.texts["email"]).fill(email)
    await clerk.page.get_by_label(clerk.texts["password"]).fill(password)
    await clerk.done("login")
    await clerk.presses(clerk.texts["enter"])
    await clerk.page.wait_for_url(clerk.screen.shop.address + "/")


async def bills_the_job(clerk: Clerk) -> str:
    """The number of the pro forma."""
    await clerk.presses(clerk.texts["create"], role="link")
    await clerk.reads("h1", clerk.texts["create"])
    await clerk.page.locator("#q").press_sequentially(clerk.story.number)
    found = clerk.page.locator("[data-region=jobs] .pick")
    await expect(found).to_have_count(1)
    await clerk.reads("[data-region=jobs] .pick", clerk.texts["left"])
    await clerk.done("new")
    await found.click()
    await clerk.reads(".headline .status", clerk.texts["draft"])
    number = (await clerk.heading()).removeprefix(clerk.texts["invoice"]).strip()
    await clerk.page.wait_for_url(f"**/invoices/{number}")
    return number


async def edits_in_place(clerk: Clerk) -> None:
    await clerk.page.locator("#f-message").fill(clerk.texts["message"])
    await clerk.page.keyboard.press("Tab")
    await clerk.reads(".note", clerk.texts["saved"])
    await expect(clerk.page.locator(".field.manual #f-message")).to_have_value(clerk.texts["message"])
    await clerk.done("field")


async def edits_the_line(clerk: Clerk) -> None:
    page, story = clerk.page, clerk.story
    await clerk.presses(clerk.texts["edit_lines"], role="link")
    await page.locator("[data-row] > a").click()
    await page.locator("#quantity").fill(story.quantity)
    await expect(page.locator(".line-sum strong")).to_have_text(story.line_total)
    await clerk.reads("#totals .grand dd", story.total)
    await page.locator("[data-save]").filter(has_text=clerk.texts["save"]).click()
    await expect(page.locator("[data-row] .row-quantity")).to_have_text(story.quantity)
    await clerk.done("line")
    await clerk.presses(clerk.texts["back"], role="link")
    await expect(page.locator(".totals td")).to_have_text([story.line_total, *story.taxes, story.total])


async def sees_the_pdf(clerk: Clerk) -> bytes:
    """The document beside the invoice."""
    async with clerk.page.expect_response(re.compile(r"/pdf\?wait=")) as shown:
        await clerk.does(clerk.texts["preview"])
    answer = await shown.value
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    await expect(clerk.page.locator("aside.paper iframe")).to_be_visible()
    # Beside it, a line is still seen up to its total.
    hidden = "table => table.scrollWidth - table.clientWidth"
    assert await clerk.page.locator(".lines-frame .scroll").evaluate(hidden) <= 0
    await clerk.done("pdf")
    await clerk.page.locator(".actions > summary").click()
    await expect(clerk.page.locator(".actions .menu-sheet")).to_contain_text(clerk.texts["unpreview"])
    await clerk.page.keyboard.press("Escape")
    return await (await clerk.page.request.get(answer.url)).body()


async def mails_it(clerk: Clerk, number: str) -> None:
    page, story = clerk.page, clerk.story
    await clerk.does(clerk.texts["e-mail"])
    await expect(page.locator("#to")).to_have_value(re.compile(re.escape(story.recipient)))
    await page.locator("#body").fill(clerk.texts["body"])
    await page.locator("label[for=side-preview]").filter(has_text=clerk.texts["look"]).click()
    mail = page.frame_locator("iframe[name=preview]").locator("body")
    await expect(mail).to_contain_text(clerk.texts["body"].splitlines()[-1])
    await expect(mail).to_contain_text(story.total)
    await clerk.done("e-mail-preview")
    await clerk.presses(clerk.texts["send"])
    await page.wait_for_url("**/emails?email=*")
    await clerk.reads(".mail-told .mail-state", clerk.texts["accepted"])
    await clerk.reads(".mail-told", clerk.texts["taken"])
    await expect(page.locator(".mail tbody tr")).to_contain_text([story.recipient])
    await clerk.reads(".mail tbody .mail-state", clerk.texts["accepted"])
    await clerk.done("e-mail-sent")
    await page.locator(".crumbs").get_by_role("link", name=number).click()
    await clerk.reads(".headline .status", clerk.texts["mailed"])


async def makes_it_final(clerk: Clerk) -> str:
    """The final number. The transfer is waited for, too."""
    await clerk.does(clerk.texts["finalize"])
    await clerk.reads(".question", clerk.story.total)
    await clerk.done("finalize")
    await clerk.presses(clerk.texts["finalize"])
    await clerk.reads("[data-region=told] .done", clerk.texts["finalized"])
    final = (await clerk.heading()).removeprefix(clerk.texts["invoice"]).strip()
    assert re.fullmatch(r"\d{5}", final)
    await clerk.reads(".headline .status", clerk.texts["transferred"])
    await clerk.done("transferred")
    await clerk.screen.open(f"/invoices/{final}/journal")
    await expect(clerk.page.locator("main")).to_contain_text(clerk.texts["told"])
    await clerk.done("journal")
    return final


async def credits_it(clerk: Clerk, final: str) -> str:
    """The number of the credit note, which is final, too."""
    await clerk.screen.open(f"/invoices/{final}")
    await clerk.does(clerk.texts["credit"])
    await clerk.page.get_by_label(clerk.texts["reason"]).fill(clerk.texts["because"])
    await clerk.done("credit")
    await clerk.presses(clerk.texts["credit"])
    await clerk.reads("[data-region=told] .done", clerk.texts["credited"])
    await clerk.reads("[data-region=told] .fact", f"{clerk.texts['credits']} {final}")
    await clerk.reads("[data-region=told] .fact", clerk.texts["because"])
    await clerk.reads(".totals .grand td", clerk.texts["back_total"])
    await clerk.done("credit-note")
    await clerk.does(clerk.texts["finalize"])
    await clerk.presses(clerk.texts["finalize"])
    await clerk.reads(".headline .status", clerk.texts["transferred"])
    heading = await clerk.heading()
    assert heading.startswith(clerk.texts["note"])
    note = heading.removeprefix(clerk.texts["note"]).strip()
    await clerk.page.locator("[data-region=told] .fact a").click()
    await clerk.reads("[data-region=told] .fact", f"{clerk.texts['credited_by']} {note}")
    await clerk.done("credited")
    return note


async def logs_out(clerk: Clerk) -> None:
    await clerk.page.locator("header .menu > summary").last.click()
    await clerk.page.get_by_role("button", name=clerk.texts["logout"]).click()
    await clerk.page.wait_for_url("**/login*")
    await clerk.reads("h1", clerk.texts["login"])
    await clerk.done("logout")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.language)
async def test_from_a_job_to_a_credit_note(
    story: Story, demo_shop: DemoShop, chromium: Browser, client: ShopClient
) -> None:
    job = {"customer": story.customer, "gl_account": "4010", "status": "production_complete", **story.job}
    await client.call("PUT", f"/jobs/{story.number}", job)
    login = await hired(client, story)
    async with window(demo_shop, chromium, locale=f"{story.language}-CA") as screen:
        clerk = Clerk(screen, story)
        await logs_in(clerk, *login)
        number = await bills_the_job(clerk)
        await edits_in_place(clerk)
        await edits_the_line(clerk)
        pdf = await sees_the_pdf(clerk)
        await mails_it(clerk, number)
        final = await makes_it_final(clerk)
        note = await credits_it(clerk, final)
        await logs_out(clerk)

    paper = printed(pdf)
    assert all(text in paper for text in (number, story.texts["message"], story.line_total))

    invoice = await client.get(f"/invoices/{final}")
    subtotal, total = story.amounts
    assert (invoice["subtotal"], invoice["total"]) == (subtotal, total)
    assert (invoice["credit_notes"], invoice["transfer"]["state"]) == ([note], "succeeded")
    credit = await client.get(f"/invoices/{note}")
    assert (credit["subtotal"], credit["total"]) == (f"-{subtotal}", f"-{total}")
    assert (credit["credited_invoice"], credit["transfer"]["state"]) == (final, "succeeded")

    (email,) = (await client.get(f"/invoices/{final}/emails"))["data"]
    (mail,) = mails_about(sorted(demo_shop.mailbox.glob("*.eml")), email["message_id"])
    assert story.recipient in mail["X-Envelope-To"]
    assert number in mail["Subject"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert story.texts["body"].splitlines()[-1] in plain.get_content()
    (document,) = attached(mail)
    assert story.line_total in printed(document)
