"""The main job, played through the public API as a client would, every step verified."""

import asyncio
import datetime as dt
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import aiohttp

from services.accounting_sync.check import check_ledger, find_bean_check
from services.standalone.books import books_close
from services.standalone.composition import Standalone, standalone
from services.standalone.settings import StandaloneSettings
from services.standalone.shop import CUSTOMER, JOB, REFERENCE_DATA, completion
from services.standalone.telling import Teller

_PATIENCE_SECONDS = 60
Json = dict[str, Any]


class StepFailed(Exception):
    """A step of the story did not end as it must."""


@dataclass(slots=True)
class Client:
    """A client of the public API: address and key, nothing else."""

    session: aiohttp.ClientSession
    address: str
    etag: str | None = field(default=None)

    async def call(self, method: str, path: str, body: Json | None = None, *, version: bool = False) -> Json:
        """One call; its JSON answer.

        Raises:
            StepFailed: the answer is no success.
        """
        headers = {"If-Match": self.etag} if version and self.etag else {}
        async with self.session.request(
            method, f"{self.address}/api/v1{path}", json=body, headers=headers
        ) as response:
            answer: Json = await response.json() if response.status != 204 else {}
            if response.status >= 300:
                raise StepFailed(f"{method} {path}: {response.status} {answer}")
            self.etag = response.headers.get("ETag", self.etag)
            return answer

    async def pdf(self, number: str) -> bytes:
        """The PDF of an invoice as it stands."""
        async with self.session.get(f"{self.address}/api/v1/invoices/{number}/pdf?wait=30") as response:
            if response.status != 200:
                raise StepFailed(f"PDF of {number}: {response.status} {await response.text()}")
            return await response.read()

    async def until(self, number: str, condition: Callable[[Json], bool]) -> Json:
        """The invoice, once a condition holds.

        Raises:
            StepFailed: it did not within a minute.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            invoice = await self.call("GET", f"/invoices/{number}")
            if condition(invoice):
                return invoice
            if time.monotonic() > deadline:
                raise StepFailed(
                    f"{number} is still {invoice['status']}, {invoice['delivery']}, {invoice['transfer']}"
                )
            await asyncio.sleep(0.05)


async def tell(output: Path, language: str) -> int:
    """Play the story in a folder of its own. Returns the exit code: 0 only if every step was verified."""
    started = time.monotonic()
    _empty(output)
    settings = StandaloneSettings(port=0, data=output / "data", admin_key=None, host="127.0.0.1", demo=False)
    teller = Teller(language)
    try:
        async with standalone(settings) as running:
            headers = {"Authorization": f"Bearer {running.admin_key}", "Accept-Language": language}
            async with aiohttp.ClientSession(headers=headers) as session:
                await _story(Client(session, running.address), running, teller, output)
    except StepFailed as error:
        teller.failed(str(error))
        return 1
    shutil.rmtree(output / "data")
    teller.ended(output, time.monotonic() - started)
    return 0


def _empty(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


async def _story(client: Client, running: Standalone, teller: Teller, output: Path) -> None:
    for path, body in REFERENCE_DATA:
        await client.call("PUT", path, body)
    await client.call(
        "PATCH", "/settings", {"default_receivable_account": "1100", "default_revenue_account": "4000"}
    )
    teller.step("shop", customer=CUSTOMER)

    now = dt.datetime.now(dt.UTC)
    received = await client.call("POST", "/job-completions", completion(now))
    expect(received["outcome"], "applied")
    expect(received["invoice"], "PF-0001")
    invoice = await client.call("GET", "/invoices/PF-0001")
    expect_totals(invoice, "15852.65", "792.63", "1581.30", "18226.58")
    teller.step("completed", job=JOB, number=invoice["number"], invoice=invoice)

    lines = {line["kind"]: line["id"] for line in invoice["lines"]}
    await client.call(
        "PATCH", f"/invoices/PF-0001/lines/{lines['job']}", {"po_number": "PO-12154"}, version=True
    )
    await client.call("DELETE", f"/invoices/PF-0001/lines/{lines['extra_charge']}", version=True)
    invoice = await client.call("GET", "/invoices/PF-0001")
    expect(invoice["lines"][0]["po_number"], "PO-12154")
    expect_totals(invoice, "15812.65", "790.63", "1577.31", "18180.59")
    teller.step("edited", invoice=invoice)

    _save(output / "PF-0001.pdf", await client.pdf("PF-0001"))
    teller.step("previewed", file=output / "PF-0001.pdf")

    await _send(client, "PF-0001")
    invoice = await client.until("PF-0001", lambda seen: seen["status"] == "proforma_sent")
    expect(invoice["delivery"]["state"], "succeeded")
    _expect_mail(running, "PF-0001", attachments=1)
    teller.step("emailed", invoice=invoice, mails=len(running.mailbox.files()))

    final = await client.call("POST", "/invoices/PF-0001/finalize")
    expect(final["number"], "00001")
    expect_totals(final, "15812.65", "790.63", "1577.31", "18180.59")
    teller.step("finalized", invoice=final)

    final = await client.until("00001", lambda seen: seen["status"] == "final_sent")
    expect(final["transfer"]["state"], "succeeded")
    _save(output / "00001.pdf", await client.pdf("00001"))
    teller.step("transferred", invoice=final, entry=final["transfer"]["external_id"])

    await _send(client, "00001")
    await client.until("00001", lambda seen: seen["delivery"]["state"] == "succeeded")
    _expect_mail(running, "00001", attachments=1)
    teller.step("sent", mails=len(running.mailbox.files()))

    problems = await books_close(running.invoice, running.accounting)
    expect(problems, [])
    checked = _bean_check(running.accounting.ledger_folder)
    for folder in ("mail", "ledger"):
        shutil.copytree(output / "data" / folder, output / folder)
    teller.step("verified", bean_check=checked)


async def _send(client: Client, number: str) -> None:
    draft = await client.call("GET", f"/invoices/{number}/emails/draft")
    body = {key: draft[key] for key in ("from", "to", "cc", "bcc", "subject", "body")}
    await client.call("POST", f"/invoices/{number}/emails", body)


def _expect_mail(running: Standalone, number: str, *, attachments: int) -> None:
    for file in running.mailbox.files():
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        if number in str(message["Subject"]):
            expect(len(list(message.iter_attachments())), attachments)
            return
    raise StepFailed(f"no mail about {number}")


def _bean_check(ledger: Path) -> bool:
    """Whether `bean-check` was there to agree.

    Raises:
        StepFailed: it was, and it does not agree.
    """
    judged = check_ledger(ledger / "ledger.beancount", find_bean_check())
    if judged.accepted is False:
        raise StepFailed(f"bean-check: {judged.errors}")
    return judged.accepted is True


def _save(file: Path, content: bytes) -> None:
    if not content.startswith(b"%PDF-"):
        raise StepFailed(f"{file.name} is no PDF")
    file.write_bytes(content)


def expect(seen: object, wanted: object) -> None:
    """Check one thing.

    Raises:
        StepFailed: it is something else.
    """
    if seen != wanted:
        raise StepFailed(f"{seen!r} instead of {wanted!r}")


def expect_totals(invoice: Json, subtotal: str, gst: str, qst: str, total: str) -> None:
    """Check the totals of an invoice, to the cent."""
    taxes = {tax["code"]: Decimal(tax["amount"]) for tax in invoice["taxes"]}
    seen = (Decimal(invoice["subtotal"]), taxes.get("TPS"), taxes.get("TVQ"), Decimal(invoice["total"]))
    expect(seen, (Decimal(subtotal), Decimal(gst), Decimal(qst), Decimal(total)))
