"""Batches over HTTP: one action on many invoices, each done once, with its outcome and its reason."""

import asyncio
import uuid
from collections.abc import Mapping

import pytest
import pytest_asyncio

from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.messaging.batches import ATTEMPTS
from services.invoice_service.storage.invoices import Invoices
from tests.integration.invoice_service.invoices.shop import (
    BILLING_ADDRESS,
    Json,
    Shop,
    batch_runner,
    expect,
    mailed,
)
from tests.support.event_stream import EventStream, event_stream

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_other_batch(shop: Shop) -> None:
    """What other tests have handed to workers, who never answer, is in nobody's way."""
    await shop.database.fetch("delete from batches")


async def asked(shop: Shop, action: str, *refs: str, headers: Mapping[str, str] | None = None) -> Json:
    """A batch that was just asked for."""
    return expect(
        await shop.api.post("/invoices/batch", {"action": action, "invoices": refs}, headers=headers), 202
    )


async def now(shop: Shop, batch: Json) -> Json:
    return expect(await shop.api.get(f"/batches/{batch['id']}"), 200)


async def run(shop: Shop, batch: Json, *, steps: int = 3, ahead: int = 20) -> Json:
    """The batch, after some steps of a runner."""
    running = batch_runner(shop, ahead=ahead)
    for _ in range(steps):
        await running.step()
    return await now(shop, batch)


def outcomes(batch: Json) -> list[tuple[str, str, str | None]]:
    return [
        (one["invoice"], one["outcome"], one["reason"]["code"] if one["reason"] else None)
        for one in batch["outcomes"]
    ]


async def accept(shop: Shop, invoice: Json, *states: str, type_: str = "email.sent", **more: object) -> None:
    """The mailer answers to the last e-mail of an invoice."""
    email = (await shop.emails(invoice))[0]
    await shop.result(type_, {**mailed(email, *states, **more), "invoice_id": invoice["id"]})


async def proformas(shop: Shop, count: int) -> list[Json]:
    customer = await shop.customer()
    return [await shop.billing({"price": "10.00"}, customer=customer) for _ in range(count)]


async def test_what_is_refused_stops_no_other_and_says_why(shop: Shop) -> None:
    good, held, already = await proformas(shop, 3)
    elsewhere = await shop.customer(addresses=[{**BILLING_ADDRESS, "province": "BC"}])
    untaxed = await shop.billing({"price": "10.00"}, customer=elsewhere)
    expect(await shop.patch(held, {"hold": {"reason": "prix à vérifier"}}), 200)
    already = await shop.finalize(already)
    refs = [untaxed["number"], held["number"], already["number"], good["id"]]

    reply = await shop.api.post("/invoices/batch", {"action": "finalize", "invoices": refs})
    batch = expect(reply, 202)
    assert reply.headers["Location"] == f"/api/v1/batches/{batch['id']}"
    assert (batch["action"], batch["total"], batch["done"], batch["outcomes"]) == ("finalize", 4, 0, [])
    batch = await run(shop, batch)

    final = await shop.get(good["number"])
    assert final["final_number"]
    assert outcomes(batch) == [
        (untaxed["number"], "skipped", "incomplete"),
        (held["number"], "skipped", "on_hold"),
        (already["number"], "skipped", "already_final"),
        (final["final_number"], "succeeded", None),
    ]
    assert [one["reason"]["message"] for one in batch["outcomes"][:2]] == [
        "Le code de taxes est manquant.",
        "La facture est en attente : prix à vérifier",
    ]
    assert [one["ref"] for one in batch["outcomes"]] == refs
    assert (batch["done"], batch["ended_at"] is not None) == (4, True)
    english = await shop.api.get(f"/batches/{batch['id']}", headers={"Accept-Language": "en"})
    assert english.json["outcomes"][0]["reason"]["message"] == "The tax code is missing."
    assert [one["actor"]["id"] for one in (await shop.trail(final))[:1]] == [
        (await shop.api.audit("batch", batch["id"]))[0]["actor"]["id"]
    ]


async def test_one_named_twice_is_done_once_and_one_that_is_not_there_refuses_the_whole(shop: Shop) -> None:
    first, second = await proformas(shop, 2)
    again = [first["id"], second["number"], first["number"], first["id"]]
    batch = await asked(shop, "finalize", *again)
    assert batch["total"] == 2
    assert [one["ref"] for one in (await run(shop, batch))["outcomes"]] == again[:2]

    unknown = str(uuid.uuid4())
    refs = ["PF-99999", second["number"], unknown]
    reply = await shop.api.post("/invoices/batch", {"action": "print", "invoices": refs})
    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert reply.fields == {"invoices[0]": "unknown_reference", "invoices[2]": "unknown_reference"}
    assert (await shop.api.get(f"/batches/{unknown}")).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"action": "finalize", "invoices": []},
        {"action": "delete", "invoices": ["PF-0001"]},
        {"action": "print", "invoices": [""]},
        {"action": "print", "invoices": ["x"] * 2001},
        {"action": "print"},
    ],
)
async def test_a_body_that_is_wrong_is_refused(shop: Shop, body: Json) -> None:
    assert (await shop.api.post("/invoices/batch", body)).status == 422


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("viewer", ()),
        ("integration", ()),
        ("biller", ("email", "print")),
        ("accountant", ("email", "print", "finalize", "finalize_and_email")),
    ],
)
async def test_who_may(shop: Shop, role: str, allowed: tuple[str, ...]) -> None:
    invoice = await shop.invoice()
    for action in ("email", "print", "finalize", "finalize_and_email"):
        body = {"action": action, "invoices": [invoice["number"]]}
        reply = await shop.api.post("/invoices/batch", body, key=await shop.key(role))
        assert reply.status == (202 if action in allowed else 403), (action, reply.text)


async def test_the_same_key_is_the_same_batch(shop: Shop) -> None:
    (invoice,) = await proformas(shop, 1)
    key = {"Idempotency-Key": f"batch {invoice['number']}"}
    first = await asked(shop, "finalize", invoice["number"], headers=key)
    again = await asked(shop, "finalize", invoice["number"], headers=key)
    assert again == first
    assert outcomes(await run(shop, first))[0][1] == "succeeded"


async def test_an_e_mail_has_succeeded_once_the_other_side_has_accepted_it(shop: Shop) -> None:
    taken, refused, uncertain, lonely = await proformas(shop, 4)
    customer = await shop.customer(contacts=[])
    lonely = await shop.billing({"price": "10.00"}, customer=customer)
    refs = [one["number"] for one in (taken, refused, uncertain, lonely)]
    batch = await run(shop, await asked(shop, "email", *refs))
    assert outcomes(batch) == [(lonely["number"], "skipped", "invalid")]
    assert batch["outcomes"][0]["reason"]["message"] == "Aucun destinataire."

    for invoice in (taken, refused, uncertain):
        assert [one["type"] for one in await shop.outbox(invoice, "commands.")] == [
            "commands.document.render.bulk.v1"
        ]
        await shop.rendered(invoice)
    assert outcomes(await run(shop, batch)) == outcomes(batch), "what was handed over is not accepted yet"
    await accept(shop, taken, "sent")
    reason = {"code": "rejected", "message": "550 no such user"}
    await accept(shop, refused, "refused", type_="email.failed", reason=reason)
    reason = {"code": "no_answer", "message": "silence"}
    await accept(shop, uncertain, "uncertain", type_="email.uncertain", reason=reason)
    batch = await run(shop, batch)

    assert outcomes(batch) == [
        (taken["number"], "succeeded", None),
        (refused["number"], "failed", "rejected"),
        (uncertain["number"], "failed", "no_answer"),
        (lonely["number"], "skipped", "invalid"),
    ]
    assert (await shop.get(taken["number"]))["status"] == "proforma_sent"
    assert (await shop.emails(lonely), batch["ended_at"] is not None) == ([], True)


async def test_nobody_is_mailed_twice_at_once_nor_while_outbound_is_off(shop: Shop) -> None:
    (invoice,) = await proformas(shop, 1)
    async with shop.settings(outbound="off"):
        batch = await run(shop, await asked(shop, "email", invoice["number"]))
        assert outcomes(batch) == [(invoice["number"], "skipped", "outbound_off")]
    first = await run(shop, await asked(shop, "email", invoice["number"]))
    second = await run(shop, await asked(shop, "email", invoice["number"]))

    assert (first["done"], outcomes(second)) == (0, [(invoice["number"], "skipped", "email_under_way")])
    assert len(await shop.emails(invoice)) == 1


async def test_finalize_and_e_mail_is_both_or_neither(shop: Shop) -> None:
    (good,) = await proformas(shop, 1)
    lonely = await shop.billing({"price": "10.00"})
    expect(await shop.api.post(f"/invoices/{lonely['number']}/finalize"), 200)
    contact = {"id": "x", "first_name": "Sans", "last_name": "Adresse", "billing_responsible": True}
    lonely = await shop.billing({"price": "10.00"}, customer=await shop.customer(contacts=[contact]))
    batch = await run(shop, await asked(shop, "finalize_and_email", lonely["number"], good["number"]))
    final = await shop.get(good["number"])
    await shop.rendered(final)
    await accept(shop, final, "sent")
    batch = await run(shop, batch)

    assert outcomes(batch) == [
        (lonely["number"], "skipped", "invalid"),
        (final["final_number"], "succeeded", None),
    ]
    assert (await shop.get(lonely["number"]))["status"] == "proforma_draft"


async def test_no_more_is_handed_to_the_workers_than_they_can_take(shop: Shop) -> None:
    invoices = await proformas(shop, 4)
    refs = [one["number"] for one in invoices]
    batch = await run(shop, await asked(shop, "finalize_and_email", *refs), ahead=2, steps=5)
    assert [bool((await shop.get(ref))["final_number"]) for ref in refs] == [True, True, False, False]

    first = await shop.get(refs[0])
    await shop.rendered(first)
    await accept(shop, first, "sent")
    batch = await run(shop, batch, ahead=2)
    assert [bool((await shop.get(ref))["final_number"]) for ref in refs] == [True, True, True, False]
    assert batch["done"] == 1
    shop.api.clock.pass_(minutes=11)
    await run(shop, batch, ahead=2)
    assert [bool((await shop.get(ref))["final_number"]) for ref in refs] == [True] * 4, (
        "workers who are away hold nobody up for ever"
    )


async def test_several_runners_do_each_invoice_once(shop: Shop) -> None:
    invoices = await proformas(shop, 12)
    refs = [one["number"] for one in invoices]
    batch = await asked(shop, "finalize", *refs)
    other = await asked(shop, "finalize", *reversed(refs))
    running = [batch_runner(shop, ahead=100) for _ in range(3)]
    while (await now(shop, batch))["ended_at"] is None or (await now(shop, other))["ended_at"] is None:
        await asyncio.gather(*(one.step() for one in running))

    ends = outcomes(await now(shop, batch)) + outcomes(await now(shop, other))
    assert sorted(outcome for _, outcome, _ in ends) == ["skipped"] * 12 + ["succeeded"] * 12
    numbers = [(await shop.get(ref))["final_number"] for ref in refs]
    assert len(set(numbers)) == 12
    for invoice in invoices:
        assert [one["action"] for one in await shop.trail(invoice)].count("invoice.finalized") == 1


async def test_a_defect_with_one_is_that_ones_failure(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = await proformas(shop, 2)
    load = Invoices.load

    async def broken(self: Invoices, ref: str, actor: str) -> Loaded:
        if ref == bad["id"]:
            raise ZeroDivisionError
        return await load(self, ref, actor)

    batch = await asked(shop, "finalize", bad["number"], good["number"])
    with monkeypatch.context() as patched:
        patched.setattr(Invoices, "load", broken)
        for _ in range(ATTEMPTS):
            batch = await run(shop, batch, steps=1)
            assert outcomes(batch)[-1][1] == "succeeded"
            await shop.database.fetch(
                "update batch_invoices set available_at = now() where state = 'waiting'"
            )
        batch = await run(shop, batch, steps=1)

    assert outcomes(batch)[0] == (bad["number"], "failed", "internal")
    assert batch["ended_at"] is not None


async def told(stream: EventStream, batch: Json, done: int) -> Json:
    """What is told of a batch once so many are done."""
    while (event := await stream.next()) is not None:
        if event.name == "batch" and event.data["id"] == batch["id"] and event.data["done"] == done:
            return event.data
    raise AssertionError("the stream ended")


async def test_progress_is_told_as_it_happens(shop: Shop) -> None:
    first, second = await proformas(shop, 2)
    async with event_stream(shop.api) as stream:
        batch = await asked(shop, "finalize", first["number"], second["number"])
        await told(stream, batch, 0)
        await run(shop, batch, steps=1, ahead=1)
        await told(stream, batch, 1)
        await shop.rendered(await shop.get(first["number"]))
        await run(shop, batch, ahead=1)
        assert await told(stream, batch, 2) == {
            "id": batch["id"],
            "action": "finalize",
            "done": 2,
            "total": 2,
        }


async def test_one_that_is_gone_when_its_turn_comes_is_skipped(shop: Shop) -> None:
    invoice, other = await proformas(shop, 2)
    batch = await asked(shop, "email", invoice["number"], other["number"])
    assert (await shop.delete(invoice)).status == 204
    batch = await run(shop, batch)
    assert outcomes(batch) == [(invoice["number"], "skipped", "not_found")]
    assert batch["outcomes"][0]["reason"]["message"] == f"{invoice['number']} : introuvable."
