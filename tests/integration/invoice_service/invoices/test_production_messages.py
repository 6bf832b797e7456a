"""The contract of production's messages, sentence by sentence, over a real RabbitMQ."""

import json
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from shared.bus.outcome import Ack
from shared.bus.port import ParkedDelivery
from shared.contracts.envelope import Envelope
from tests.integration.invoice_service.invoices.production_line import (
    ProductionLine,
    completed,
    production_line,
)
from tests.integration.invoice_service.invoices.shop import JOB, Json, Shop, expect
from tests.support.rabbitmq import RabbitMQBroker, virtual_host

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(shop: Shop, rabbitmq: RabbitMQBroker) -> AsyncIterator[ProductionLine]:
    """A production system, and consumers on a broker."""
    with virtual_host(rabbitmq) as name:
        async with production_line(shop, rabbitmq.url(name)) as running:
            yield running


async def new(shop: Shop) -> tuple[str, str]:
    """The number of a job that nobody knows yet, and a customer."""
    return shop.code("D"), await shop.customer()


# What a job becomes.


async def test_the_job_is_replaced_by_what_the_message_says(line: ProductionLine, shop: Shop) -> None:
    job, customer = await new(shop)
    account = await shop.account()
    charge = {
        "id": "x1",
        "description": "Livraison",
        "quantity": "1",
        "unit_price": "40.00",
        "gl_account": account,
    }
    full = {
        "description": "Encarts 4 pages",
        "produced_quantity": "1010",
        "po_number": "PO-1",
        "gl_account": account,
    }
    async with shop.settings(auto_draft_on_completion="off"):
        await line.tell(completed(job, customer, later=0, **full, extra_charges=[charge]))
        before = await shop.get_job(job)

        assert await line.tell(completed(job, customer, title="Encarts 2")) == Ack()

    after = await shop.get_job(job)
    assert {name: before[name] for name in full} == full
    assert (after["title"], {after[name] for name in full}) == ("Encarts 2", {None})
    assert after["extra_charges"] == before["extra_charges"]
    assert [one["id"] for one in after["extra_charges"]] == ["x1"]


async def test_only_an_empty_list_removes_charges_and_never_a_billed_one(
    line: ProductionLine, shop: Shop
) -> None:
    job, customer = await new(shop)
    account = await shop.account()
    charges = [
        {
            "id": name,
            "description": "Livraison",
            "quantity": "1",
            "unit_price": "40.00",
            "gl_account": account,
        }
        for name in ("x1", "x2")
    ]
    async with shop.settings(auto_draft_on_completion="off"):
        await line.tell(completed(job, customer, extra_charges=charges))
        await line.tell(completed(job, customer, extra_charges=None))
        assert len((await shop.get_job(job))["extra_charges"]) == 2
        await line.tell(completed(job, customer, extra_charges=charges[:1]))
        await line.tell(completed(job, customer, extra_charges=[]))
        assert (await shop.get_job(job))["extra_charges"] == []
    await line.tell(completed(job, customer, extra_charges=charges[:1]))

    refused = completed(job, customer, title="Autre", extra_charges=[])
    await line.tell(refused)

    (parked,) = await line.parked_as(refused)
    assert (parked["kind"], parked["reason"]) == (
        "dead",
        {"code": "in_use", "message": "x1 est utilisé et ne peut pas être supprimé."},
    )
    known = await shop.get_job(job)
    assert (known["title"], [one["id"] for one in known["extra_charges"]]) == ("Encarts", ["x1"])


async def test_unknown_fields_are_ignored_wherever_they_stand(line: ProductionLine, shop: Shop) -> None:
    job, customer = await new(shop)
    product = shop.code("P")
    charge = {"id": "x1", "description": "x", "quantity": "1", "product": product, "colour": {"deep": [1.5]}}
    event = completed(job, customer, extra_charges=[charge], colour=None)
    event["data"]["press"] = float("nan")  # no JSON, and written by many
    event["dataschema"] = "urn:x"
    await line.tell(event)
    (parked,) = await line.parked_as(event)
    expect(await shop.api.put(f"/products/{product}", {"description": {"fr": "x", "en": "x"}}), 201)

    replayed = expect(await shop.api.post(f"/parked-messages/{parked['id']}/replay"), 202)

    assert replayed["outcome"] == "applied"
    assert (await shop.get_job(job))["extra_charges"][0]["id"] == "x1"
    assert (await line.over_http(event))["outcome"] == "duplicate"


# In which order.


async def test_time_orders_the_messages_of_one_job_among_themselves_only(
    line: ProductionLine, shop: Shop
) -> None:
    (job, customer), other = await new(shop), shop.code("D")
    async with shop.settings(auto_draft_on_completion="off"):
        await line.tell(completed(job, customer, later=60, title="Du 60"))
        updated = {**completed(job, customer, later=30, title="Du 30"), "type": "production.job.updated.v1"}
        await line.tell(updated)
        assert (await shop.get_job(job))["title"] == "Du 60"
        await line.tell(completed(other, customer, later=0, title="Du 0"))
        assert (await shop.get_job(other))["title"] == "Du 0"
        expect(await shop.api.put(f"/jobs/{job}", {**JOB, "customer": customer, "title": "À la main"}), 200)
        await line.tell(completed(job, customer, later=59.999, title="Du 59"))
        assert (await shop.get_job(job))["title"] == "À la main"
        await line.tell(completed(job, customer, later=60, title="Du 60 aussi"))

    assert (await shop.get_job(job))["title"] == "Du 60 aussi"


async def test_a_completion_that_is_late_still_runs_the_next_step(line: ProductionLine, shop: Shop) -> None:
    job, customer = await new(shop)
    shipped = completed(job, customer, later=60, status="shipped", ordered_quantity="1200")
    await line.tell({**shipped, "type": "production.job.updated.v1"})
    assert (await shop.get_job(job))["invoices"] == []

    await line.tell(completed(job, "C-unknown", ordered_quantity="1000"))

    known = await shop.get_job(job)
    assert (known["status"], [one["quantity"] for one in known["invoices"]]) == ("shipped", ["1200"])


async def test_a_parked_one_that_is_replayed_late_leaves_the_newer_job_alone(
    line: ProductionLine, shop: Shop
) -> None:
    job, customer = await new(shop)
    old = completed(job, customer, title="Vieux", product="P-later")
    await line.tell(old)
    await line.tell(completed(job, customer, later=60, title="Nouveau"))
    (parked,) = await line.parked_as(old)

    replayed = expect(await shop.api.post(f"/parked-messages/{parked['id']}/replay"), 202)

    assert replayed["outcome"] == "superseded"
    assert (await shop.get_job(job))["title"] == "Nouveau"
    assert await line.parked_as(old) == []


async def test_many_completions_of_a_new_job_at_once_make_one_pro_forma(
    line: ProductionLine, shop: Shop
) -> None:
    job, customer = await new(shop)
    events = [completed(job, customer, title=f"Encarts {number}") for number in range(8)]

    outcomes = await line.tell_all(events)

    assert outcomes == [Ack()] * 8
    known = await shop.get_job(job)
    assert [one["quantity"] for one in known["invoices"]] == ["1000"]
    assert known["remaining_quantity"] == "0"


async def test_one_that_was_tried_in_vain_is_applied_by_its_replay(line: ProductionLine, shop: Shop) -> None:
    job, customer = await new(shop)
    event = completed(job, customer)
    envelope = Envelope.decode(json.dumps(event).encode())
    await shop.inbound.parked(
        ParkedDelivery(envelope.encode(), envelope, "invoice.production", "StorageUnavailable: away", 10)
    )
    (parked,) = await line.parked_as(event)
    assert (parked["kind"], parked["attempts"]) == ("dead", 10)

    replayed = expect(await shop.api.post(f"/parked-messages/{parked['id']}/replay"), 202)

    assert replayed["outcome"] == "applied"
    assert await line.parked_as(event) == []
    assert (await line.over_http(event))["outcome"] == "duplicate"


# What can't be applied yet, or ever.


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"customer": "C-none"}, "customer: C-none"),
        ({"product": "P-none"}, "product: P-none"),
        ({"gl_account": "GL-none"}, "gl_account: GL-none"),
        ({"ship_to": "a-none"}, "ship_to: a-none"),
        (
            {"extra_charges": [{"id": "x", "quantity": "1", "code": "x-none", "product": "P-none"}]},
            "extra_charges[0].code: x-none",
        ),
    ],
)
async def test_what_names_an_unknown_thing_is_parked_with_the_reason(
    line: ProductionLine, shop: Shop, fields: Json, named: str
) -> None:
    job, customer = await new(shop)
    event = completed(job, customer)
    event["data"]["job"].update(fields)

    assert await line.tell(event) == Ack()

    (parked,) = await line.parked_as(event)
    assert (parked["kind"], parked["reason"]["code"], parked["queue"]) == (
        "unknown_reference",
        "unknown_reference",
        "invoice.production",
    )
    assert parked["reason"]["message"].startswith(f"{named} n'existe pas.")
    assert (await shop.api.get(f"/jobs/{job}")).status == 404


async def test_a_parked_one_is_applied_once_whichever_way_it_comes_again(
    line: ProductionLine, shop: Shop
) -> None:
    job, customer = shop.code("D"), shop.code("C")
    event = completed(job, customer)
    await line.tell(event)
    await line.tell(event)
    (parked,) = await line.parked_as(event)
    assert parked["attempts"] == 2
    expect(await shop.api.put(f"/customers/{customer}", {"name": "Enfin connu"}), 201)

    await line.tell(event)

    assert await line.parked_as(event) == []
    assert (await shop.api.post(f"/parked-messages/{parked['id']}/replay")).status == 404
    assert (await line.over_http(event))["outcome"] == "duplicate"
    await line.tell(event)
    assert len((await shop.get_job(job))["invoices"]) == 1


async def test_one_that_is_parked_for_another_reason_is_one_entry(line: ProductionLine, shop: Shop) -> None:
    job, customer = shop.code("D"), shop.code("C")
    event = completed(job, customer, unit_price="1.00")
    await line.tell(event)
    expect(await shop.api.put(f"/customers/{customer}", {"name": "Enfin connu"}), 201)

    await line.tell(event)

    (parked,) = await line.parked_as(event)
    assert (parked["kind"], parked["reason"]["code"]) == ("dead", "price_twice")


async def test_another_body_under_a_known_identity_is_quarantined(line: ProductionLine, shop: Shop) -> None:
    job, customer = await new(shop)
    event = completed(job, customer)
    await line.tell(event)
    same = {**event, "time": completed(job, customer, later=99)["time"], "correlationid": "autre"}
    other = {**event, "subject": "D-9"}

    await line.tell(same)
    assert await line.parked_as(event) == []
    await line.tell(other)

    (parked,) = await line.parked_as(event)
    assert (parked["kind"], parked["reason"]["code"]) == ("quarantined", "conflicting_repeat")
    over_http = await shop.api.call("POST", "/job-completions", raw=json.dumps(other).encode())
    assert (over_http.status, over_http.code) == (409, "conflicting_repeat")
    assert (await line.over_http({**event, "source": "urn:mis:plant-2"}))["outcome"] == "applied"
    assert len((await shop.get_job(job))["invoices"]) == 1


# Not a message, or not one that can be read: parked at once, and nothing waits behind it.


def attribute(name: str, value: object) -> Callable[[Json], bytes]:
    return lambda event: json.dumps({**event, name: value}).encode()


def field(name: str, value: object) -> Callable[[Json], bytes]:
    return lambda event: json.dumps(
        {**event, "data": {"job": {**event["data"]["job"], name: value}}}
    ).encode()


def text(old: str, new: str) -> Callable[[Json], bytes]:
    return lambda event: json.dumps(event).replace(old, new, 1).encode()


UNREADABLE: dict[str, tuple[Callable[[Json], bytes], str]] = {
    "NUL in the id": (attribute("id", "a\0b"), "undecodable: id: "),
    "NUL in the source": (attribute("source", "a\0b"), "undecodable: source: "),
    "a line break in the subject": (attribute("subject", "a\nb"), "undecodable: subject: "),
    "NUL in the correlation": (attribute("correlationid", "\0"), "undecodable: correlationid: "),
    "a correlation without end": (attribute("correlationid", "x" * 256), "undecodable: correlationid: "),
    "an id that is a number": (attribute("id", 88213), "undecodable: id: "),
    "an older CloudEvent": (attribute("specversion", "0.3"), "undecodable: specversion: "),
    "no zone": (attribute("time", "2025-07-18T14:03:11"), "undecodable: time: Input should have timezone"),
    "a time that is a number": (attribute("time", 1752847391), "undecodable: time: "),
    "before the first year": (attribute("time", "0001-01-01T00:00:00+14:00"), "undecodable: time: "),
    "after the last year": (attribute("time", "9999-12-31T23:59:59-14:00"), "undecodable: time: "),
    "data that is a list": (attribute("data", []), "undecodable: data: "),
    "a version that nobody knows": (attribute("type", "production.job.completed.v2"), "no message contract"),
    "another exchange's message": (
        attribute("type", "events.invoice.created.v1"),
        "invoice_id: Field required",
    ),
    "no job": (attribute("data", {"job": None}), "job: "),
    "a quantity that is a number": (field("ordered_quantity", 1000), "job.ordered_quantity: "),
    "a quantity without end": (field("ordered_quantity", "9" * 15), "job.ordered_quantity: "),
    "an exponent": (field("ordered_quantity", "1e3"), "job.ordered_quantity: "),
    "less than nothing": (field("ordered_quantity", "-1"), "job.ordered_quantity: "),
    "a fraction of a cent": (field("total_price", "1.005"), "job.total_price: "),
    "a status of its own": (field("status", "done"), "job.status: "),
    "a number with a slash": (field("number", "D/1"), "job.number: "),
    "a title of blanks": (field("title", "  "), "job.title: "),
    "NUL in the title": (field("title", "a\0b"), "job.title: "),
    "a line break in the order number": (field("po_number", "a\nb"), "job.po_number: "),
    "charges without end": (
        field("extra_charges", [{"id": "x", "quantity": "1"}] * 501),
        "job.extra_charges: ",
    ),
    "half a character": (text("Encarts", "\\ud800"), "undecodable: body: Invalid JSON"),
    "an integer without end": (text('"1000"', "9" * 5000), "undecodable: body: Invalid JSON"),
    "a nest without end": (text('"1000"', "[" * 300 + "]" * 300), "undecodable: body: Invalid JSON"),
    "no JSON": (lambda _: b"{", "undecodable: body: Invalid JSON"),
    "no text": (lambda _: b"\x00\xff", "undecodable: body: Invalid JSON"),
    "another encoding": (lambda event: json.dumps(event).encode("utf-16"), "undecodable: body: Invalid JSON"),
    "nothing": (lambda _: b"", "undecodable: body: Invalid JSON"),
    "a list": (lambda _: b"[]", "undecodable: body: "),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_can_not_be_read_is_parked_at_once(line: ProductionLine, shop: Shop, name: str) -> None:
    spoil, reason = UNREADABLE[name]
    body = spoil(completed(*await new(shop)))

    parked = await line.dead_letter(body)

    assert (parked["kind"], parked["attempts"]) == ("dead", 1)
    assert parked["reason"]["message"].startswith(reason)
    replayed = await shop.api.post(f"/parked-messages/{parked['id']}/replay")
    assert (replayed.status, replayed.code) == (409, "not_replayable")
    over_http = await shop.api.call("POST", "/job-completions", raw=body)
    assert over_http.status in (400, 422), over_http.text


async def test_large_rubbish_is_parked_too_and_once(line: ProductionLine, shop: Shop) -> None:
    body = "".join(str(uuid.uuid4()) for _ in range(2000)).encode()

    parked = await line.dead_letter(body)
    await shop.inbound.parked(ParkedDelivery(body, None, "invoice.production", "undecodable", 1))

    (kept,) = [row for row in await line.all_parked() if row["body"] == parked["body"]]
    assert (kept["id"], kept["attempts"]) == (parked["id"], 2)
