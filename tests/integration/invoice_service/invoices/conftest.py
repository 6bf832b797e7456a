from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.invoice_service.invoices.shop import Shop, open_shop
from tests.support.invoicing import make_database
from tests.support.postgres import PrivatePostgres


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """One shop for all tests of a module: each makes customers, jobs and invoices of its own."""
    async with open_shop(await make_database(postgres), tmp_path_factory.mktemp("documents")) as opened:
        yield opened
