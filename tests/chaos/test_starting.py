"""Everything is started in the worst order: the services first, then what they stand on."""

import asyncio
from http import HTTPStatus

import aiohttp
import pytest

from tests.support.billing import billed, drafted
from tests.support.books import assert_books_close, eventually
from tests.support.deployment import Deployment, deployed
from tests.support.shop_client import shop_client

pytestmark = pytest.mark.long


async def unanswered(factures: Deployment, question: str, wanted: int) -> list[str]:
    """The services that don't answer so."""
    async with aiohttp.ClientSession() as session:
        asked = [service.answer(question, session) for service in factures.services]
        answers = await asyncio.gather(*asked)
    pairs = zip(factures.services, answers, strict=True)
    return [service.name for service, answer in pairs if answer != wanted]


async def test_services_that_are_started_first_wait_and_begin() -> None:
    async with deployed() as factures, shop_client(factures.address, factures.admin_key) as shop:
        await shop.open_shop()
        for service in factures.services:
            service.kill()
        await factures.postgres.kill()
        factures.broker.kill()

        for service in factures.services:
            service.start()
        await eventually("not alive", lambda: unanswered(factures, "livez", HTTPStatus.OK))
        assert await unanswered(factures, "readyz", HTTPStatus.SERVICE_UNAVAILABLE) == []
        pids = [service.pid for service in factures.services]
        await factures.postgres.start()
        await factures.broker.restart()
        await factures.ready()

        await billed(shop, await drafted(factures, shop, "D-FIRST"))
        await assert_books_close(factures, shop, factures.tap)
        assert [service.pid for service in factures.services if service.running()] == pids
