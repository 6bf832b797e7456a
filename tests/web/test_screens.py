"""Every screen in a real browser: nothing in a reader's way, in both languages, light and dark, at any width."""

import pytest

from tests.web.screens import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCREENS = ("/invoices", "/me", "/nowhere-at-all")


async def test_no_screen_has_a_barrier(screen: Screen) -> None:
    for path in SCREENS:
        await screen.open(path)
        for language in ("fr", "en"):
            for theme in ("light", "dark"):
                await screen.prefer(language=language, theme=theme)
                await screen.page.reload()
                assert await screen.barriers() == [], (path, language, theme)
