"""schemathesis believes the document, and looks for requests whose answers it does not tell.

All its checks and all its phases, and one check of our own (`schemathesis_hooks.py`), against the real API after the
story of the examples. `FACTURES_SCHEMATHESIS_SECONDS=900` looks for longer than `make test` does, each time elsewhere.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from services.invoice_service.api.routes import ROUTES
from services.invoice_service.api.routing import Route
from services.invoice_service.domain.errors import FieldError, Invalid
from tests.contract.openapi.story import tell
from tests.integration.invoice_service.invoices.shop import Shop
from tests.support.invoicing import ADMIN_KEY, Database, Invoicing, running

ROOT = Path(__file__).parents[3]
CONFIG = Path(__file__).with_name("schemathesis.toml")
SECONDS = int(os.environ.get("FACTURES_SCHEMATHESIS_SECONDS", "0"))
# In `make test` each run sends the same, so that nobody's change fails for what it did not touch. What has a limit of
# time has it alone: on a slow machine it looks for less, and leaves no other phase out.
_BRIEFLY = {
    "examples,stateful": ("--max-examples", "3", "--seed", "20250718"),
    "coverage": ("--max-time", "6", "--seed", "20250718"),
    "fuzzing": ("--max-time", "3", "--max-examples", "10", "--seed", "20250718"),
}
_THOROUGHLY = {"examples,coverage,fuzzing,stateful": ("--max-time", str(SECONDS), "--max-examples", "10000")}
# Its thousands of wrong keys and requests are no attack.
UNLIMITED: dict[str, Any] = {"rate_limit": "1000000/second", "failed_authentication_limit": "1000000/second"}


async def schemathesis(api: Invoicing, *arguments: str) -> tuple[int, str]:
    """Exit code and report of a run on an API."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
        *("run", f"{api.base}/openapi.json", "--header", f"Authorization: Bearer {ADMIN_KEY}", "--no-color"),
        *arguments,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    report, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, report.decode()


@pytest.mark.timeout(SECONDS + 300)
async def test_every_answer_is_what_the_document_tells(invoicing_database: Database, tmp_path: Path) -> None:
    async with running(invoicing_database, tmp_path, **UNLIMITED) as api:
        await tell(Shop(api))
        for phases, bounds in (_THOROUGHLY if SECONDS else _BRIEFLY).items():
            with capture_logs():  # ten thousand lines of requests, else, before the report
                code, report = await schemathesis(api, "--phases", phases, *bounds)

            assert code == 0, report.partition("FAILURES")[2] or report
            assert all(f"✅ {phase.capitalize()}" in report for phase in phases.split(",")), report


async def test_what_is_not_as_it_tells_is_found(invoicing_database: Database, tmp_path: Path) -> None:
    async with running(invoicing_database, tmp_path, routes=spoiled(ROUTES), **UNLIMITED) as api:
        code, report = await schemathesis(
            api, "--include-path", "/api/v1/me", "--phases", "examples,coverage"
        )

    assert code == 1
    assert "ST101 Server error" in report
    assert "refused for no reason that we know: invalid, [('invalid', 'theme')]" in report


def spoiled(routes: Sequence[Route]) -> tuple[Route, ...]:
    """The routes, of which one has a defect and another refuses what it says it takes."""

    async def defect(_request: web.Request) -> NoReturn:
        raise RuntimeError("a defect")

    async def refuse(_request: web.Request) -> NoReturn:
        raise Invalid("invalid", errors=(FieldError("theme", "invalid"),))

    handlers = {("GET", "/me"): defect, ("PATCH", "/me"): refuse}
    return tuple(
        replace(route, handler=handlers.get((route.method, route.path), route.handler)) for route in routes
    )
