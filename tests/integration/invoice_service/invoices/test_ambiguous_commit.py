"""The connection is lost during COMMIT: what happened is read back, never guessed."""

import dataclasses
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from services.invoice_service.storage import unit_of_work
from tests.integration.invoice_service.invoices.commit_proxy import CommitProxy, Lost, commit_proxy
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, open_shop, text_line
from tests.support.invoicing import Reply, make_database
from tests.support.postgres import PrivatePostgres

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclasses.dataclass
class Frail:
    """A shop behind a proxy that can lose a COMMIT."""

    shop: Shop
    proxy: CommitProxy


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def frail(postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Frail]:
    """One for all tests of the module."""
    database = await make_database(postgres)
    async with (
        commit_proxy(database.dsn) as (proxy, dsn),
        open_shop(dataclasses.replace(database, dsn=dsn), tmp_path_factory.mktemp("documents")) as shop,
    ):
        yield Frail(shop, proxy)


Call = Callable[[Shop, Json], Awaitable[Reply]]
Count = tuple[str, Callable[[Json], tuple[object, ...]]]


async def create(shop: Shop, invoice: Json) -> Reply:
    return await shop.api.post("/invoices", {"customer": invoice["customer"]})


async def create_with_key(shop: Shop, invoice: Json) -> Reply:
    headers = {"Idempotency-Key": f"key-{invoice['id']}"}
    return await shop.api.post("/invoices", {"customer": invoice["customer"]}, headers=headers)


async def edit(shop: Shop, invoice: Json) -> Reply:
    return await shop.patch(invoice, {"message": "x"})


async def star(shop: Shop, invoice: Json) -> Reply:
    return await shop.api.patch(f"/invoices/{invoice['number']}", {"favourite": True})


async def add_line(shop: Shop, invoice: Json) -> Reply:
    return await shop.add_line(invoice, text_line("1.00"))


async def finalize(shop: Shop, invoice: Json) -> Reply:
    return await shop.api.post(f"/invoices/{invoice['number']}/finalize")


async def mail(shop: Shop, invoice: Json) -> Reply:
    return await shop.email(invoice)


async def delete(shop: Shop, invoice: Json) -> Reply:
    return await shop.delete(invoice)


async def park(shop: Shop, invoice: Json) -> Reply:
    job = {"number": f"D-{invoice['number']}", "customer": "C-none", "title": "x", "ordered_quantity": "1",
           "status": "completed"}  # fmt: skip
    body = {"specversion": "1.0", "id": invoice["id"], "source": "urn:mis", "time": "2025-07-18T14:00:00Z",
            "type": "production.job.completed.v1", "data": {"job": job}}  # fmt: skip
    return await shop.api.post("/job-completions", body)


CUSTOMERS = "select 1 from invoices where customer = $1", lambda invoice: (invoice["customer"],)
TRAIL = "select 1 from audit where subject = $1", lambda invoice: (invoice["id"],)
# what is called, the answer, and how many rows it adds to what
CALLS: list[tuple[Call, int, Count, int]] = [
    (create, 201, CUSTOMERS, 1),
    (create_with_key, 201, CUSTOMERS, 1),
    (edit, 200, TRAIL, 1),
    (star, 200, ("select 1 from favourites where invoice_id = $1", lambda one: (uuid.UUID(one["id"]),)), 1),
    (
        add_line,
        201,
        ("select 1 from invoice_lines where invoice_id = $1", lambda one: (uuid.UUID(one["id"]),)),
        1,
    ),
    (finalize, 200, ("select 1 from invoices where final_number is not null", lambda _: ()), 1),
    (mail, 202, ("select 1 from emails where invoice_id = $1", lambda one: (uuid.UUID(one["id"]),)), 1),
    (delete, 204, CUSTOMERS, -1),
    (park, 202, ("select 1 from parked_messages where message_id = $1", lambda one: (one["id"],)), 1),
]


async def count(shop: Shop, what: Count, invoice: Json) -> int:
    sql, arguments = what
    return len(await shop.database.fetch(sql, *arguments(invoice)))


@pytest.mark.parametrize(("call", "status", "what", "more"), CALLS, ids=[call[0].__name__ for call in CALLS])
async def test_a_lost_answer_is_read_back_and_given(
    frail: Frail, call: Call, status: int, what: Count, more: int
) -> None:
    invoice = await frail.shop.billing({"price": "10.00"})
    before, cuts = await count(frail.shop, what, invoice), frail.proxy.cuts
    frail.proxy.lose(Lost.ANSWER)

    reply = await call(frail.shop, invoice)

    assert frail.proxy.cuts == cuts + 1
    assert reply.status == status, reply.text
    assert await count(frail.shop, what, invoice) == before + more


@pytest.mark.parametrize(("call", "status", "what", "more"), CALLS, ids=[call[0].__name__ for call in CALLS])
async def test_a_lost_request_did_nothing_and_says_so(
    frail: Frail, call: Call, status: int, what: Count, more: int
) -> None:
    invoice = await frail.shop.billing({"price": "10.00"})
    before, cuts = await count(frail.shop, what, invoice), frail.proxy.cuts
    frail.proxy.lose(Lost.REQUEST)

    reply = await call(frail.shop, invoice)

    assert frail.proxy.cuts == cuts + 1
    assert (reply.status, reply.code) == (503, "unavailable")
    assert reply.headers["Retry-After"]
    assert await count(frail.shop, what, invoice) == before
    assert (await call(frail.shop, invoice)).status == status
    assert await count(frail.shop, what, invoice) == before + more


async def test_what_can_not_be_told_yet_is_not_guessed(frail: Frail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_of_work, "_PAUSES_SECONDS", (0.01,))
    invoice = await frail.shop.billing({"price": "10.00"})
    frail.proxy.lose(Lost.SILENTLY)

    reply = await edit(frail.shop, invoice)

    assert (reply.status, reply.code) == (503, "unavailable")
    await frail.shop.database.fetch(
        """select pg_terminate_backend(pid, 5000) from pg_stat_activity
           where state = 'idle in transaction' and datname = current_database() and pid <> pg_backend_pid()"""
    )
    assert await frail.shop.get(invoice["number"]) == invoice
    assert (await edit(frail.shop, invoice)).status == 200


async def test_the_invoice_that_is_answered_is_the_one_that_is_there(frail: Frail) -> None:
    shop, invoice = frail.shop, await frail.shop.billing({"price": "10.00"})
    frail.proxy.lose(Lost.ANSWER)
    made = expect(await create_with_key(shop, invoice), 201)
    again = await create_with_key(shop, invoice)
    frail.proxy.lose(Lost.ANSWER)
    final = expect(await finalize(shop, made | {"number": invoice["number"]}), 200)

    assert await shop.get(made["number"]) == made
    assert (again.status, again.json, again.headers["Idempotent-Replayed"]) == (201, made, "true")
    assert await shop.get(final["number"]) == final
