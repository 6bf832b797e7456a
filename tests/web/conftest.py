"""A whole shop of the demonstration in a process of its own, and a Chromium to look at it with."""

import shutil
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, StorageState, async_playwright

from tests.support.postgres import reachable_folder
from tests.web.screens import CHROMIUMS, DemoShop, Screen, log_in, running_demo_shop, window


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo_shop() -> AsyncIterator[DemoShop]:
    """Three years of an invented print shop, in a standalone of its own. Tests that change it make what they change."""
    with reachable_folder() as folder:
        async with running_demo_shop(folder) as shop:
            yield shop


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    program = next(found for name in CHROMIUMS if (found := shutil.which(name)))
    async with async_playwright() as playwright:
        # Tests run as root, too, where its sandbox can't be.
        browser = await playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def session(demo_shop: DemoShop, chromium: Browser) -> StorageState:
    """The cookies of the administrator's session, which is opened once."""
    async with log_in(demo_shop, chromium) as opened:
        return await opened.page.context.storage_state()


@pytest_asyncio.fixture(loop_scope="session")
async def screen(demo_shop: DemoShop, chromium: Browser, session: StorageState) -> AsyncIterator[Screen]:
    """A browser window of one's own, of the administrator, in French."""
    async with window(demo_shop, chromium, storage_state=session) as opened:
        await opened.open("/me")
        # Whatever another test has left.
        await opened.prefer(language="fr", theme="light")
        yield opened
