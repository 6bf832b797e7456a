"""A process that holds a data folder as the application does, so that tests can kill it.

`python -m tests.support.standalone_process FOLDER`: locks the folder, starts its database, prints the
process id of the database, and waits to be ended.
"""

import asyncio
import sys
from pathlib import Path

from services.standalone.lock import data_folder_lock
from services.standalone.postgres import embedded_postgres


async def hold(folder: Path) -> None:
    """Until the end of this process."""
    with data_folder_lock(folder):
        async with embedded_postgres(folder / "postgres") as server:
            sys.stdout.write(f"{server.pid}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(hold(Path(sys.argv[1])))
