"""What must hold of a deployment whatever befell it: nothing is lost, nothing is doubled, the books close."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from decimal import Decimal
from email import message_from_bytes
from typing import Any

from tests.support.bus_tap import BusTap, Seen
from tests.support.deployment import Deployment
from tests.support.shop_client import Json, ShopClient

_PAUSE_SECONDS = 0.1
_PATIENCE_SECONDS = 60
_OPEN_STATES = ("pending", "failed", "uncertain")
# How often each of these is said of one invoice, at most.
_ONCE = ("events.invoice.created.v1", "events.invoice.finalized.v1", "events.invoice.transferred.v1")


async def eventually(
    describe: str, look: Callable[[], Awaitable[Any]], *, seconds: float = _PATIENCE_SECONDS
) -> None:
    """Wait until `look` finds nothing that is in the way.

    Raises:
        AssertionError: it still does after `seconds`; the error says what.
    """
    deadline = time.monotonic() + seconds
    while found := await look():
        assert time.monotonic() < deadline, f"{describe} after {seconds:g} s: {found}"
        await asyncio.sleep(_PAUSE_SECONDS)


async def assert_books_close(factures: Deployment, shop: ShopClient, tap: BusTap) -> list[Json]:
    """Wait until everything is done, then check numbers, ledger, mails and messages. Returns the invoices."""
    await eventually("messages in the outbox", factures.outbox)
    await eventually("messages in queues", tap.waiting)
    await eventually("invoices with work left", lambda: _unsettled(shop))
    await eventually("e-mails under way", lambda: _emails_under_way(shop))
    # What ended last may have said something more.
    await eventually("messages in the outbox", factures.outbox)
    await eventually("messages in queues", tap.waiting)
    assert (await shop.get("/parked-messages"))["data"] == []
    invoices = await _invoices(shop)
    _assert_numbers(invoices)
    _assert_ledger_files(factures, invoices)
    await _assert_mails(factures, shop, invoices)
    _assert_told_once(await tap.read(), invoices)
    assert "no findings" in await asyncio.to_thread(factures.verify)
    return invoices


async def assert_ledger_agrees(factures: Deployment, invoices: list[Json]) -> None:
    """What accounting exports, and `bean-check`, agree with the invoices."""
    booked, checked = await asyncio.gather(
        asyncio.to_thread(factures.ledger_export), asyncio.to_thread(factures.check_ledger)
    )
    entries = [(entry["invoice_id"], entry["number"], Decimal(entry["total"])) for entry in booked]
    finals = [(one["id"], one["final_number"], Decimal(one["total"])) for one in _finals(invoices)]
    assert sorted(entries) == sorted(finals)
    assert checked["accepted"], checked["errors"]


async def _invoices(shop: ShopClient) -> list[Json]:
    page = await shop.get("/invoices?status=all&limit=200")
    assert page["next"] is None, "more invoices than one page holds"
    found: list[Json] = page["data"]
    return found


async def _unsettled(shop: ShopClient) -> list[Any]:
    return [
        (invoice["number"], invoice["status"], {axis: invoice[axis]["state"] for axis in axes})
        for invoice in await _invoices(shop)
        for axes in [("rendering", "delivery", "transfer")]
        if invoice["status"] == "final_ready" or any(invoice[axis]["state"] in _OPEN_STATES for axis in axes)
    ]


async def _emails_under_way(shop: ShopClient) -> list[Any]:
    """No axis tells of the e-mails of a pro forma once it is final: the history does."""
    return [
        (invoice["number"], email["id"], email["state"])
        for invoice in await _invoices(shop)
        for email in (await shop.get(f"/invoices/{invoice['number']}/emails"))["data"]
        if email["state"] in ("prepared", "sending")
    ]


def _finals(invoices: list[Json]) -> list[Json]:
    return [invoice for invoice in invoices if invoice["final_number"]]


def _assert_numbers(invoices: list[Json]) -> None:
    """The numbers of each series are 1 to N."""
    series: dict[str, list[int]] = {}
    for invoice in _finals(invoices):
        prefix, number = invoice["final_number"][:-5], invoice["final_number"][-5:]
        series.setdefault(prefix, []).append(int(number))
    for prefix, numbers in series.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), f"series {prefix!r}"


def _assert_ledger_files(factures: Deployment, invoices: list[Json]) -> None:
    """Each final has one file in the ledger, which it names; no other file is there."""
    files = factures.ledger.glob("books/*/*.beancount")
    assert sorted(str(file.relative_to(factures.ledger)) for file in files) == sorted(
        one["transfer"]["external_id"] for one in _finals(invoices)
    )


async def _assert_mails(factures: Deployment, shop: ShopClient, invoices: list[Json]) -> None:
    """Every e-mail that was asked for has left: once, or twice and it is known."""
    copies = Counter(str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in factures.mails)
    for invoice in invoices:
        for email in (await shop.get(f"/invoices/{invoice['number']}/emails"))["data"]:
            seen = copies.pop(email["message_id"], 0)
            states = {recipient["state"] for recipient in email["recipients"]}
            what = f"{invoice['number']}: {seen} copies, {email['state']}, {states}"
            assert (email["state"], states) == ("sent", {"sent"}), what
            assert seen == 1 or (seen == 2 and email["possible_duplicate"]), what
    assert not copies, f"mails that nobody asked for: {copies}"


def _assert_told_once(seen: list[Seen], invoices: list[Json]) -> None:
    """Each thing that happened was told under one identity, however often that was delivered."""
    identities = {message.identity: message for message in seen}.values()
    told = Counter((message.type, message.body["data"].get("invoice_id")) for message in identities)
    for invoice in invoices:
        final = bool(invoice["final_number"])
        for type_, count in zip(_ONCE, (1, final, final), strict=True):
            assert told[type_, invoice["id"]] == count, (type_, invoice["number"])
        assert told["commands.accounting.transfer.v1", invoice["id"]] == final, invoice["number"]
    emails = Counter(
        message.body["data"]["email_id"] for message in identities if message.type == "commands.email.send.v1"
    )
    assert set(emails.values()) <= {1}, emails
