"""Prints the samples to a folder, through the same processes as the service."""

import asyncio
from pathlib import Path

from services.render_service.engine.limits import Limits
from services.render_service.engine.pool import Pool
from services.render_service.errors import RenderError
from services.render_service.own_forms import OwnForms
from services.render_service.samples import SAMPLES, logo_of


async def preview(
    folder: Path, limits: Limits, forms: OwnForms, template: str | None
) -> dict[Path, RenderError | None]:
    """Print every sample to `folder`, with a form, or with the one that it names itself.

    Returns the files, each with the reason why it could not be written, if there is one.

    Raises:
        Unprintable: there is no such form, or it is not whole.
        ChildUnavailable: no rendering process can be started.
    """
    own = forms.find(template) if template else None
    outcomes: dict[Path, RenderError | None] = {}
    async with Pool.running(limits, size=1) as pool:
        for name, sample in SAMPLES.items():
            path = folder / f"{name}.pdf"
            snapshot = sample.model_copy(update={"template": template or sample.template})
            outcomes[path] = None
            try:
                pdf = await pool.render(snapshot, logo_of(sample), own)
            except RenderError as error:
                outcomes[path] = error
            else:
                await asyncio.to_thread(path.write_bytes, pdf)
    return outcomes
