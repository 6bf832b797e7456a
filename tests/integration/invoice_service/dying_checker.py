"""A process that takes the check of the books that waits, and is killed (SIGKILL) while it checks.

Run as `python -m tests.integration.invoice_service.dying_checker <database url> <lease in seconds>`.
"""

import asyncio
import os
import signal
import sys

from services.invoice_service.application.verify import Report
from services.invoice_service.composition import transactions_on
from services.invoice_service.messaging.book_checker import BookChecker
from shared.postgres.pool import open_pool


async def die() -> Report:
    """Be killed here and now."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


async def main(url: str, lease: str) -> None:
    """Check, and die of it."""
    pool = await open_pool(url, application_name="dying", max_size=2)
    await BookChecker(transactions_on(pool), die, lease_seconds=float(lease)).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
