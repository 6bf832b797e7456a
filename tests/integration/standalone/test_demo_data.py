"""The invented shop: whole, told once, and its books close."""

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from services.standalone.books import books_close
from services.standalone.composition import Standalone, standalone
from services.standalone.settings import StandaloneSettings


def _settings(folder: Path) -> StandaloneSettings:
    return StandaloneSettings(port=0, data=folder, demo=True)


async def _all(running: Standalone, path: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {running.admin_key}"}
    async with (
        ClientSession(headers=headers) as session,
        session.get(f"{running.address}/api/v1{path}") as reply,
    ):
        assert reply.status == 200
        found: list[dict[str, Any]] = (await reply.json())["data"]
        return found


async def _settled(running: Standalone) -> list[dict[str, Any]]:
    """All invoices, once no worker has anything left to do."""
    async with asyncio.timeout(90):
        while True:
            invoices = await _all(running, "/invoices?status=all&limit=200")
            states = {invoice[axis]["state"] for invoice in invoices for axis in ("delivery", "transfer")}
            if "pending" not in states:
                return invoices
            await asyncio.sleep(0.1)


async def test_three_years_of_a_shop_told_once(postgres_folder: Path) -> None:
    async with standalone(_settings(postgres_folder)) as running:
        assert running.demonstrates
        invoices = await _settled(running)
        assert len(invoices) == 80
        assert len(await _all(running, "/customers?limit=200")) == 40
        assert len(await _all(running, "/jobs?limit=200")) == 60
        statuses = {invoice["status"] for invoice in invoices}
        assert statuses == {"proforma_draft", "proforma_sent", "final_ready", "final_sent"}
        assert {invoice["kind"] for invoice in invoices} == {"invoice", "credit_note"}
        assert len({invoice["date"][:4] for invoice in invoices}) >= 3
        finals = sorted((one["final_number"], one["date"]) for one in invoices if one["final_number"])
        assert [date for _, date in finals] == sorted(date for _, date in finals)
        assert await books_close(running.invoice, running.accounting) == []
        told = [(invoice["number"], invoice["version"]) for invoice in invoices]
    async with standalone(_settings(postgres_folder)) as running:
        again = await _all(running, "/invoices?status=all&limit=200")
        assert [(invoice["number"], invoice["version"]) for invoice in again] == told


async def test_without_it_a_shop_is_empty(postgres_folder: Path) -> None:
    async with standalone(StandaloneSettings(port=0, data=postgres_folder)) as running:
        assert not running.demonstrates
        assert await _all(running, "/customers") == []
