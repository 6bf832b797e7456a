"""A window of a browser on a shop, and what is asked of every screen that it shows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.support.ports import stable_port
from tests.support.processes import ServiceProcess

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
# Under load a page of a slow machine may take long; what is waited for comes, or the test fails.
_MOST_MILLISECONDS = 30_000
# What is expected, as what is done: 5 s (Playwright's own) are over soon where a whole deployment is killed beside.
expect.set_options(timeout=_MOST_MILLISECONDS)
_SERIOUS = ("serious", "critical")
_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_SHIFT = """() => new Promise((answer) => {
  let moved = 0;
  new PerformanceObserver((seen) => {
    for (const one of seen.getEntries()) if (!one.hadRecentInput) moved += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  // What was observed before is told in the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => answer(moved))));
})"""
MOST_SHIFT = 0.01
# A telephone, and a window of 1280 pixels magnified to 200 %.
_NARROW = (320, 640)


@dataclass(frozen=True)
class DemoShop:
    """Where a shop answers, and who administers it."""

    address: str
    email: str
    password: str
    key: str
    mailbox: Path
    """The folder in which its mails arrive, one file each."""


@dataclass
class Screen:
    """One window. What its console complains about is kept: a page complains about nothing."""

    shop: DemoShop
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Go to a page."""
        await self.page.goto(self.shop.address + path)

    async def csrf(self) -> str:
        """The token of the page."""
        return str(await self.page.locator('meta[name="csrf-token"]').get_attribute("content"))

    async def prefer(self, **values: str) -> None:
        """Language or theme, as the menu sets them."""
        answer = await self.page.request.patch(
            f"{self.shop.address}/api/v1/me", data=values, headers={"X-CSRF-Token": await self.csrf()}
        )
        assert answer.ok, await answer.text()

    async def barriers(self) -> list[str]:
        """What axe finds serious on the page as it stands."""
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in (await _audited(self.page))["violations"]
            if violation["impact"] in _SERIOUS
            for node in violation["nodes"]
        ]

    async def look(self) -> None:
        """What is asked of every page that was opened: it stands still, is there for everybody, and fits everywhere."""
        path = self.page.url
        assert await self.shift() < MOST_SHIFT, path
        assert await self.barriers() == [], path
        assert not await self.is_too_wide_somewhere(), path

    async def shift(self) -> float:
        """How far what was drawn has moved by itself since the page was opened (0: nothing has)."""
        return float(await self.page.evaluate(_SHIFT))

    async def is_too_wide_somewhere(self) -> bool:
        """Whether a reader has to scroll sideways on a telephone, or at 200 %. The window is as before then."""
        before = self.page.viewport_size
        assert before is not None
        wide = []
        for width in _NARROW:
            await self.page.set_viewport_size({"width": width, "height": 640})
            wide.append(await self.is_wider_than_the_window())
        await self.page.set_viewport_size(before)
        return any(wide)

    async def is_wider_than_the_window(self) -> bool:
        """Whether a reader has to scroll sideways."""
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(await self.page.evaluate(wide))


@asynccontextmanager
async def running_demo_shop(folder: Path) -> AsyncIterator[DemoShop]:
    """The shop in a standalone of its own; `folder` is one that PostgreSQL can reach."""
    port = stable_port()
    settings = {"PORT": str(port), "FACTURES_DATA": str(folder / "data"), "FACTURES_DEMO": "on"}
    process = ServiceProcess("demo-shop", ["services.standalone", "run"], settings, folder, port=port)
    process.start()
    try:
        await process.ready()
        email, password = (folder / "data/admin-login").read_text(encoding="utf-8").split()
        key = (folder / "data/admin-key").read_text(encoding="ascii").strip()
        yield DemoShop(f"http://127.0.0.1:{port}", email, password, key, folder / "data/mail")
    finally:
        if process.running():
            await process.stop()


async def _audited(page: Page) -> dict[str, Any]:
    """axe's report on a page. It is put in by the browser's own means: the page's policy refuses foreign scripts."""
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": AXE_SCRIPT})
    report: dict[str, Any] = await page.evaluate("rules => axe.run(document, rules)", _RULES)
    await session.detach()
    return report


@asynccontextmanager
async def window(shop: DemoShop, chromium: Browser, **options: Any) -> AsyncIterator[Screen]:  # noqa: ANN401 - Playwright's
    """A window with cookies of its own; at its end its console has complained about nothing."""
    # Nothing fades in: what does is paler at first than it will be, and what does behind a closed menu never ends.
    context: BrowserContext = await chromium.new_context(
        **{
            "locale": "fr-CA",
            "viewport": {"width": 1280, "height": 800},
            "reduced_motion": "reduce",
            **options,
        }
    )
    context.set_default_timeout(_MOST_MILLISECONDS)
    page = await context.new_page()
    screen = Screen(shop, page)

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            screen.complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    try:
        yield screen
        assert screen.complaints == []
    finally:
        await context.close()


@asynccontextmanager
async def log_in(
    shop: DemoShop,
    chromium: Browser,
    **options: Any,  # noqa: ANN401 - Playwright's
) -> AsyncIterator[Screen]:
    """A window of the administrator."""
    async with window(shop, chromium, **options) as screen:
        await screen.open("/login")
        await screen.page.fill("#email", shop.email)
        await screen.page.fill("#password", shop.password)
        await screen.page.press("#password", "Enter")
        await screen.page.wait_for_url(shop.address + "/")
        yield screen
