"""Prints the samples to a folder, through the same processes as the service."""

import asyncio
from pathlib import Path

from services.render_service.engine.limits import Limits
from services.render_service.engine.pool import Pool
from services.render_service.samples import SAMPLES, logo_of


def preview(folder: Path, limits: Limits) -> list[Path]:
    """Render every sample to `folder`, made if need be; returns the files.

    Raises:
        RenderError: one can't be rendered.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, pdf in asyncio.run(_pdfs(limits)).items():
        path = folder / f"{name}.pdf"
        path.write_bytes(pdf)
        written.append(path)
    return written


async def _pdfs(limits: Limits) -> dict[str, bytes]:
    async with Pool.running(limits, size=1) as pool:
        return {name: await pool.render(snapshot, logo_of(snapshot)) for name, snapshot in SAMPLES.items()}
