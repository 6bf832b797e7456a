"""A client of the public API: address and key, nothing else; and the shop that the tests bill for."""

# ruff: noqa: ANN401 - a client sends and reads any JSON

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from services.standalone.shop import REFERENCE_DATA

Json = dict[str, Any]
_PAUSE_SECONDS = 0.05
_UNAVAILABLE = 503


class Refused(AssertionError):
    """The API answered no success."""

    def __init__(self, call: str, status: int, problem: Any) -> None:
        super().__init__(f"{call}: {status} {problem}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ShopClient:
    """Calls of one caller.

    `patience`: for how many seconds a service that is away is waited for; `pause`: between two questions.
    """

    session: aiohttp.ClientSession
    address: str
    patience: float = 60
    pause: float = _PAUSE_SECONDS

    async def call(
        self, method: str, path: str, body: Json | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Any:
        """One call; its JSON.

        Raises:
            Refused: the answer is no success.
            aiohttp.ClientError: there was no answer.
        """
        url = f"{self.address}/api/v1{path}"
        async with self.session.request(method, url, json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
            if response.status >= 300:
                raise Refused(f"{method} {path}", response.status, answer)
            return answer

    async def insist(self, method: str, path: str, body: Json | None = None) -> Any:
        """One call, repeated under one Idempotency-Key until the API has an answer: what a good client does.

        Raises:
            Refused: the answer is a refusal.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else None
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return await self.call(method, path, body, headers=headers)
            except Refused as refused:
                busy = refused.status == 409 and refused.problem["code"] == "idempotency_in_progress"
                if not (busy or refused.status == _UNAVAILABLE) or time.monotonic() > deadline:
                    raise
            except (aiohttp.ClientError, TimeoutError):
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(self.pause)

    async def get(self, path: str) -> Any:
        """GET, of a service that may be away for a moment."""
        return await self.insist("GET", path)

    async def edit(
        self, number: str, path: str = "", body: Json | None = None, *, method: str = "PATCH"
    ) -> Any:
        """A change of an invoice, or of something below it, on its current version."""
        version = (await self.get(f"/invoices/{number}"))["version"]
        headers = {"If-Match": f'"v{version}"'}
        return await self.call(method, f"/invoices/{number}{path}", body, headers=headers)

    async def pdf(self, number: str) -> bytes:
        """The PDF of an invoice as it stands."""
        async with self.session.get(f"{self.address}/api/v1/invoices/{number}/pdf?wait=30") as response:
            if response.status != 200:
                raise Refused(f"PDF of {number}", response.status, await response.text())
            return await response.read()

    async def until(self, number: str, holds: Callable[[Json], bool], *, seconds: float = 60) -> Json:
        """The invoice, once a condition holds.

        Raises:
            AssertionError: it never did within `seconds`.
        """
        deadline = time.monotonic() + seconds
        while True:
            invoice: Json = await self.get(f"/invoices/{number}")
            if holds(invoice):
                return invoice
            if time.monotonic() > deadline:
                axes = {name: invoice[name] for name in ("status", "rendering", "delivery", "transfer")}
                raise AssertionError(f"{number} after {seconds:g} s: {axes}")
            await asyncio.sleep(self.pause)

    async def invoice_of(self, job: str, *, seconds: float = 60) -> str:
        """The number of the first invoice of a job, once there is one."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                invoices = (await self.get(f"/jobs/{job}"))["invoices"]
            except Refused as refused:
                if refused.status != 404:
                    raise
                invoices = []
            if invoices:
                return str(invoices[0]["number"])
            assert time.monotonic() < deadline, f"no invoice of {job} after {seconds:g} s"
            await asyncio.sleep(self.pause)

    async def send(self, number: str) -> Json:
        """E-mail an invoice as it is proposed. The answer is the e-mail."""
        draft = await self.get(f"/invoices/{number}/emails/draft")
        body = {key: draft[key] for key in ("from", "to", "cc", "bcc", "subject", "body")}
        email: Json = await self.insist("POST", f"/invoices/{number}/emails", body)
        return email

    async def finalize(self, number: str) -> Json:
        """Finalize, insisting."""
        final: Json = await self.insist("POST", f"/invoices/{number}/finalize")
        return final

    async def open_shop(self) -> None:
        """Declare everything that invoices refer to."""
        for path, body in REFERENCE_DATA:
            await self.call("PUT", path, body)
        settings = {
            "connector": "beancount",
            "default_receivable_account": "1100",
            "default_revenue_account": "4000",
        }
        await self.call("PATCH", "/settings", settings)


def rendered(invoice: Json) -> bool:
    """The PDF of the current version is there."""
    return bool(invoice["rendering"]["state"] == "succeeded")


def delivered(invoice: Json) -> bool:
    """The latest e-mail was taken."""
    return bool(invoice["delivery"]["state"] == "succeeded")


def settled(invoice: Json) -> bool:
    """Final, rendered and transferred."""
    return invoice["status"] == "final_sent" and rendered(invoice)


@asynccontextmanager
async def shop_client(address: str, key: str, *, language: str = "fr") -> AsyncIterator[ShopClient]:
    """A client with this key."""
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield ShopClient(session, address)
