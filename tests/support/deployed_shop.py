"""The fixtures of the tests that run all of Factures: a deployment with a shop in it, a client, a tap on the bus.

A package's `conftest.py` imports them; the deployment is then shared by that package's tests.
"""

from collections.abc import AsyncIterator, Generator

import pytest
import pytest_asyncio

from tests.support.bus_tap import BusTap
from tests.support.deployment import Deployment, deployed
from tests.support.shop_client import ShopClient, shop_client

# They assert for the tests: say as much as a test would when one fails.
pytest.register_assert_rewrite("tests.support.books", "tests.support.service_logs")

__all__ = ["factures", "pytest_runtest_makereport", "shop", "tap"]


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def factures() -> AsyncIterator[Deployment]:
    """All services, up, with the shop of the story declared; each test leaves them up."""
    async with deployed() as deployment:
        async with shop_client(deployment.address, deployment.admin_key) as client:
            await client.open_shop()
        yield deployment


@pytest.fixture(scope="package")
def tap(factures: Deployment) -> BusTap:
    """Every message that was ever on its bus."""
    return factures.tap


@pytest_asyncio.fixture(loop_scope="session")
async def shop(factures: Deployment) -> AsyncIterator[ShopClient]:
    """A client with the administrator's key."""
    async with shop_client(factures.address, factures.admin_key) as client:
        yield client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the services wrote last beside a failure."""
    report = yield
    deployment = getattr(item, "funcargs", {}).get("factures")
    if report.failed and isinstance(deployment, Deployment):
        report.sections.extend((f"log of {service.name}", service.tail()) for service in deployment.services)
    return report
