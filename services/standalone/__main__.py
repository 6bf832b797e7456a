"""python -m services.standalone [run | demo]: everything in one process."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.standalone.composition import standalone
from services.standalone.lock import DataFolderInUse
from services.standalone.settings import StandaloneSettings
from services.standalone.story import tell
from shared.observability.logging import configure_logging
from shared.runtime import run
from shared.settings import load_or_exit


@asynccontextmanager
async def _running(settings: StandaloneSettings) -> AsyncIterator[None]:
    async with standalone(settings) as running:
        print(f"Factures: {running.address}  (API {running.address}/docs)", flush=True)
        if running.demonstrates:
            print("Imprimerie inventée / invented print shop (FACTURES_DEMO=off: vide / empty)", flush=True)
        if running.first_login is not None:
            email, password = running.first_login.email, running.first_login.password
            print(f"Connexion / log in: {email}  {password}", flush=True)
        print(f"Clé d'administration / admin key: {running.admin_key}", flush=True)
        yield


def main(arguments: list[str] | None = None) -> None:
    """Run until told to stop, or tell the story once."""
    parser = argparse.ArgumentParser(
        prog="python -m services.standalone", description="Factures in one process."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="keep it up, on PORT, with its data in FACTURES_DATA")
    running.add_argument(
        "--demo",
        action=argparse.BooleanOptionalAction,
        help="fill a new data folder with an invented shop (default: FACTURES_DEMO)",
    )
    demo = commands.add_parser("demo", help="play the story from a completed job to a booked invoice")
    demo.add_argument("--lang", choices=("fr", "en"), default="fr")
    demo.add_argument("--output", type=Path, default=Path("demo-output"), help="where its files are left")
    parsed = parser.parse_args(arguments)
    settings = load_or_exit(StandaloneSettings)
    try:
        if parsed.command == "run":
            if parsed.demo is not None:
                settings = settings.model_copy(update={"demo": parsed.demo})
            configure_logging("standalone", level=settings.log_level)
            run(_running(settings), drain_seconds=settings.drain_seconds)
        else:
            configure_logging("demo", level="ERROR")
            sys.exit(asyncio.run(tell(parsed.output, parsed.lang)))
    except DataFolderInUse as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
