"""The fixtures of the tests that run all of Factures: a deployment with a shop in it, a client, a tap on the bus.

One deployment serves all such tests of a process of tests: it takes ten seconds to come up. So each test bills
jobs of its own, and leaves everything up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    # Imported when they are needed: most runs of tests deploy nothing.
    from collections.abc import AsyncIterator, Generator

    from tests.support.bus_tap import BusTap
    from tests.support.deployment import Deployment
    from tests.support.shop_client import ShopClient

# They assert for the tests: say as much as a test would when one fails.
pytest.register_assert_rewrite("tests.support.books", "tests.support.service_logs")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _deployment() -> AsyncIterator[Deployment]:
    from tests.support.deployment import deployed
    from tests.support.shop_client import shop_client

    async with deployed() as deployment:
        async with shop_client(deployment.address, deployment.admin_key) as client:
            await client.open_shop()
        yield deployment


@pytest_asyncio.fixture(loop_scope="session")
async def factures(_deployment: Deployment) -> Deployment:
    """All services, up, with the shop of the story declared."""
    # Only a test that failed half-way leaves one dead; the next one must not fail for that.
    dead = [service for service in _deployment.services if not service.running()]
    await _deployment.restart(*dead)
    return _deployment


@pytest.fixture
def tap(factures: Deployment) -> BusTap:
    """Every message that was ever on its bus."""
    return factures.tap


@pytest_asyncio.fixture(loop_scope="session")
async def shop(factures: Deployment) -> AsyncIterator[ShopClient]:
    """A client with the administrator's key."""
    from tests.support.shop_client import shop_client

    async with shop_client(factures.address, factures.admin_key) as client:
        yield client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the services wrote last beside a failure."""
    report = yield
    deployment: Deployment | None = getattr(item, "funcargs", {}).get("factures")
    if report.failed and deployment is not None:
        report.sections.extend((f"log of {service.name}", service.tail()) for service in deployment.services)
    return report
