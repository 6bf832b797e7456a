"""Each process shows what it measures, where Prometheus finds it."""

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.deployment import Deployment
from tests.support.shop_client import ShopClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHECKS = {
    "api": {"database", "serving"},
    "relay": {"database", "bus"},
    "consumer": {"database", "bus"},
    "render": {"bus", "documents", "render_consumers"},
    "mailer": {"bus", "consumer", "database", "documents"},
    "accounting": {"bus", "consumer", "database"},
}
# What each measures beside what all do; of each at least one series, from its start or from the shop's opening.
TOLD = {
    "api": {"factures_http_request_seconds", "factures_database_connections"},
    "relay": {"factures_outbox_messages", "factures_outbox_oldest_seconds", "factures_parked_messages"},
    "consumer": {"factures_database_connections_limit"},
    "render": {"factures_render_seconds", "factures_render_pages"},
    "mailer": {"factures_database_wait_seconds"},
    "accounting": {"factures_database_wait_seconds"},
}


async def test_every_process_tells_what_it_measures(factures: Deployment, shop: ShopClient) -> None:
    await shop.get("/settings")
    async with aiohttp.ClientSession() as session:
        for service in factures.services:
            families = {
                family.name: family.samples
                for family in text_string_to_metric_families(await service.metrics(session))
            }
            ready = {sample.labels["check"]: sample.value for sample in families["factures_ready"]}
            assert ready == dict.fromkeys({"start", *CHECKS[service.name]}, 1.0)
            told = {name for name, samples in families.items() if samples}
            assert TOLD[service.name] - told == set(), service.name
            assert "process_resident_memory_bytes" in told
