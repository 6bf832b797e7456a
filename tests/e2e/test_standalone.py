"""The first run, and the small shop: everything in one process, on a data folder that outlives any death of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from tests.support.bus_tap import completion
from tests.support.own_forms import own_form
from tests.support.ports import stable_port
from tests.support.processes import ServiceProcess, run_command
from tests.support.shop_client import ShopClient, delivered, settled, shop_client

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY = "fk_standalone-of-the-tests"
JOB = {"number": "D-1", "title": "Affiche", "ordered_quantity": "1", "unit_price": "100.00"}


class Standalone:
    """A standalone on a port and a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        port = stable_port()
        self.address = f"http://127.0.0.1:{port}"
        self.management_port = stable_port()
        self.settings = {
            "PORT": str(port),
            "MANAGEMENT_PORT": str(self.management_port),
            "FACTURES_DATA": str(self.data),
            "FACTURES_ADMIN_KEY": KEY,
            "RENDER_TEMPLATES_FOLDER": str(own_form(folder / "forms", "ours-1").parent),
        }
        self.process = ServiceProcess(
            "standalone", ["services.standalone", "run"], self.settings, folder, port=port
        )

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process.start()
        await self.process.ready()


@pytest_asyncio.fixture(loop_scope="session")
async def standalone(postgres_folder: Path) -> AsyncIterator[Standalone]:
    running = Standalone(postgres_folder)
    try:
        await running.start()
        yield running
    finally:
        if running.process.running():
            await running.process.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def client(standalone: Standalone) -> AsyncIterator[ShopClient]:
    async with shop_client(standalone.address, KEY) as client:
        yield client


async def told(standalone: Standalone, client: ShopClient) -> set[str]:
    """The metrics that its management port shows with a value."""
    address = f"http://127.0.0.1:{standalone.management_port}/metrics"
    async with client.session.get(address) as response:
        families = text_string_to_metric_families(await response.text())
        return {family.name for family in families if family.samples}


async def refuses_a_second_start(standalone: Standalone) -> None:
    settings = {**standalone.settings, "PORT": str(stable_port())}

    second = await asyncio.to_thread(
        run_command, ["services.standalone", "run"], home=standalone.folder, settings=settings
    )

    assert second.returncode == 1
    assert f"in use by process {standalone.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


async def test_the_data_outlive_a_stop_and_a_kill_and_belong_to_one_process(
    standalone: Standalone, client: ShopClient
) -> None:
    await client.open_shop()
    # A form of the shop's own can be chosen, for it is in the folder, and prints.
    await client.call("PATCH", "/settings", {"template": "ours-1"})
    received = await client.call("POST", "/job-completions", completion(JOB, message_id="mis-1"))
    final = await client.finalize(received["invoice"])
    final = await client.until(final["number"], settled)
    # One process does it all, and so it measures it all.
    assert {"factures_renders", "factures_transfers", "factures_message_lag_seconds", "factures_ready"} <= (
        await told(standalone, client)
    )
    paper = await client.pdf("00001")
    await refuses_a_second_start(standalone)

    assert await standalone.process.stop() == 0
    await standalone.start()

    assert await client.get("/invoices/00001") == final
    assert await client.pdf("00001") == paper
    received = await client.call(
        "POST", "/job-completions", completion({**JOB, "number": "D-2"}, message_id="mis-2")
    )
    await client.send("00001")
    await client.finalize(received["invoice"])

    standalone.process.kill()
    await standalone.start()

    assert (await client.until("00001", delivered))["total"] == "114.98"
    assert (await client.until("00002", settled))["total"] == "114.98"
    history = (await client.get("/invoices/00001/emails"))["data"]
    copies = list((standalone.data / "mail").glob("*.eml"))
    assert len(copies) == 1 or history[0]["possible_duplicate"]
    books = sorted(path.stem for path in (standalone.data / "ledger").glob("books/*/*.beancount"))
    assert books == ["00001", "00002"]


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "grand livre"), pytest.param("en", "ledger", marks=pytest.mark.long)]
)
async def test_the_demo_plays_the_whole_story(postgres_folder: Path, language: str, said: str) -> None:
    output = postgres_folder / "demo"

    done = await asyncio.to_thread(
        run_command,
        ["services.standalone", "demo", "--lang", language, "--output", str(output)],
        home=postgres_folder,
        settings={},
        seconds=100,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert said in done.stdout
    assert {path.name for path in output.iterdir()} >= {"PF-0001.pdf", "00001.pdf", "mail", "ledger"}
