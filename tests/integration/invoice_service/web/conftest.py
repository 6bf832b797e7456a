from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from services.invoice_service.api import passwords
from tests.integration.invoice_service.invoices.shop import Shop, open_shop
from tests.integration.invoice_service.web.people import People
from tests.support.invoicing import make_database
from tests.support.postgres import PrivatePostgres


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """One shop for all tests of a module: each makes customers, jobs and invoices of its own."""
    async with open_shop(await make_database(postgres), tmp_path_factory.mktemp("documents")) as opened:
        yield opened


@pytest.fixture(scope="module", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing: what they cost is argon2's affair, not that of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", quick)
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(shop: Shop) -> AsyncIterator[People]:
    """Users of the shop, each in a browser of their own."""
    async with People(shop) as everybody:
        yield everybody
