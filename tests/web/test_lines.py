"""The lines editor in a real browser: entered by keys alone, live totals, two windows on one line, drag."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.web.screens import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, object]
TOTAL = ".line-sum strong"


class Clerk:
    """Somebody in front of the screen, and what the API says of the invoice that is edited."""

    def __init__(self, screen: Screen, number: str) -> None:
        self.screen = screen
        self.page = screen.page
        self.number = number

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def is_at(self, selector: str) -> None:
        """Wait until the cursor is there; where it is instead, if it doesn't come."""
        try:
            await expect(self.page.locator(selector)).to_be_focused()
        except AssertionError as error:
            at = await self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            raise AssertionError(f"{selector} is awaited, the cursor is at {at}") from error

    async def tab_to(self, selector: str) -> None:
        """Press Tab until the cursor is there."""
        wanted = self.page.locator(selector)
        for _ in range(60):
            if await wanted.evaluate("element => element === document.activeElement"):
                return
            await self.press("Tab")
        raise AssertionError(f"no Tab leads to {selector}")

    async def adds(self, kind: str) -> None:
        """Through the menu, by keys."""
        await self.tab_to(".add-menu > summary")
        await self.press("Enter")
        await self.tab_to(f".add-menu a[href$='add={kind}']")
        await self.press("Enter")

    async def invoice(self) -> dict[str, object]:
        answer = await self.page.request.get(f"{self.screen.shop.address}/api/v1/invoices/{self.number}")
        assert answer.ok, await answer.text()
        return dict(await answer.json())

    async def lines(self, *names: str) -> list[tuple[object, ...]]:
        lines = (await self.invoice())["lines"]
        assert isinstance(lines, list)
        return [tuple(line[name] for name in names) for line in lines]

    async def opens(self, rest: str = "") -> None:
        await self.screen.open(f"/invoices/{self.number}/lines{rest}")


@pytest_asyncio.fixture(loop_scope="session")
async def clerk(screen: Screen) -> Clerk:
    """A clerk on an empty pro forma of a customer of the demonstration."""
    address, headers = screen.shop.address, {"Authorization": f"Bearer {screen.shop.key}"}
    request = screen.page.request
    listed = await (await request.get(f"{address}/api/v1/invoices?limit=1", headers=headers)).json()
    customer = listed["data"][0]["customer"]
    made = await request.post(f"{address}/api/v1/invoices", headers=headers, data={"customer": customer})
    assert made.ok, await made.text()
    await screen.prefer(language="fr")
    return Clerk(screen, (await made.json())["number"])


async def test_ten_lines_are_entered_by_keys_alone(clerk: Clerk) -> None:
    page = clerk.page
    await clerk.opens()
    await clerk.adds("product")
    for number in range(1, 6):
        await clerk.is_at("#q")
        await clerk.type("GRAPHISME")
        await clerk.press("Enter")
        await clerk.is_at("#quantity")
        await clerk.type(str(number))
        await clerk.press("Enter")
    await clerk.is_at("#q")
    await clerk.adds("text")
    for number in range(1, 6):
        await clerk.is_at("#description")
        await expect(page.locator("#description")).to_have_value("")
        await clerk.type(f"Frais {number}")
        await clerk.tab_to("#price")
        await clerk.type(f"{number},50")
        await expect(page.locator(TOTAL)).to_have_text(f"{number},50")
        await (clerk.press("Enter") if number < 5 else clerk.press("Control+s"))
    await expect(page.locator("[data-row]")).to_have_count(10)
    # A line that was just made begins with its first field.
    await clerk.is_at("#description")
    await clerk.press("Escape")
    await page.wait_for_url(f"**/invoices/{clerk.number}")

    assert await clerk.lines("description", "quantity", "total") == [
        *(("Graphisme, à l'heure", str(n), f"{85 * n}.00") for n in range(1, 6)),
        *((f"Frais {n}", "1", f"{n}.50") for n in range(1, 6)),
    ]


async def test_totals_follow_what_is_typed_and_escape_takes_it_back(clerk: Clerk) -> None:
    page = clerk.page
    await clerk.opens("?add=product&q=GRAPHISME")
    await clerk.press("Enter")
    await clerk.is_at("#quantity")
    await expect(page.locator(TOTAL)).to_have_text("85,00")

    await clerk.type("4")
    await expect(page.locator(TOTAL)).to_have_text("340,00")
    await expect(page.locator("#totals .grand dd")).to_contain_text("$")
    await expect(page.locator("#totals div").first).to_contain_text("340,00")
    assert await clerk.lines("quantity") == [("1",)]
    await page.check("input[value=total]")
    await expect(page.locator("#price")).to_have_value("340,00")
    await clerk.press("Escape")
    await expect(page.locator("#quantity")).to_have_value("1")
    await expect(page.locator(TOTAL)).to_have_text("85,00")

    await page.fill("#quantity", "3")
    await clerk.press("Control+s")
    await page.click("button[name=clear][value=quantity]")
    await expect(page.locator("#quantity")).to_have_value("1")
    await expect(page.locator("button[name=clear]")).to_have_count(0)


async def test_lines_are_moved_removed_and_brought_back(clerk: Clerk) -> None:
    page = clerk.page
    for text in "ABC":
        await clerk.opens("?add=text")
        await clerk.is_at("#description")
        await clerk.type(text)
        await clerk.press("Control+s")
        await expect(page.locator("[data-row] strong, [aria-current] .row-text")).to_contain_text([text])

    async def are(*texts: str) -> None:
        await expect(page.locator("[data-row] .row-text")).to_have_text([*texts])
        assert await clerk.lines("description") == [(text,) for text in texts]

    await clerk.press("Alt+ArrowUp")
    await are("A", "C", "B")
    # The rows move under the pointer at once: what counts is that the server has their order.
    async with page.expect_response("**/lines/order"):
        await page.locator("[data-row]").first.drag_to(page.locator("[data-row]").last)
    await expect(page.locator("[data-lines][aria-busy]")).to_have_count(0)
    moved = [str(text) for (text,) in await clerk.lines("description")]
    assert sorted(moved) == ["A", "B", "C"]
    assert moved.index("A") > 0
    await page.click("[data-row]:first-child a")
    await page.click("button[formaction$='/remove']")
    await are(*moved[1:])
    await clerk.is_at(".alert-row button")
    await clerk.press("Enter")
    await are(*moved)


async def test_what_is_typed_is_saved_when_one_goes_to_another_line(clerk: Clerk) -> None:
    page = clerk.page
    for text in "AB":
        await clerk.opens("?add=text")
        await page.fill("#description", text)
        await clerk.press("Control+s")
        await expect(page.locator("[aria-current] .row-text")).to_have_text(text)

    await page.fill("#description", "B, encore")
    await page.click("[data-row]:first-child a")
    await expect(page.locator("#description")).to_have_value("A")
    assert await clerk.lines("description") == [("A",), ("B, encore",)]


async def test_nothing_is_lost_when_two_edit_one_line(clerk: Clerk) -> None:
    page = clerk.page
    await clerk.opens("?add=text")
    for text in ("Un brouillon", "A"):
        await page.fill("#description", text)
        # Drawn anew by its own event, which is not the answer to the form.
        async with page.expect_response(lambda one: "line=" in one.url and not one.request.redirected_from):
            await clerk.press("Control+s")
        await expect(page.locator("[aria-current] .row-text")).to_have_text(text)
    assert await page.locator("#notes .note").count() == 0, "what one saves oneself is no colleague's"
    ((line,),) = await clerk.lines("id")
    answer = await page.request.patch(
        f"{clerk.screen.shop.address}/api/v1/invoices/{clerk.number}/lines/{line}",
        data={"description": "Le leur", "po_number": "PO-9"},
        headers={"If-Match": "*", "X-CSRF-Token": await clerk.screen.csrf()},
    )
    assert answer.ok, await answer.text()
    await expect(page.locator("#notes .note")).to_contain_text("Un collègue a modifié cette facture.")

    await page.fill("#description", "Le mien")
    await clerk.press("Control+s")
    await expect(page.locator(".versions tbody")).to_contain_text("Le leur")
    await expect(page.locator("#description")).to_have_value("Le mien")
    assert await clerk.screen.barriers() == []
    assert [text for text in clerk.screen.complaints if "412" not in text] == []
    clerk.screen.complaints.clear()
    await clerk.press("Control+s")
    await expect(page.locator(".versions")).to_have_count(0)
    assert await clerk.lines("description", "po_number") == [("Le mien", "PO-9")]
