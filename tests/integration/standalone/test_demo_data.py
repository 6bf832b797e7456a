"""The invented shop: three years of it, told once whatever happens, and its books close."""

import asyncio
import datetime as dt
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.standalone.books import books_close
from services.standalone.composition import Standalone, standalone
from services.standalone.demo_data.marker import demonstration_in
from services.standalone.demo_data.plan import happenings, numbers_of
from services.standalone.demo_data.recent_bills import DELETIONS
from services.standalone.demo_data.reference import SETTINGS
from services.standalone.settings import StandaloneSettings
from tests.support.killed_process import LAST_WORDS
from tests.support.processes import ServiceProcess
from tests.support.shop_client import ShopClient, shop_client
from tests.support.waiting import until

# A start, and some eighty documents, mails and transfers, on a machine that has other things to do.
pytestmark = pytest.mark.timeout(300)

Json = dict[str, Any]
STATUSES = {"proforma_draft", "proforma_sent", "final_ready", "final_sent"}
# Decided, and nothing done yet; in the middle of a month; in the last one; all done, and not written down.
DEATHS = (
    "after services.standalone.composition:keep",
    "before services.standalone.demo_data.plan:_close_doors",
    "before services.standalone.demo_data.plan:delete_invoice",
    "after services.standalone.composition:fill",
)
JOB_STATUSES = {
    "pending_launch",
    "in_production",
    "production_complete",
    "shipped",
    "invoiced",
    "completed",
    "cancelled",
}


@asynccontextmanager
async def started(folder: Path, *, demo: bool) -> AsyncIterator[tuple[Standalone, ShopClient]]:
    settings = StandaloneSettings(port=0, data=folder / "data", demo=demo)
    async with standalone(settings) as running, shop_client(running.address, running.admin_key) as client:
        yield running, client


async def every(client: ShopClient, path: str) -> list[Json]:
    answer = await client.get(path)
    assert answer["next"] is None
    return list(answer["data"])


async def settled_invoices(client: ShopClient) -> list[Json]:
    """All invoices, once no worker has anything left to do, in the order of their dates and numbers."""
    async with asyncio.timeout(240):
        while True:
            invoices = await every(client, "/invoices?status=all&limit=200&sort=date,number")
            axes = [one[axis]["state"] for one in invoices for axis in ("rendering", "delivery", "transfer")]
            if "pending" not in axes:
                return invoices
            await asyncio.sleep(0.1)


def gist(invoices: list[Json]) -> list[tuple[str, ...]]:
    return [(one["number"], one["date"], one["customer"], one["total"], one["status"]) for one in invoices]


async def check_books(running: Standalone, invoices: list[Json]) -> None:
    finals = [one for one in invoices if one["final_number"]]
    by_number = sorted(finals, key=lambda one: str(one["final_number"]))
    assert [one["final_number"] for one in by_number] == [f"{n:05}" for n in range(1, len(finals) + 1)]
    assert [one["date"] for one in by_number] == sorted(one["date"] for one in finals)
    assert await books_close(running.invoice, running.accounting) == []


def check_whole(invoices: list[Json]) -> None:
    """Each bill and credit of the plan stands there once."""
    planned = numbers_of(happenings(dt.datetime.now(dt.UTC).date()))
    deleted = {planned[row.of] for row in DELETIONS}
    assert sorted(one["proforma_number"] for one in invoices) == sorted({*planned.values()} - deleted)
    assert len(invoices) == 80


async def test_three_years_of_a_shop_told_once(postgres_folder: Path) -> None:
    async with started(postgres_folder, demo=True) as (running, client):
        assert running.demonstrates
        invoices = await settled_invoices(client)
        check_whole(invoices)
        check_variety(invoices)
        await check_dates(client, invoices)
        await check_people_and_jobs(client)
        await check_mails(running, client, invoices)
        await check_books(running, invoices)

    async with started(postgres_folder, demo=True) as (running, client):
        assert gist(await settled_invoices(client)) == gist(invoices)
        assert len(await every(client, "/customers?limit=200")) == 40
        assert running.demonstrates


def check_variety(invoices: list[Json]) -> None:
    assert {one["status"] for one in invoices} == STATUSES
    assert {(one["kind"], one["status"]) for one in invoices} >= {
        ("credit_note", status) for status in STATUSES - {"final_ready"}
    }
    failed = [one for one in invoices if one["transfer"]["state"] == "failed"]
    assert {one["status"] for one in failed} == {"final_ready"}
    assert {one["transfer"]["reason"]["code"] for one in failed} == {"no_connector"}
    assert all(one["available_actions"]["retry_transfer"]["enabled"] for one in failed)
    assert {one["transfer"]["connector"] for one in invoices if one["transfer"]["state"] == "succeeded"} == {
        "none",
        "beancount",
    }
    assert {one["currency"] for one in invoices} == {"CAD", "USD"}
    assert {one["language"] for one in invoices} == {"fr", "en"}
    assert {tax["code"] for one in invoices for tax in one["taxes"]} == {"TPS", "TVQ", "TVH-ON", "TVH-NS"}
    assert {line["kind"] for one in invoices for line in one["lines"]} == {
        "job",
        "product",
        "gl",
        "extra_charge",
        "text",
    }
    assert sum(one["hold"] is not None for one in invoices) == 2
    assert sum(one["favourite"] for one in invoices) == 4
    assert sum(one["note"] is not None for one in invoices) >= 5
    assert sum(len(one["jobs"]) > 1 for one in invoices) == 3
    assert any(one["sold_to"]["code"] != one["bill_to"]["code"] for one in invoices)
    assert "over_ordered" in {warning["code"] for one in invoices for warning in one["warnings"]}
    credited = {one["credited_invoice"] for one in invoices if one["credited_invoice"]}
    assert len(credited) == sum(one["kind"] == "credit_note" for one in invoices) == 7


async def check_dates(client: ShopClient, invoices: list[Json]) -> None:
    """From three years ago to today, each at the time that its trail tells."""
    first, last = (dt.date.fromisoformat(invoices[at]["date"]) for at in (0, -1))
    assert 1060 < (last - first).days < 1096
    assert abs((dt.datetime.now(dt.UTC).date() - last).days) <= 1
    trail = await every(client, f"/invoices/{invoices[0]['number']}/audit")
    finalized = [entry["at"][:10] for entry in trail if entry["action"] == "invoice.finalized"]
    assert finalized == [invoices[0]["date"]]


async def check_people_and_jobs(client: ShopClient) -> None:
    customers = await every(client, "/customers?limit=200")
    assert len(customers) == 40
    assert sum(one["prospect"] for one in customers) == 2
    assert sum(not one["active"] for one in customers) == 2
    jobs = await every(client, "/jobs?limit=200")
    assert len(jobs) == 60
    assert {one["status"] for one in jobs} == JOB_STATUSES
    waiting = [one for one in jobs if one["status"] == "production_complete"]
    assert any(one["billed_quantity"] == "0" for one in waiting)
    # What was spoiled and credited is not to be billed again: the work list has no old leftovers.
    assert {one["number"] for one in jobs if one["remaining_quantity"] != "0"} >= {"D-1039"}
    assert all(one["remaining_quantity"] == "0" for one in jobs if one["status"] in ("invoiced", "completed"))
    assert any(0 < int(one["billed_quantity"]) < int(one["ordered_quantity"]) for one in jobs)
    assert any(int(one["billed_quantity"]) > int(one["ordered_quantity"]) for one in jobs)
    assert {one["role"] for one in await every(client, "/users")} == {"admin", "accountant", "biller"}


async def check_mails(running: Standalone, client: ShopClient, invoices: list[Json]) -> None:
    deliveries = Counter(
        (one["delivery"]["state"], (one["delivery"]["reason"] or {}).get("code")) for one in invoices
    )
    assert deliveries["failed", "refused"] == deliveries["succeeded", "partly"] == 1
    notices = await every(client, "/notifications")
    assert sorted(one["code"] for one in notices) == ["email_failed", "partly"]
    mails = 0
    for one in invoices:
        history = await every(client, f"/invoices/{one['number']}/emails")
        mails += sum(mail["state"] in ("sent", "partly") for mail in history)
    assert mails > 60
    # Besides them one list of what went wrong is mailed, a minute after the start.
    await until(lambda: len(to_customers(running)) >= mails)
    assert len(to_customers(running)) == mails


def to_customers(running: Standalone) -> list[Path]:
    """The mails but for those to the shop itself."""
    alerted = f"To: {SETTINGS['alert_email']}"
    return [file for file in running.mailbox.files() if alerted not in file.read_text(errors="replace")]


@pytest.mark.long
async def test_deaths_on_the_way_leave_no_gap_and_nothing_twice(postgres_folder: Path) -> None:
    environment = {"PORT": "0", "FACTURES_DATA": str(postgres_folder / "data")}
    process = ServiceProcess(
        "standalone", ["services.standalone", "run", "--demo"], environment, postgres_folder, port=1
    )
    for point in DEATHS:
        process.start(killed=point)
        assert await process.ended() == -signal.SIGKILL, process.tail()
        assert LAST_WORDS in process.tail().splitlines()[-1]
        assert point in process.tail().splitlines()[-1]

    # Nobody asks for it any more, and it was begun.
    async with started(postgres_folder, demo=False) as (running, client):
        invoices = await settled_invoices(client)
        check_whole(invoices)
        check_variety(invoices)
        await check_people_and_jobs(client)
        await check_books(running, invoices)
    told = demonstration_in(postgres_folder / "data")
    assert told is not None
    assert told.complete


async def test_a_shop_that_is_there_is_left_alone(postgres_folder: Path) -> None:
    for demo in (False, True):
        async with started(postgres_folder, demo=demo) as (running, client):
            assert not running.demonstrates
            assert await every(client, "/customers") == []
    assert demonstration_in(postgres_folder / "data") is None
