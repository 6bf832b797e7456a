"""A whole shop of the demonstration in a process of its own, and a Chromium to look at it with."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.support.ports import stable_port
from tests.support.postgres import reachable_folder
from tests.support.processes import ServiceProcess
from tests.web.screens import DemoShop, Screen, log_in

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo_shop() -> AsyncIterator[DemoShop]:
    """Three years of an invented print shop, in a standalone of its own. Tests that change it make what they change."""
    with reachable_folder() as folder:
        async with _running(folder) as shop:
            yield shop


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[DemoShop]:
    port = stable_port()
    settings = {"PORT": str(port), "FACTURES_DATA": str(folder / "data"), "FACTURES_DEMO": "on"}
    process = ServiceProcess("demo-shop", ["services.standalone", "run"], settings, folder, port=port)
    process.start()
    try:
        await process.ready()
        email, password = (folder / "data/admin-login").read_text(encoding="utf-8").split()
        key = (folder / "data/admin-key").read_text(encoding="ascii").strip()
        yield DemoShop(f"http://127.0.0.1:{port}", email, password, key)
    finally:
        if process.running():
            await process.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    program = next(found for name in _CHROMIUMS if (found := shutil.which(name)))
    async with async_playwright() as playwright:
        # Tests run as root, too, where its sandbox can't be.
        browser = await playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def screen(demo_shop: DemoShop, chromium: Browser) -> AsyncIterator[Screen]:
    """A browser window of one's own, logged in as the administrator, in French."""
    async with log_in(demo_shop, chromium) as opened:
        yield opened
