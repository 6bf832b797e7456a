"""Several messages of production in one transaction: as if each were alone, and none that can't be."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from services.invoice_service.application.ports.together import Expected, Foreseen
from services.invoice_service.storage import together
from services.invoice_service.storage.together import Foreseeing
from shared.bus import topology
from shared.bus.outcome import Ack, Outcome
from shared.bus.port import Delivery
from shared.contracts.envelope import Envelope
from tests.integration.invoice_service.invoices.production_line import completed
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What follows from when, and from the order, or is random.
_OWN = {
    "id",
    "number",
    "proforma_number",
    "job",
    "jobs",
    "invoice_id",
    "created_at",
    "updated_at",
    "at",
    "correlation_id",
}


def deliveries(events: Sequence[Json]) -> list[Delivery]:
    return [Delivery(Envelope.decode(json.dumps(event).encode()), topology.PRODUCTION, 1) for event in events]


async def at_once(shop: Shop, *events: Json) -> list[Outcome | None]:
    return await shop.inbound.production_together(deliveries(events))


async def alone(shop: Shop, event: Json) -> Outcome:
    return await shop.inbound.production(*deliveries([event]))


def updated(event: Json) -> Json:
    return {**event, "type": "production.job.updated.v1"}


def without_own(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: without_own(item) for key, item in value.items() if key not in _OWN}
    return [without_own(item) for item in value] if isinstance(value, list) else value


async def all_of(shop: Shop, job: str) -> Json:
    """A job, its trail, and all that became of it, without what is only its own."""
    shown = await shop.get_job(job)
    rows = await shop.database.fetch(
        "select action, changes, actor ->> 'kind' as kind from audit where subject = $1 order by id", job
    )
    columns = await shop.database.fetch(
        "select completed_at, message_time, auto_draft_remaining, to_bill, remaining_quantity, charges_waiting,"
        " auto_draft_invoice is not null as drafted from jobs where number = $1",
        job,
    )
    invoices = [await shop.get(one["number"]) for one in shown["invoices"]]
    told = {
        "job": shown,
        "columns": [dict(row) for row in columns],
        "trail": [dict(row) for row in rows],
        "invoices": invoices,
        "trails": [await shop.trail(invoice) for invoice in invoices],
        "outbox": [await shop.outbox(invoice) for invoice in invoices],
    }
    numbers = {job: "JOB"} | {one["number"]: "NUMBER" for one in invoices}
    return dict(without_own(_renamed(told, numbers)))


def _renamed(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, str):
        for name, other in names.items():
            value = value.replace(name, other)
    return value


async def test_each_is_what_it_would_be_alone(shop: Shop) -> None:
    account, product = await shop.account(), await shop.product()
    payer = await shop.customer(language="en")
    customer = await shop.customer(bill_to=payer)
    fee = shop.code("fee")
    texts = {"fr": "Livraison", "en": "Delivery"}
    expect(
        await shop.api.put(
            f"/extra-charges/{fee}", {"description": texts, "unit_price": "12.5", "product": product}
        ),
        201,
    )
    charge = {"id": "x1", "description": "Livraison", "quantity": "2.5", "gl_account": account}
    ways: list[Json] = [
        {"gl_account": account, "po_number": "PO-1", "extra_charges": [{**charge, "unit_price": "40.00"}]},
        {"product": product, "total_price": None, "unit_price": "0.918401", "ordered_quantity": "333.3333"},
        {"product": product, "total_price": None, "extra_charges": [charge]},
        {"extra_charges": [{"id": "x1", "code": fee, "quantity": "1"}, {**charge, "id": "x2"}]},
        {"status": "cancelled", "extra_charges": [charge, {**charge, "id": "x2"}]},
        {"currency": "USD"},
        {"status": "in_production", "produced_quantity": "1010"},
    ]
    pairs = [(shop.code("D"), shop.code("D"), way) for way in ways]

    outcomes = await at_once(shop, *(completed(job, customer, **way) for job, _, way in pairs))
    for _, job, way in pairs:
        assert await alone(shop, completed(job, customer, **way)) == Ack()

    assert outcomes == [Ack()] * len(ways)
    for one, other, way in pairs:
        assert await all_of(shop, one) == await all_of(shop, other), way
    # Known jobs now, which say something else; the charge that goes is billed by nobody.
    again: list[Json] = [
        {"ordered_quantity": "1500", "title": "Autre", "extra_charges": [{**charge, "id": "x2"}]},
        {"status": "shipped", "currency": "CAD"},
        {"product": None, "gl_account": account, "total_price": None, "unit_price": "1"},
    ]
    changed: list[tuple[str, str, Json]] = [
        (one, other, way) for (one, other, _), way in zip(pairs[4:], again, strict=True)
    ]
    assert (
        await at_once(shop, *(updated(completed(job, customer, later=5, **way)) for job, _, way in changed))
        == [Ack()] * 3
    )
    for _, job, way in changed:
        await alone(shop, updated(completed(job, customer, later=5, **way)))
    for one, other, way in changed:
        assert await all_of(shop, one) == await all_of(shop, other), way


async def test_their_numbers_follow_one_another(shop: Shop) -> None:
    customer = await shop.customer()
    jobs = [shop.code("D") for _ in range(5)]

    assert await at_once(shop, *(completed(job, customer) for job in jobs)) == [Ack()] * 5

    numbers = [(await shop.get_job(job))["invoices"][0]["number"] for job in jobs]
    first = int(numbers[0].removeprefix("PF-"))
    assert [int(number.removeprefix("PF-")) for number in numbers] == list(range(first, first + 5))
    after = await shop.invoice(job=await shop.job(customer))
    assert after["number"] == f"PF-{first + 5:04d}"
    for number in numbers:
        found = expect(await shop.api.get(f"/invoices?q={number}"), 200)["data"]
        assert [one["number"] for one in found] == [number]


async def test_what_must_be_alone_is_left_and_did_nothing(shop: Shop) -> None:
    customer, stranger = await shop.customer(), shop.code("C")
    known = completed(shop.code("D"), customer)
    await alone(shop, known)
    repeated = completed(shop.code("D"), customer)
    twice = shop.code("D")
    events = [
        completed(shop.code("D"), customer),
        known,
        {**known, "data": {"job": {**known["data"]["job"], "title": "Autre"}}},
        repeated,
        repeated,
        completed(shop.code("D"), stranger),
        completed(shop.code("D"), customer, extra_charges=[{"id": "x", "quantity": "1"}]),
        completed(twice, stranger),
        completed(twice, customer, later=1),
        {**completed(shop.code("D"), customer), "data": {"job": {}}},
        completed(shop.code("D"), customer),
        {**completed(shop.code("D"), customer), "type": "production.customer.updated.v1", "data": {}},
        completed(shop.code("D"), customer),
    ]
    before = await everything(shop)

    outcomes = await at_once(shop, *events)

    assert [place for place, outcome in enumerate(outcomes) if outcome == Ack()] == [0, 3, 10]
    assert {outcome for outcome in outcomes if outcome != Ack()} == {None}
    grown = {name: count - before[name] for name, count in (await everything(shop)).items()}
    assert grown == {"inbox": 3, "jobs": 3, "invoices": 3, "parked_messages": 0}


async def test_one_alone_is_not_worth_it(shop: Shop) -> None:
    assert await at_once(shop, completed(shop.code("D"), await shop.customer())) == [None]


async def test_an_older_message_leaves_the_job_alone_and_still_prepares(shop: Shop) -> None:
    customer = await shop.customer()
    jobs = [shop.code("D") for _ in range(2)]
    await at_once(shop, *(updated(completed(job, customer, later=9, title="Neuf")) for job in jobs))

    assert await at_once(shop, *(completed(job, customer, title="Vieux") for job in jobs)) == [Ack()] * 2

    for job in jobs:
        shown = await shop.get_job(job)
        assert (shown["title"], len(shown["invoices"])) == ("Neuf", 1)
        (columns,) = await shop.database.fetch(
            "select auto_draft_remaining, auto_draft_invoice from jobs where number = $1", job
        )
        assert columns["auto_draft_remaining"] == 0
        assert str(columns["auto_draft_invoice"]) == (await shop.get(shown["invoices"][0]["number"]))["id"]


@pytest.mark.parametrize("rival", ["message", "job"])
async def test_who_was_faster_meanwhile_undoes_all_and_each_is_alone_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, rival: str
) -> None:
    customer = await shop.customer()
    events = [completed(shop.code("D"), customer) for _ in range(3)]
    other = events[1] if rival == "message" else completed(events[1]["subject"], customer, later=-60)
    foresee = Foreseeing.foresee

    async def overtaken(self: Foreseeing, expected: Expected) -> Foreseen:
        foreseen = await foresee(self, expected)
        await alone(shop, other)
        return foreseen

    monkeypatch.setattr(together.Foreseeing, "foresee", overtaken)
    before = await everything(shop)

    assert await at_once(shop, *events) == [None] * 3

    grown = {name: count - before[name] for name, count in (await everything(shop)).items()}
    assert grown == {"inbox": 1, "jobs": 1, "invoices": 1, "parked_messages": 0}
    for event in events:
        assert await alone(shop, event) == Ack()
        assert len((await shop.get_job(event["subject"]))["invoices"]) == 1


async def everything(shop: Shop) -> dict[str, int]:
    """How many rows there are."""
    return {
        table: (await shop.database.fetch(f"select count(*) from {table}"))[0][0]
        for table in ("inbox", "jobs", "invoices", "parked_messages")
    }


async def test_a_text_that_no_database_holds_undoes_all(shop: Shop) -> None:
    customer = await shop.customer()
    events = [completed(shop.code("D"), customer), completed(shop.code("D"), customer, title="a\x00b")]

    assert await at_once(shop, *events) == [None, None]
