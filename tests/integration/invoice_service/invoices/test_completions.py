"""Jobs that production is done with: from RabbitMQ and over HTTP, once each, and the pro forma that follows."""

import asyncio
import datetime as dt
import uuid

import pytest

from services.invoice_service.messaging.inbound import dead_letter
from shared.bus import topology
from shared.bus.outcome import Ack, DeadLetter
from shared.bus.port import Delivery, ParkedDelivery
from shared.contracts.envelope import Envelope
from tests.integration.invoice_service.invoices.shop import JOB, Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIME = dt.datetime(2025, 7, 18, 14, 3, 11, tzinfo=dt.UTC)


def completion(
    job: str, customer: str, *, message_id: str = "", later: int = 0, **fields: object
) -> Envelope:
    """`job.completed`, `later` seconds after the first one."""
    return Envelope(
        id=message_id or str(uuid.uuid4()),
        source="urn:mis:plant-1",
        type="production.job.completed.v1",
        subject=job,
        time=TIME + dt.timedelta(seconds=later),
        data={"job": {"number": job, "customer": customer, **JOB, **fields}},
    )


async def post(shop: Shop, envelope: Envelope) -> Json:
    """The answer to a completion over HTTP."""
    reply = await shop.api.call("POST", "/job-completions", raw=envelope.encode())
    answer = expect(reply, 202)
    assert answer.pop("id") == envelope.id
    return answer


async def drafts(shop: Shop, job: str) -> list[Json]:
    """The invoices on which a job stands, newest first."""
    listed = await shop.api.get("/invoices", query={"job": job, "status": "all", "sort": "-number"})
    return list(expect(listed, 200)["data"])


async def new(shop: Shop) -> tuple[str, str]:
    """The number of a job that nobody knows yet, and a customer."""
    return shop.code("D"), await shop.customer()


async def test_applied_once_over_http_with_a_pro_forma_for_what_remains(shop: Shop) -> None:
    job, customer = await new(shop)
    message = completion(job, customer, po_number="PO-1")

    first = await post(shop, message)
    second = await post(shop, message)

    (draft,) = await drafts(shop, job)
    assert first == {"outcome": "applied", "invoice": draft["number"], "parked": None, "reason": None}
    assert second == {"outcome": "duplicate", "invoice": None, "parked": None, "reason": None}
    assert [(line["quantity"], line["po_number"], line["total"]) for line in draft["lines"]] == [
        ("1000", "PO-1", "15812.65")
    ]
    known = await shop.get_job(job)
    assert (known["status"], known["remaining_quantity"]) == ("production_complete", "0")
    trail = (await shop.trail(draft))[-1]
    assert (trail["action"], trail["actor"]["kind"]) == ("invoice.created", "key")


async def test_applied_once_from_the_bus(shop: Shop) -> None:
    job, customer = await new(shop)
    message = completion(job, customer)

    outcomes = await asyncio.gather(*(shop.produced(message) for _ in range(4)))
    over_http = await post(shop, message)

    assert outcomes == [Ack()] * 4
    assert over_http["outcome"] == "duplicate"
    (draft,) = await drafts(shop, job)
    assert (await shop.trail(draft))[-1]["actor"] == {
        "kind": "message",
        "id": message.id,
        "name": "production.job.completed.v1",
    }


async def test_another_body_under_a_known_identity_is_quarantined(shop: Shop) -> None:
    job, customer = await new(shop)
    message = completion(job, customer, message_id=shop.code("mis"))
    await post(shop, message)
    other = completion(job, customer, message_id=message.id, ordered_quantity="2000")

    over_http = await shop.api.call("POST", "/job-completions", raw=other.encode())
    from_the_bus = await shop.produced(other)

    assert (over_http.status, over_http.code) == (409, "conflicting_repeat")
    assert from_the_bus == Ack()
    assert (await shop.get_job(job))["ordered_quantity"] == "1000"
    (kept,) = await parked(shop, message)
    assert (kept["kind"], kept["reason"]["code"], kept["attempts"]) == (
        "quarantined",
        "conflicting_repeat",
        2,
    )
    assert Envelope.decode(kept["body"].encode()) == other
    replayed = expect(await shop.api.post(f"/parked-messages/{kept['id']}/replay"), 202)
    assert replayed["outcome"] == "parked"
    assert len(await parked(shop, message)) == 1


async def parked(shop: Shop, message: Envelope) -> list[Json]:
    """What is parked of a message."""
    rows = expect(await shop.api.get("/parked-messages"), 200)["data"]
    return [row for row in rows if row["message"]["id"] == message.id]


async def test_an_older_one_leaves_the_job_alone_and_still_drafts(shop: Shop) -> None:
    job, customer = await new(shop)
    async with shop.settings(auto_draft_on_completion="off"):
        newest = await post(shop, completion(job, customer, later=60, title="Nouveau titre"))
    older = await post(shop, completion(job, customer, later=0, title="Vieux titre"))

    (draft,) = await drafts(shop, job)
    assert (newest["outcome"], newest["invoice"]) == ("applied", None)
    assert (older["outcome"], older["invoice"]) == ("superseded", draft["number"])
    assert (await shop.get_job(job))["title"] == "Nouveau titre"


# What it names must be known.


async def test_what_names_an_unknown_customer_is_parked_and_replayed(shop: Shop) -> None:
    job, customer = shop.code("D"), shop.code("C")
    message = completion(job, customer)

    first = await post(shop, message)
    again = await post(shop, message)

    (kept,) = await parked(shop, message)
    assert (
        first
        == again
        == {
            "outcome": "parked",
            "invoice": None,
            "parked": kept["id"],
            "reason": "unknown_reference",
        }
    )
    assert (kept["kind"], kept["reason"]["code"], kept["attempts"]) == (
        "unknown_reference",
        "unknown_reference",
        2,
    )
    assert customer in kept["reason"]["message"]
    assert kept["message"] == {
        "source": "urn:mis:plant-1",
        "id": message.id,
        "type": "production.job.completed.v1",
        "subject": job,
        "time": kept["message"]["time"],
    }
    assert (await shop.api.get(f"/jobs/{job}")).status == 404
    still = expect(await shop.api.post(f"/parked-messages/{kept['id']}/replay"), 202)
    assert (still["outcome"], still["parked"]) == ("parked", kept["id"])

    expect(await shop.api.put(f"/customers/{customer}", {"name": "Enfin connu"}), 201)
    replayed = expect(await shop.api.post(f"/parked-messages/{kept['id']}/replay"), 202)

    (draft,) = await drafts(shop, job)
    assert (replayed["outcome"], replayed["invoice"]) == ("applied", draft["number"])
    assert await parked(shop, message) == []
    assert (await post(shop, message))["outcome"] == "duplicate"
    assert (await shop.api.post(f"/parked-messages/{kept['id']}/replay")).status == 404


async def test_a_parked_one_that_comes_again_is_applied_once_it_can_be(shop: Shop) -> None:
    job, customer = shop.code("D"), shop.code("C")
    message = completion(job, customer)
    await shop.produced(message)
    expect(await shop.api.put(f"/customers/{customer}", {"name": "Enfin connu"}), 201)

    again = await post(shop, message)

    assert again["outcome"] == "applied"
    assert await parked(shop, message) == []
    assert (await post(shop, message))["outcome"] == "duplicate"


async def test_another_body_under_the_identity_of_a_parked_one_is_quarantined(shop: Shop) -> None:
    job, customer = await new(shop)
    message = completion(job, "C-none")
    await shop.produced(message)

    reply = await shop.api.call(
        "POST", "/job-completions", raw=completion(job, customer, message_id=message.id).encode()
    )

    assert (reply.status, reply.code) == (409, "conflicting_repeat")
    assert sorted(row["kind"] for row in await parked(shop, message)) == ["quarantined", "unknown_reference"]
    assert (await shop.api.get(f"/jobs/{job}")).status == 404


async def test_a_discarded_one_is_forgotten(shop: Shop) -> None:
    message = completion(shop.code("D"), "C-none")
    await shop.produced(message)
    (kept,) = await parked(shop, message)

    assert (await shop.api.delete(f"/parked-messages/{kept['id']}")).status == 204

    assert await parked(shop, message) == []
    assert (await shop.api.delete(f"/parked-messages/{kept['id']}")).status == 404
    assert (await post(shop, message))["outcome"] == "duplicate"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"product": "none"}, "unknown_reference"),
        ({"gl_account": "none"}, "unknown_reference"),
        ({"ship_to": "none"}, "unknown_reference"),
        ({"extra_charges": [{"id": "x", "quantity": "1", "code": "none"}]}, "unknown_reference"),
        ({"unit_price": "1.00"}, "price_twice"),
        (
            {"extra_charges": [{"id": "x", "quantity": "1", "description": "x"}]},
            "account_or_product_required",
        ),
    ],
)
async def test_what_it_says_must_fit(shop: Shop, fields: Json, code: str) -> None:
    job, customer = await new(shop)

    answer = await post(shop, completion(job, customer, **fields))

    assert (answer["outcome"], answer["reason"]) == ("parked", code)


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"type": "production.job.updated.v1"}, 422, "invalid", "type"),
        ({"data": {}}, 422, "invalid", "data.job"),
        ({"data": {"job": {"number": "D-1"}}}, 422, "invalid", "data.job.customer"),
        ({"time": "yesterday"}, 422, "invalid", "time"),
        ({"id": ""}, 422, "invalid", "id"),
        ({"specversion": "0.3"}, 422, "invalid", "specversion"),
    ],
)
async def test_what_is_no_completion_is_refused(
    shop: Shop, change: Json, status: int, code: str, field: str
) -> None:
    body = {**completion("D-1", "C-1").model_dump(mode="json"), **change}

    reply = await shop.api.post("/job-completions", body)

    assert (reply.status, reply.code) == (status, code), reply.text
    assert field in reply.fields


async def test_the_body_is_json_of_either_type(shop: Shop) -> None:
    job, customer = await new(shop)
    raw = completion(job, customer, colour="red").encode()  # readers ignore fields that they do not know

    answers = [
        await shop.api.call("POST", "/job-completions", raw=raw, headers={"Content-Type": type_})
        for type_ in ("application/cloudevents+json", "application/json; charset=utf-8", "text/plain")
    ]
    malformed = await shop.api.call("POST", "/job-completions", raw=b"{")

    assert [answer.status for answer in answers] == [202, 202, 415]
    assert (malformed.status, malformed.code) == (400, "malformed")


async def test_a_production_system_may_tell_and_a_viewer_may_not(shop: Shop) -> None:
    job, customer = await new(shop)
    raw = completion(job, customer).encode()

    machine = await shop.api.call("POST", "/job-completions", raw=raw, key=await shop.key("integration"))
    viewer = await shop.api.call("POST", "/job-completions", raw=raw, key=await shop.key("viewer"))

    assert machine.json["outcome"] == "applied"
    assert (viewer.status, viewer.code) == (403, "forbidden")


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("production.job.completed.v9", {"job": {}}),
        ("production.job.completed.v1", {"job": {"number": "D-1"}}),
        ("results.document.render_failed.v1", {"invoice_id": "x", "version": 1, "reason": {"code": "", "message": ""}}),
    ],
)  # fmt: skip
async def test_what_no_handler_takes_is_parked_and_can_not_be_replayed(
    shop: Shop, type_: str, data: Json
) -> None:
    message = Envelope(id=str(uuid.uuid4()), source="urn:mis", type=type_, time=TIME, data=data)
    outcome = await shop.produced(message)
    assert isinstance(outcome, DeadLetter)
    await shop.inbound.parked(
        ParkedDelivery(message.encode(), message, topology.PRODUCTION, outcome.reason, 1)
    )
    (kept,) = await parked(shop, message)

    reply = await shop.api.post(f"/parked-messages/{kept['id']}/replay")

    assert kept["kind"] == "dead"
    assert (reply.status, reply.code) == (409, "not_replayable")
    assert await parked(shop, message) == [kept]


async def test_what_is_no_message_at_all_is_parked_too(shop: Shop) -> None:
    delivery = ParkedDelivery(b"\xff{", None, topology.RESULTS, "not a CloudEvent", 3)

    await shop.inbound.parked(delivery)
    await shop.inbound.parked(delivery)

    rows = expect(await shop.api.get("/parked-messages"), 200)["data"]
    (kept,) = [row for row in rows if row["body"] == dead_letter(delivery)["body"]]
    assert (kept["kind"], kept["reason"]["message"], kept["attempts"]) == ("dead", "not a CloudEvent", 6)
    reply = await shop.api.post(f"/parked-messages/{kept['id']}/replay")
    assert (reply.status, reply.code) == (409, "not_replayable")


async def test_a_dead_command_goes_back_on_its_way_in_its_lane(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice, pdf=False), 202)
    ((body,),) = await shop.database.fetch(
        "delete from outbox where invoice_id = $1 and lane = 'email' returning body", uuid.UUID(invoice["id"])
    )
    command = Envelope.decode(body.encode())
    await shop.inbound.parked(
        ParkedDelivery(command.encode(), command, topology.EMAIL, "attempts exhausted", 10)
    )
    (kept,) = await parked(shop, command)

    expect(await shop.api.post(f"/parked-messages/{kept['id']}/replay"), 202)

    rows = await shop.database.fetch(
        "select lane, body from outbox where body::jsonb ->> 'id' = $1", command.id
    )
    assert [(row["lane"], row["body"]) for row in rows] == [("email", body)]
    assert await parked(shop, command) == []


async def test_updates_of_jobs_and_customers_come_by_message_too(shop: Shop) -> None:
    customer = await shop.customer()
    job = await shop.job(customer)
    told = [
        ("production.customer.updated.v1", {"customer": {"code": customer, "name": "Renommé"}}),
        (
            "production.job.updated.v1",
            {"job": {**JOB, "number": job, "customer": customer, "title": "Corrigé"}},
        ),
    ]

    for type_, data in told:
        message = Envelope(id=str(uuid.uuid4()), source="urn:mis", type=type_, time=TIME, data=data)
        assert await shop.inbound.production(Delivery(message, topology.PRODUCTION, 1)) == Ack()

    assert expect(await shop.api.get(f"/customers/{customer}"), 200)["name"] == "Renommé"
    assert (await shop.get_job(job))["title"] == "Corrigé"
    assert await drafts(shop, job) == []
