"""Asks the management port of the process beside it: `python -m shared.observability.probe livez | readyz`.

The health check of a container: no other program is needed in it, and no port has to be open to the outside.
"""

import http.client
import os
import sys

_SECONDS = 5.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the names that mean every address of ours


def holds(question: str, host: str, port: int) -> bool:
    """Whether the management port answers `question` (livez, readyz) with yes."""
    connection = http.client.HTTPConnection(_ANYWHERE.get(host, host), port, timeout=_SECONDS)
    try:
        connection.request("GET", f"/{question}")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """The exit code: 0 yes, 1 no."""
    host = os.environ.get("MANAGEMENT_HOST") or "127.0.0.1"
    port = int(os.environ.get("MANAGEMENT_PORT") or "0")
    return 0 if holds(sys.argv[1], host, port) else 1


if __name__ == "__main__":
    sys.exit(main())
