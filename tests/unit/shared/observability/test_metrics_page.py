"""`/metrics`: every instrument, and whether what the process needs holds now."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from prometheus_client.parser import text_string_to_metric_families

from shared.observability import health
from shared.observability.health import metrics


def told(response: web.Response) -> dict[str, float]:
    families = text_string_to_metric_families(str(response.text))
    (ready,) = (family for family in families if family.name == "factures_ready")
    return {sample.labels["check"]: sample.value for sample in ready.samples}


async def test_each_check_is_asked_at_each_scrape() -> None:
    state = {"a database": True}

    async def database() -> bool:
        return state["a database"]

    async def broken() -> bool:
        raise OSError("gone")

    page = metrics({"a database": database, "a bus": broken})
    first = told(await page(make_mocked_request("GET", "/metrics")))
    state["a database"] = False
    second = told(await page(make_mocked_request("GET", "/metrics")))

    assert (first["a database"], first["a bus"]) == (1, 0)
    assert (second["a database"], second["a bus"]) == (0, 0)


async def test_a_check_that_does_not_answer_does_not_hold_up_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "_CHECK_SECONDS", 0.01)

    async def never() -> bool:
        await asyncio.Event().wait()
        return True

    answer = await metrics({"a silent one": never})(make_mocked_request("GET", "/metrics"))

    assert told(answer)["a silent one"] == 0
