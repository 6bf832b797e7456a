"""Pictures of screens, for people to look at: only when FACTURES_SHOTS names a folder."""

import os
from pathlib import Path

from tests.web.screens import Screen


async def shot(screen: Screen, name: str) -> None:
    """Take a picture of the whole page."""
    folder = os.environ.get("FACTURES_SHOTS")
    if folder:
        await screen.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
