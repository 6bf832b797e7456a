"""The final number: no gap and no duplicate, whatever happens to those who take it."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientError

from services.invoice_service.application.context import Context
from services.invoice_service.application.finalize import finalize
from services.invoice_service.application.ports.transactions import StorageUnavailable
from services.invoice_service.application.verify import Finding, verify
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.storage.verification import PostgresBooks
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, open_shop
from tests.support.invoicing import make_database
from tests.support.postgres import PrivatePostgres

INVOICES = 128
CLERKS = 32


@pytest.fixture
async def busy(postgres: PrivatePostgres, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop of its own, whose numbers nobody else takes."""
    async with open_shop(await make_database(postgres), tmp_path, pool_size=16) as shop:
        yield shop


async def findings(shop: Shop) -> tuple[Finding, ...]:
    """What `verify` finds."""
    assert shop.api.pool is not None
    report = await verify(PostgresBooks(shop.api.pool), shop.api.services.documents, None)
    return report.findings


async def copies(shop: Shop, count: int) -> list[str]:
    """The numbers of so many pro formas."""
    first = await shop.billing({"price": "10.00"})
    path = f"/invoices/{first['number']}/duplicate"
    made = await asyncio.gather(*(shop.api.post(path) for _ in range(count - 1)))
    return [first["number"], *(expect(reply, 201)["number"] for reply in made)]


class Fire:
    """Clerks who finalize the same pro formas while everything breaks around them."""

    def __init__(self, shop: Shop, refs: list[str], seed: int) -> None:
        self.shop = shop
        self.refs = refs
        self.answers: dict[str, Json] = {}
        self.broken: Counter[str] = Counter()
        self.chance = random.Random(seed)  # noqa: S311 - what breaks when, not a secret
        self.done = asyncio.Event()

    async def clerk(self) -> None:
        """Take one after the other until all are final, in whatever way it goes wrong."""
        while len(self.answers) < len(self.refs):
            ref = self.chance.choice(self.refs)
            if ref in self.answers:
                continue
            await self.chance.choice(
                (self._over_http, self._over_http, self._impatient, self._cancelled, self._failing)
            )(ref)

    async def _over_http(self, ref: str) -> None:
        reply = await self.shop.api.post(f"/invoices/{ref}/finalize")
        if reply.status == 200:
            assert self.answers.setdefault(ref, reply.json)["number"] == reply.json["number"]
        else:
            assert reply.status == 503, reply.text
            self.broken["unavailable"] += 1

    async def _impatient(self, ref: str) -> None:
        """A client that goes away in the middle of its request."""
        try:
            async with asyncio.timeout(self.chance.uniform(0.001, 0.05)):
                await self._over_http(ref)
        except (TimeoutError, ClientError):
            self.broken["client gone"] += 1

    async def _cancelled(self, ref: str) -> None:
        """A request that is cancelled at any await, COMMIT included."""
        task = asyncio.create_task(self._in_process(ref))
        await asyncio.wait({task}, timeout=self.chance.uniform(0.001, 0.03))
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        assert outcome is None or isinstance(outcome, asyncio.CancelledError | StorageUnavailable), outcome
        self.broken["cancelled"] += outcome is not None

    async def _failing(self, ref: str) -> None:
        """A transaction that has its number, and fails."""
        try:
            await self._in_process(ref, fail=True)
        except (Conflict, StorageUnavailable):
            self.broken["failed"] += 1

    async def _in_process(self, ref: str, *, fail: bool = False) -> None:
        context = Context(SYSTEM, self.shop.api.clock(), "fire")
        async with self.shop.api.services.transactions.writing() as uow:
            await finalize(uow, context, ref)
            if fail:
                raise Conflict("frozen", number=ref)

    async def killer(self) -> None:
        """End a session of the service now and then."""
        while not self.done.is_set():
            killed = await self.shop.database.fetch(
                """select pg_terminate_backend(pid) from pg_stat_activity
                   where usename = 'invoice_service' and datname = current_database() order by random() limit 1"""
            )
            self.broken["killed"] += len(killed)
            await asyncio.wait(
                {asyncio.create_task(self.done.wait())}, timeout=self.chance.uniform(0.02, 0.1)
            )


async def test_no_gap_and_no_duplicate_whatever_breaks(busy: Shop) -> None:
    fire = Fire(busy, await copies(busy, INVOICES), seed=random.SystemRandom().randrange(2**32))
    killing = asyncio.create_task(fire.killer())

    await asyncio.gather(*(fire.clerk() for _ in range(CLERKS)))

    fire.done.set()
    await killing
    finals = await busy.database.fetch(
        "select final_number, proforma_number from invoices where final_number is not null order by final_number"
    )
    assert [row["final_number"] for row in finals] == [f"{n:05d}" for n in range(1, INVOICES + 1)]
    assert {row["proforma_number"]: row["final_number"] for row in finals} == {
        ref: answer["number"] for ref, answer in fire.answers.items()
    }
    told = await busy.database.fetch(
        "select invoice_id from outbox where type = 'events.invoice.finalized.v1' group by 1 having count(*) = 1"
    )
    written = await busy.database.fetch("select subject from audit where action = 'invoice.finalized'")
    assert len(told) == INVOICES
    assert len({row["subject"] for row in written}) == len(written) == INVOICES
    assert await findings(busy) == ()
    assert min(fire.broken[kind] for kind in ("killed", "client gone", "cancelled", "failed")) > 0, (
        fire.broken
    )
    # Of clients that went away, the last requests may still be under way.
    open_ = "select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"
    await busy.until_rows(open_, some=False)


async def test_verify_tells_a_missing_number_and_not_one_that_was_skipped(busy: Shop) -> None:
    path = "/number-series/MAIN/final"
    expect(await busy.api.patch(path, {"prefix": "F.25/", "padding": 3, "next_value": 7}), 200)
    numbers = [(await busy.finalize({"number": ref}))["number"] for ref in await copies(busy, 3)]
    expect(await busy.api.patch(path, {"next_value": 20, "reason": "carnet papier"}), 200)
    expect(await busy.api.patch(path, {"padding": 6}), 200)
    numbers += [(await busy.finalize({"number": ref}))["number"] for ref in await copies(busy, 2)]
    assert numbers == ["F.25/007", "F.25/008", "F.25/009", "F.25/000020", "F.25/000021"]
    assert await findings(busy) == ()

    await busy.database.fetch("update number_series set next_value = 24 where kind = 'final'")

    lost = await findings(busy)
    assert [(finding.check, finding.subject) for finding in lost] == [
        ("numbers", "F.25/000022"),
        ("numbers", "F.25/000023"),
    ]


async def test_verify_tells_what_was_spoiled(busy: Shop) -> None:
    final = await busy.finalize(await busy.billing({"price": "10.00"}))
    for sql in (
        "alter table invoices disable trigger final_is_frozen",
        "alter table invoice_lines disable trigger final_is_frozen",
        "alter table invoice_taxes disable trigger final_is_frozen",
        'update invoices set total = total + 2, snapshot = snapshot || \'{"number": "00099"}\'',
        "update invoice_lines set total = total + 1",
        "update invoice_taxes set amount = amount + 1 where code = 'TPS'",
    ):
        await busy.database.fetch(sql)

    found = await findings(busy)

    assert {finding.subject for finding in found} == {final["number"]}
    assert [finding.check for finding in found] == ["totals", "totals", "totals", "snapshot", "snapshot"]


async def test_numbers_of_one_series_wait_for_each_other_and_not_for_others(busy: Shop) -> None:
    entity = busy.code("E")
    expect(await busy.api.put(f"/business-entities/{entity}", {"name": "Filiale"}), 201)
    first, second, third = [await busy.billing({"price": "1.00"}) for _ in range(3)]
    third = expect(await busy.patch(third, {"business_entity": entity}), 200)
    context = Context(SYSTEM, busy.api.clock(), "held")
    async with busy.api.services.transactions.writing() as uow:
        mine = await finalize(uow, context, first["number"])
        waiting = asyncio.create_task(busy.finalize(second))
        other = await busy.finalize(third)
        assert not waiting.done()
    theirs = await waiting

    assert (mine.invoice.number, theirs["number"], other["number"]) == (
        "00001",
        "00002",
        f"{entity.upper()}-00001",
    )
    assert uuid.UUID(theirs["id"]) != mine.invoice.id
