"""`make screens`: pictures of the screens for the README, of the invented shop as it begins.

`python -m tests.web.portraits FOLDER`.
"""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import ViewportSize, async_playwright

from tests.support.postgres import reachable_folder
from tests.web.screens import CHROMIUMS, DemoShop, Screen, log_in, running_demo_shop

_DESKTOP, _PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=720)


async def _picture(screen: Screen, folder: Path, name: str, path: str, *, click: str | None = None) -> None:
    await screen.open(path)
    if click is not None:
        await screen.page.click(click)
        await screen.page.wait_for_function(
            "document.getAnimations().every(one => one.playState === 'finished')"
        )
    await screen.page.screenshot(path=folder / f"{name}.png", scale="css")


async def take(shop: DemoShop, folder: Path) -> None:
    """Every picture, into a folder."""
    program = next(found for name in CHROMIUMS if (found := shutil.which(name)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        async with log_in(shop, browser, viewport=_DESKTOP, reduced_motion="reduce") as screen:
            await screen.prefer(language="fr", theme="light")
            await _picture(screen, folder, "invoices", "/invoices")
            first = await screen.page.locator(
                "[data-rows] tr:has(td:nth-child(3):not(:empty)) th a"
            ).first.get_attribute("href")
            await _picture(screen, folder, "invoice", f"{first}", click=".actions > summary")
            await screen.prefer(theme="dark", language="en")
            await _picture(screen, folder, "invoice-dark", f"{first}")
            await screen.page.set_viewport_size(_PHONE)
            await _picture(screen, folder, "invoices-phone", "/invoices")
            await screen.prefer(theme="system", language="fr")
        await browser.close()


async def _main(folder: Path) -> None:
    with reachable_folder() as data:
        async with running_demo_shop(data) as shop:
            await take(shop, folder)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(_main(target))
