"""A print shop on the API: what the tests of invoices do again and again, over real HTTP on a real database.

The workers are not there: a test says what they answered, through the same handlers that the bus calls.
"""

# ruff: noqa: ANN401 - a test sends and reads any JSON

import asyncio
import datetime as dt
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.invoice_service.composition import transactions_on
from services.invoice_service.messaging.batches import BatchRunner
from services.invoice_service.messaging.inbound import Inbound
from services.invoice_service.storage.outbox import Outbox
from shared.bus import topology
from shared.bus.outcome import Ack, Outcome
from shared.bus.port import Delivery
from shared.contracts.envelope import Envelope
from tests.support.invoicing import Database, Invoicing, Reply, running
from tests.support.waiting import PAUSE_SECONDS

Json = dict[str, Any]

BILLING_ADDRESS: Json = {
    "id": "main",
    "kind": "billing",
    "is_main": True,
    "line1": "12, rue Principale",
    "city": "Québec",
    "province": "QC",
    "postal_code": "G1A 1A1",
    "country": "CA",
}
CONTACT: Json = {
    "id": "julie",
    "first_name": "Julie",
    "last_name": "Tremblay",
    "salutation": "Madame",
    "email": "julie@client.example",
    "is_default": True,
    "billing_responsible": True,
}
CUSTOMER: Json = {
    "name": "Éditions du Nord",
    "payment_term": "NET30",
    "payment_method": "COMPTE",
    "addresses": [BILLING_ADDRESS],
    "contacts": [CONTACT],
}
ISSUER: Json = {
    "name": "Imprimerie du Nord",
    "email": "factures@shop.example",
    "gst_number": "123456789 RT0001",
    "qst_number": "1234567890 TQ0001",
    "is_default": True,
}
JOB: Json = {
    "title": "Encarts",
    "ordered_quantity": "1000",
    "total_price": "15812.65",
    "status": "production_complete",
}


class Shop:
    """A shop: makes customers, jobs and invoices, and answers for the workers."""

    def __init__(self, api: Invoicing) -> None:
        assert api.pool is not None
        self.api = api
        self.inbound = Inbound(transactions_on(api.pool), api.clock, lambda: api.commits.append(None))
        self._count = itertools.count(1)
        self._keys: dict[str, str] = {}

    @property
    def database(self) -> Database:
        """The database, as its administrator."""
        return self.api.database

    def code(self, prefix: str) -> str:
        """A business code that nothing has yet."""
        return f"{prefix}-{next(self._count):05d}"

    async def key(self, role: str) -> str:
        """An API key of a role, the same one each time."""
        if role not in self._keys:
            self._keys[role] = await self.api.key_for(role)
        return self._keys[role]

    @asynccontextmanager
    async def settings(self, **values: Any) -> AsyncIterator[None]:
        """Settings that hold while inside."""
        before = expect(await self.api.get("/settings"), 200)
        expect(await self.api.patch("/settings", values), 200)
        try:
            yield
        finally:
            expect(await self.api.patch("/settings", {name: before[name] for name in values}), 200)

    async def customer(self, **fields: Any) -> str:
        """A customer in Québec with a contact to bill; its code."""
        code = self.code("C")
        expect(await self.api.put(f"/customers/{code}", {**CUSTOMER, **fields}), 201)
        return code

    async def job(self, customer: str | None = None, **fields: Any) -> str:
        """A completed job of 1000 for 15 812.65; its number."""
        number = self.code("D")
        prices = {"unit_price", "total_price"} & fields.keys()
        body = {name: value for name, value in JOB.items() if not (prices and name == "total_price")}
        owner = customer or await self.customer()
        expect(await self.api.put(f"/jobs/{number}", {**body, "customer": owner, **fields}), 201)
        return number

    async def account(self, category: str = "revenue") -> str:
        """A ledger account; its number."""
        number = self.code("GL")
        body = {"description": f"Compte {number}", "category": category}
        expect(await self.api.put(f"/gl-accounts/{number}", body), 201)
        return number

    async def product(self, **fields: Any) -> str:
        """A product of 25.00; its code."""
        code = self.code("P")
        body = {"description": {"fr": "Coupe", "en": "Cutting"}, "unit_price": "25.00", **fields}
        expect(await self.api.put(f"/products/{code}", body), 201)
        return code

    async def get(self, ref: str) -> Json:
        """An invoice."""
        return expect(await self.api.get(f"/invoices/{ref}"), 200)

    async def get_job(self, number: str) -> Json:
        """A job, with what is billed of it."""
        return expect(await self.api.get(f"/jobs/{number}"), 200)

    async def billed(self, number: str) -> str:
        """What is billed of a job."""
        return str((await self.get_job(number))["billed_quantity"])

    async def invoice(self, *, job: str | None = None, customer: str | None = None) -> Json:
        """A pro forma from a job, or empty for a customer."""
        if customer is None:
            return expect(await self.api.post("/invoices", {"job": job or await self.job()}), 201)
        return expect(await self.api.post("/invoices", {"customer": customer}), 201)

    async def billing(self, *lines: Mapping[str, Any], customer: str | None = None, **patch: Any) -> Json:
        """A pro forma with these lines; a line without a kind is a text with a price."""
        invoice = await self.invoice(customer=customer or await self.customer())
        if patch:
            invoice = expect(await self.patch(invoice, patch), 200)
        for line in lines:
            expect(await self.add_line(invoice, text_line(**line) if "kind" not in line else line), 201)
            invoice["version"] += 1
        return await self.get(invoice["number"])

    async def patch(self, invoice: Json, body: Json, **more: Any) -> Reply:
        """PATCH of an invoice, based on the version it has here."""
        return await self.api.patch(f"/invoices/{invoice['number']}", body, **_based_on(invoice, more))

    async def add_line(self, invoice: Json, body: Mapping[str, Any], **more: Any) -> Reply:
        """POST of a line."""
        return await self.api.post(
            f"/invoices/{invoice['number']}/lines", dict(body), **_based_on(invoice, more)
        )

    async def patch_line(self, invoice: Json, body: Json, *, line: int = 0, **more: Any) -> Reply:
        """PATCH of a line, by its place."""
        path = f"/invoices/{invoice['number']}/lines/{invoice['lines'][line]['id']}"
        return await self.api.patch(path, body, **_based_on(invoice, more))

    async def delete_line(self, invoice: Json, *, line: int = 0, **more: Any) -> Reply:
        """DELETE of a line, by its place."""
        path = f"/invoices/{invoice['number']}/lines/{invoice['lines'][line]['id']}"
        return await self.api.delete(path, **_based_on(invoice, more))

    async def duplicate_line(self, invoice: Json, *, line: int = 0, **more: Any) -> Reply:
        """POST of a duplicate of a line, by its place."""
        path = f"/invoices/{invoice['number']}/lines/{invoice['lines'][line]['id']}/duplicate"
        return await self.api.post(path, **_based_on(invoice, more))

    async def restore_line(self, invoice: Json, line: Json, **more: Any) -> Reply:
        """POST that puts a line back which was removed."""
        path = f"/invoices/{invoice['number']}/lines/{line['id']}/restore"
        return await self.api.post(path, **_based_on(invoice, more))

    async def order_lines(self, invoice: Json, lines: list[str]) -> Reply:
        """PUT of the order of the lines."""
        path = f"/invoices/{invoice['number']}/lines/order"
        return await self.api.put(path, {"lines": lines}, **_based_on(invoice, {}))

    async def delete(self, invoice: Json, **more: Any) -> Reply:
        """DELETE of an invoice."""
        return await self.api.delete(f"/invoices/{invoice['number']}", **_based_on(invoice, more))

    async def finalize(self, invoice: Json, **more: Any) -> Json:
        """The invoice, final."""
        return expect(await self.api.post(f"/invoices/{invoice['number']}/finalize", **more), 200)

    async def transferred(self, invoice: Json) -> Json:
        """The invoice, final and in the accounting software."""
        final = invoice if invoice["final_number"] else await self.finalize(invoice)
        if final["transfer"]["state"] == "pending":
            await self.result("accounting.transferred", transferred(final))
        else:
            path = f"/invoices/{final['number']}/transfer/mark"
            expect(await self.api.post(path, {"reason": "saisie à la main"}), 200)
        return await self.get(final["number"])

    async def credit(self, invoice: Json, **body: Any) -> Reply:
        """POST of a credit."""
        return await self.api.post(f"/invoices/{invoice['number']}/credit", {"reason": "erreur", **body})

    async def email(self, invoice: Json, **fields: Any) -> Reply:
        """POST of an e-mail, from the shop."""
        body = {
            "from": {"name": "Imprimerie", "email": "factures@shop.example"},
            "to": [{"name": "Julie Tremblay", "email": "julie@client.example"}],
            "subject": "Facture",
            "body": "Bonjour",
            **fields,
        }
        return await self.api.post(f"/invoices/{invoice['number']}/emails", body)

    async def emails(self, invoice: Json) -> list[Json]:
        """The e-mails of an invoice, newest first."""
        history = expect(await self.api.get(f"/invoices/{invoice['number']}/emails"), 200)
        return list(history["data"])

    async def result(self, type_: str, data: Json, *, message_id: str | None = None) -> Outcome:
        """A worker's answer, handed to the consumer of results; it is acknowledged."""
        envelope = Envelope(
            id=message_id or str(uuid.uuid4()),
            source="urn:test:worker",
            type=f"results.{type_}.v1",
            time=self.api.clock(),
            data=data,
        )
        outcome = await self.inbound.result(Delivery(envelope, topology.RESULTS, 1))
        assert outcome == Ack(), outcome
        return outcome

    async def rendered(self, invoice: Json, *, version: int | None = None) -> None:
        """The renderer has made the PDF of a version of an invoice."""
        await self.result("document.rendered", rendered(invoice, version=version))

    async def produced(self, envelope: Envelope) -> Outcome:
        """A message of a production system, handed to its consumer."""
        return await self.inbound.production(Delivery(envelope, topology.PRODUCTION, 1))

    async def outbox(self, invoice: Json, type_: str = "") -> list[Json]:
        """The data of the messages that wait to be published of an invoice, oldest first."""
        rows = await self.database.fetch(
            "select type, lane, body from outbox where invoice_id = $1 and type like $2 order by id",
            uuid.UUID(invoice["id"]),
            f"%{type_}%",
        )
        return [{"type": row["type"], "lane": row["lane"], **json.loads(row["body"])["data"]} for row in rows]

    async def leased(self, invoice: Json, type_: str) -> int:
        """How many messages of an invoice and a type a relay may publish now; they are left as they were."""
        assert self.api.pool is not None
        outbox, token = Outbox(self.api.pool), uuid.uuid4()
        await outbox.lease(token, most=100_000, lease_for=dt.timedelta(days=1))
        rows = await self.database.fetch(
            "select id from outbox where lease_token = $1 and invoice_id = $2 and type like $3",
            token,
            uuid.UUID(invoice["id"]),
            f"%{type_}%",
        )
        await outbox.clear_leases()
        return len(rows)

    async def until_rows(self, sql: str, *values: Any, some: bool = True) -> None:
        """Return once the administrator reads some rows, or none."""
        async with asyncio.timeout(20):
            while bool(await self.database.fetch(sql, *values)) is not some:  # noqa: ASYNC110 - the database has no event
                await asyncio.sleep(PAUSE_SECONDS)

    async def trail(self, invoice: Json) -> list[Json]:
        """The trail of an invoice, newest first, as the API tells it."""
        trail = expect(await self.api.get(f"/invoices/{invoice['number']}/audit"), 200)
        return list(trail["data"])

    async def notices(self, invoice: Json) -> list[str]:
        """The codes of what a person was told of an invoice, newest first."""
        rows = await self.database.fetch(
            "select code from notifications where invoice_id = $1 order by id desc", uuid.UUID(invoice["id"])
        )
        return [row["code"] for row in rows]


def expect(reply: Reply, status: int) -> Json:
    """The JSON of an answer that has this status."""
    assert reply.status == status, f"{reply.status} {reply.text}"
    return dict(reply.json) if reply.text else {}


def _based_on(invoice: Json, more: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"If-Match": f'"v{invoice["version"]}"', **more.get("headers", {})}
    return {**more, "headers": headers}


def text_line(price: str, *, quantity: str = "1", description: str = "Travail", **more: Any) -> Json:
    """A text line with a unit price."""
    return {
        "kind": "text",
        "description": description,
        "quantity": quantity,
        "unit_price": price,
        **more,
    }


def figures(invoice: Json) -> tuple[str, list[str], str]:
    """Sub-total, the amount of each tax, total."""
    return invoice["subtotal"], [tax["amount"] for tax in invoice["taxes"]], invoice["total"]


def rendered(invoice: Json, *, version: int | None = None) -> Json:
    """What the renderer answers."""
    number = version or invoice["version"]
    return {
        "invoice_id": invoice["id"],
        "version": number,
        "document": {"key": f"sha256/{invoice['id']}-{number}", "sha256": f"{number:064x}", "size": 1234},
    }


def transferred(invoice: Json, **fields: Any) -> Json:
    """What accounting answers when it has an invoice."""
    return {
        "invoice_id": invoice["id"],
        "attempt": 1,
        "connector": "ledger",
        "external_id": f"L-{invoice['number']}",
        "total": invoice["total"],
        "at": "2025-07-18T14:05:00Z",
        **fields,
    }


def not_transferred(invoice: Json, code: str = "rejected", **fields: Any) -> Json:
    """What accounting answers when it has not, or does not know."""
    return {
        "invoice_id": invoice["id"],
        "attempt": 1,
        "connector": "ledger",
        "reason": {"code": code, "message": "compte fermé"},
        "at": "2025-07-18T14:05:00Z",
        **fields,
    }


def mailed(email: Json, *states: str, **fields: Any) -> Json:
    """What the mailer answers once it is done with an e-mail: the state of each recipient, in their order."""
    return {
        "email_id": email["id"],
        "recipients": [
            {"email": one["email"], "role": one["role"], "state": state, "reply": f"250 {state}"}
            for one, state in zip(email["recipients"], states, strict=True)
        ],
        "at": "2025-07-18T14:10:00Z",
        **fields,
    }


@asynccontextmanager
async def open_shop(database: Database, folder: Path, **overrides: Any) -> AsyncIterator[Shop]:
    """A shop on a database of its own."""
    async with running(database, folder, **overrides) as api:
        expect(await api.put("/business-entities/MAIN", ISSUER), 200)
        yield Shop(api)


def batch_runner(shop: Shop, *, ahead: int = 20) -> BatchRunner:
    """What does batches in the background, to be run step by step."""
    return BatchRunner(
        shop.api.services.transactions,
        shop.api.clock,
        lambda: shop.api.commits.append(None),
        ahead=ahead,
        poll_seconds=0.05,
        most_bytes=30 * 2**20,
    )


async def of_job(shop: Shop, **job: str) -> tuple[str, Json]:
    """A job, and the transferred invoice that bills it whole."""
    number = await shop.job(None, **job)
    return number, await shop.transferred(await shop.invoice(job=number))
