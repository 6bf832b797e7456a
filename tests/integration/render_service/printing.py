"""Prints snapshots with the service's own processes."""

import asyncio
from collections.abc import Iterable

from services.render_service.engine.pool import Pool
from services.render_service.samples import logo_of
from shared.contracts.values import DocumentSnapshot
from tests.integration.render_service.documents import ROOMY


async def print_all(snapshots: Iterable[DocumentSnapshot]) -> list[bytes]:
    """Their PDFs, from two processes."""
    async with Pool.running(ROOMY, size=2) as pool:
        return await asyncio.gather(*(pool.render(snapshot, logo_of(snapshot)) for snapshot in snapshots))
