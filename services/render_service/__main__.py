"""`python -m services.render_service [serve | preview FOLDER [--template NAME]]`."""

import argparse
import asyncio
import sys
from pathlib import Path

from services.render_service.composition import serving
from services.render_service.errors import RenderError
from services.render_service.own_forms import OwnForms
from services.render_service.preview import preview
from services.render_service.settings import RenderSettings
from shared.runtime import run
from shared.serving import at_work, prepared

_NAME = "render_service"


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m services.render_service", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="render documents (default)")
    previewing = commands.add_parser("preview", help="print the samples")
    previewing.add_argument("folder", type=Path)
    previewing.add_argument("--template", metavar="NAME", help="with this form, of the house or the shop")
    chosen = parser.parse_args(arguments)
    if chosen.command == "preview":
        raise SystemExit(_preview(chosen.folder, chosen.template))
    settings = prepared(_NAME, RenderSettings)
    run(
        at_work(_NAME, settings, lambda settings, bus, _: serving(settings, bus)),
        drain_seconds=settings.drain_seconds,
    )


def _preview(folder: Path, template: str | None) -> int:
    """Print the samples, each file or why it is not there; the exit code says whether all of them are."""
    settings = RenderSettings(documents_url="memory:///")  # nothing is stored: previewing needs no set-up
    forms = OwnForms(settings.templates_folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        outcomes = asyncio.run(preview(folder, settings.limits(niceness=0), forms, template))
    except RenderError as error:
        print(error.message, file=sys.stderr)
        return 1
    for path, failure in outcomes.items():
        print(f"{path}: {failure.message}" if failure else path, file=sys.stderr if failure else sys.stdout)
    return int(any(outcomes.values()))


if __name__ == "__main__":
    main()
