"""After the fire: wait until all is quiet, then read what everybody holds of the books."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from tests.e2e.documents import printed
from tests.support.bus_tap import Seen
from tests.support.deployment import Deployment
from tests.support.processes import ProcessFailed
from tests.support.service_logs import assert_nothing_private, read_logs
from tests.support.shop_client import Json, Refused, ShopClient

_LOOK_SECONDS = 0.5
_AT_ONCE = 8


@dataclass
class Books:
    """What each party holds. By default: nothing happened, and all agree."""

    invoices: list[Json] = field(default_factory=list)
    """As the API shows them, each in full."""
    emails: dict[str, list[Json]] = field(default_factory=dict)
    """By the id of their invoice: as the API shows them."""
    paper: dict[str, str] = field(default_factory=dict)
    """By final number: the text of the PDF that the API gives."""
    documents: Counter[str] = field(default_factory=Counter)
    """By the id of a final: how many documents are recorded for it."""
    ledger: list[Json] = field(default_factory=list)
    """The entries, as accounting exports them from the ledger itself."""
    mails: Counter[str] = field(default_factory=Counter)
    """By Message-ID: how many copies the mail server took."""
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By type and invoice: under how many identities it was said on the bus."""
    left: list[str] = field(default_factory=list)
    """What is not done: in the outbox, in queues, parked, half-way."""
    amiss: list[str] = field(default_factory=list)
    """What `bean-check` says of the ledger, and what no log should hold."""
    verify: str = "no findings"
    """What `factures verify` says."""


async def quiet(factures: Deployment, shop: ShopClient, *, until: float) -> list[str]:
    """Wait until nothing is under way. What still is at `until`, a moment of the monotonic clock."""
    while True:
        left = await _under_way(factures, shop)
        # What ended last may have said something more: twice in a row, or it only looks quiet.
        left = left or await _under_way(factures, shop)
        if not left or time.monotonic() > until:
            return left
        await asyncio.sleep(_LOOK_SECONDS)


async def _under_way(factures: Deployment, shop: ShopClient) -> list[str]:
    """Cheapest first: while the outbox is full nothing else is asked."""
    looks: tuple[Callable[[], Awaitable[list[str]]], ...] = (
        lambda: _outbox(factures),
        lambda: _queues(factures),
        lambda: _unfinished(shop),
    )
    for look in looks:
        if found := await look():
            return found
    return []


async def _outbox(factures: Deployment) -> list[str]:
    return [f"in the outbox: {type_}" for type_ in await factures.outbox()]


async def _queues(factures: Deployment) -> list[str]:
    return [f"in {queue}: {count} messages" for queue, count in (await factures.tap.waiting()).items()]


async def _unfinished(shop: ShopClient) -> list[str]:
    invoices = await all_invoices(shop)
    found = [
        f"{one['number']}: {one['status']}, {axis} {one[axis]['state']}"
        for one in invoices
        for axis in ("rendering", "delivery", "transfer")
        if one[axis]["state"] == "pending" or one["status"] == "final_ready"
    ]
    if found:
        return found
    emails = await _emails(shop, invoices)
    return [
        f"{number}: an e-mail is {email['state']}"
        for number, history in emails.items()
        for email in history
        if email["state"] in ("prepared", "sending")
    ]


async def all_invoices(shop: ShopClient) -> list[Json]:
    """Every invoice, as the list shows it."""
    found: list[Json] = []
    after = ""
    while True:
        page = await shop.get(f"/invoices?status=all&limit=200{after}")
        found += page["data"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


async def read_books(factures: Deployment, shop: ShopClient, left: list[str]) -> Books:
    """Ask everybody."""
    listed = await all_invoices(shop)
    invoices = await _each(listed, lambda one: shop.get(f"/invoices/{one['id']}"))
    finals = [one for one in invoices if one["final_number"]]
    pdfs = await _each(finals, lambda one: _pdf(shop, one["final_number"]))
    ledger = await asyncio.to_thread(factures.ledger_export)
    parked = (await shop.get("/parked-messages"))["data"]
    return Books(
        invoices=invoices,
        emails=await _emails(shop, invoices),
        paper={
            one["final_number"]: await asyncio.to_thread(printed, pdf)
            for one, pdf in zip(finals, pdfs, strict=True)
            if pdf is not None
        },
        documents=await factures.documents_of_finals(),
        ledger=ledger,
        mails=Counter(str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in factures.mails),
        told=_told(await factures.tap.read()),
        left=left + [f"parked: {one['kind']}, {one['reason']}" for one in parked],
        amiss=await asyncio.to_thread(_amiss, factures),
        verify=await asyncio.to_thread(_verified, factures),
    )


async def _pdf(shop: ShopClient, number: str) -> bytes | None:
    """The PDF; None when there is none to be had, which the verdict tells."""
    try:
        return await shop.pdf(number)
    except Refused:
        return None


async def _emails(shop: ShopClient, invoices: list[Json]) -> dict[str, list[Json]]:
    histories = await _each(invoices, lambda one: shop.get(f"/invoices/{one['id']}/emails"))
    return {one["id"]: history["data"] for one, history in zip(invoices, histories, strict=True)}


async def _each(things: list[Json], ask: Callable[[Json], Awaitable[Any]]) -> list[Any]:
    """The answers, in order; some are asked for at once."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(thing: Json) -> Any:  # noqa: ANN401 - whatever is asked for
        async with gate:
            return await ask(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))


def _told(seen: list[Seen]) -> Counter[tuple[str, str]]:
    identities = {message.identity: message for message in seen}.values()
    return Counter((one.type, str(one.body["data"].get("invoice_id"))) for one in identities)


def _amiss(factures: Deployment) -> list[str]:
    checked = factures.check_ledger()
    found = [] if checked["accepted"] else [f"bean-check: {checked['errors']}"]
    try:
        read_logs(factures)
        assert_nothing_private(factures)
    except AssertionError as error:
        found.append(str(error))
    return found


def _verified(factures: Deployment) -> str:
    try:
        return factures.verify()
    except ProcessFailed as failed:
        return str(failed)
