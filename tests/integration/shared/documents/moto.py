"""A whole S3-compatible server: moto's, in a process and an environment of its own (setup/moto.sh)."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from tests.support.ports import stable_port

_PROGRAM = Path(sys.prefix) / "moto/bin/moto_server"


@contextmanager
def moto_server() -> Iterator[str]:
    """Where it answers; it is gone afterwards, with all that it held."""
    port = stable_port()
    process = subprocess.Popen(
        [_PROGRAM, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        assert process.stderr is not None
        # It says so once it listens.
        for line in process.stderr:
            if b"Running on" in line:
                break
        process.stderr.close()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def new_bucket(server: str) -> str:
    """The name of an empty bucket."""
    name = f"factures-{uuid.uuid4().hex}"
    with urlopen(Request(f"{server}/{name}", method="PUT"), timeout=30) as response:  # noqa: S310 - ours, on loopback
        assert response.status == 200
    return name
