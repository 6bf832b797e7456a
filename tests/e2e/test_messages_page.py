"""Every snippet of docs/messages.md runs, against all of Factures: as a production system, and as a listener."""

import asyncio
import json
import re
import shlex
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from shared.bus.rabbitmq.reference.files import PAGE
from tests.support.books import eventually
from tests.support.bus_tap import BusTap
from tests.support.deployment import Deployment
from tests.support.messages_page import run_snippet, snippet, write_completion
from tests.support.processes import clean_environment
from tests.support.shop_client import ShopClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

_SECONDS = 30
_PERMISSIONS = re.compile(r"^rabbitmqctl set_permissions .*$", re.MULTILINE)


@contextmanager
def user(factures: Deployment, name: str) -> Iterator[str]:
    """The address for a user of the broker with the permissions that the page tells to give."""
    (line,) = [line for line in _PERMISSIONS.findall(PAGE.read_text(encoding="utf-8")) if f" {name} " in line]
    *_, configure, write, read = shlex.split(line)
    manage, password = factures.broker.manage, uuid.uuid4().hex
    manage("PUT", f"/users/{name}", {"password": password, "tags": ""})
    try:
        permissions = {"configure": configure, "write": write, "read": read}
        manage("PUT", f"/permissions/%2F/{name}", permissions)
        address = urlsplit(factures.broker.url())
        yield urlunsplit(address._replace(netloc=f"{name}:{password}@{address.hostname}:{address.port}"))
    finally:
        manage("DELETE", f"/users/{name}")


async def test_a_completion_is_published_as_the_page_says(
    factures: Deployment, shop: ShopClient, tap: BusTap, tmp_path: Path
) -> None:
    event = write_completion(tmp_path, "D-2101")
    publish = [sys.executable, "-c", snippet("python", "aio_pika.Message")]

    with user(factures, "mis") as address:
        for _ in range(2):
            done = await asyncio.to_thread(run_snippet, publish, tmp_path, AMQP_URL=address)
            assert done.returncode == 0, done.stderr

    number = await shop.invoice_of("D-2101")
    assert (await shop.get(f"/invoices/{number}"))["subtotal"] == "15852.65"
    published = [one for one in await tap.read() if one.body["id"] == event["id"]]
    assert [(one.body, one.message_id, one.persistent) for one in published] == [
        (event, event["id"], True)
    ] * 2
    assert len((await shop.get("/jobs/D-2101"))["invoices"]) == 1


async def test_its_user_publishes_nothing_else(factures: Deployment, tmp_path: Path) -> None:
    write_completion(tmp_path, "D-2102")
    publish = snippet("python", "aio_pika.Message").replace('"production"', '"commands"')
    arguments = [sys.executable, "-c", publish]

    with user(factures, "mis") as address:
        done = await asyncio.to_thread(run_snippet, arguments, tmp_path, AMQP_URL=address)

    assert done.returncode != 0
    assert "ACCESS_REFUSED" in done.stderr


async def test_a_completion_is_posted_as_the_page_says(
    factures: Deployment, shop: ShopClient, tmp_path: Path
) -> None:
    event = write_completion(tmp_path, "D-2103")
    key = (await shop.call("POST", "/keys", {"name": "mis", "role": "integration"}))["key"]
    post = ["sh", "-c", snippet("sh", "curl")]
    api = f"{factures.address}/api/v1"

    first = await asyncio.to_thread(run_snippet, post, tmp_path, API=api, KEY=key)
    again = await asyncio.to_thread(run_snippet, post, tmp_path, API=api, KEY=key)
    event["data"]["job"]["title"] = "Autre"
    (tmp_path / "completed.json").write_text(json.dumps(event), encoding="utf-8")
    other = await asyncio.to_thread(run_snippet, post, tmp_path, API=api, KEY=key)

    answer = json.loads(first.stdout)
    assert answer.keys() == json.loads(snippet("json", '"outcome"')).keys()
    assert (first.returncode, answer["outcome"]) == (0, "applied"), first
    assert answer["invoice"] == await shop.invoice_of("D-2103")
    assert json.loads(again.stdout)["outcome"] == "duplicate"
    assert (other.returncode, json.loads(other.stdout)["code"]) == (22, "conflicting_repeat")
    parked = [
        one for one in (await shop.get("/parked-messages"))["data"] if one["message"]["id"] == event["id"]
    ]
    for one in parked:
        await shop.call("DELETE", f"/parked-messages/{one['id']}")
    assert [one["kind"] for one in parked] == ["quarantined"]


async def test_a_listener_hears_of_invoices_as_the_page_says(
    factures: Deployment, shop: ShopClient, tmp_path: Path
) -> None:
    async with listening(factures, tmp_path) as listener:
        await eventually("the listener's queue", lambda: _no_queue(factures))
        await shop.call("PUT", "/jobs/D-2104", {"customer": "C-0153", **_JOB})
        made = await shop.call("POST", "/invoices", {"job": "D-2104"})
        await heard(listener, f"events.invoice.created.v1 {made['number']} {made['total']}\n")


_JOB = {
    "title": "Brochure",
    "ordered_quantity": "100",
    "unit_price": "1.25",
    "gl_account": "4444",
    "status": "completed",
}


async def heard(listener: asyncio.subprocess.Process, line: str) -> None:
    """Wait until the listener says this; before it comes what other tests did."""
    assert listener.stdout is not None
    async with asyncio.timeout(_SECONDS):
        while (said := (await listener.stdout.readline()).decode()) != line:
            assert said, "the listener ended"


async def _no_queue(factures: Deployment) -> bool:
    bound = await asyncio.to_thread(factures.broker.manage, "GET", "/bindings/%2F")
    return not any(
        one["source"] == "events" and one["destination"] == "statistics" for one in json.loads(bound)
    )


@asynccontextmanager
async def listening(factures: Deployment, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The listener of the page, running; its queue is gone afterwards: nothing would empty it."""
    with user(factures, "statistics") as address:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            snippet("python", "async def listen"),
            cwd=folder,
            env=clean_environment(folder, {"AMQP_URL": address}),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            process.kill()
            await process.communicate()
            factures.broker.manage("DELETE", "/queues/%2F/statistics")
