"""What the mailer answers: each recipient, the e-mail, and the delivery of the invoice."""

import itertools
import uuid

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, mailed

pytestmark = pytest.mark.asyncio(loop_scope="module")

JULIE, PAUL, BOSS = ({"email": f"{name}@client.example"} for name in ("julie", "paul", "boss"))
REASON: Json = {"code": "smtp_refused", "message": "550 no such user"}


async def sent_to(shop: Shop, invoice: Json, *to: Json, cc: tuple[Json, ...] = ()) -> Json:
    """An e-mail that is under way."""
    return expect(await shop.email(invoice, to=list(to), cc=list(cc), pdf=False), 202)


async def ended(shop: Shop, invoice: Json, email: Json, type_: str, *states: str, **fields: object) -> None:
    """The mailer is done with an e-mail."""
    reason = {} if type_ == "sent" else {"reason": REASON}
    data = {**mailed(email, *states), "invoice_id": invoice["id"], **reason, **fields}
    await shop.result(f"email.{type_}", data)


async def seen(shop: Shop, invoice: Json) -> tuple[str, str, str | None]:
    """Status, delivery and why."""
    now = await shop.get(invoice["number"])
    reason = now["delivery"]["reason"]
    return now["status"], now["delivery"]["state"], reason and reason["code"]


@pytest.mark.parametrize(
    ("type_", "states", "email_state", "invoice"),
    [
        ("sent", ("sent", "sent", "sent"), "sent", ("proforma_sent", "succeeded", None)),
        ("sent", ("sent", "refused", "sent"), "partly", ("proforma_sent", "succeeded", "partly")),
        ("sent", ("sent", "sent", "refused"), "partly", ("proforma_sent", "succeeded", "partly")),
        ("uncertain", ("sent", "uncertain", "sent"), "partly", ("proforma_sent", "succeeded", "partly")),
        ("uncertain", ("uncertain", "refused", "refused"), "uncertain",
         ("proforma_draft", "uncertain", "smtp_refused")),
        ("uncertain", ("uncertain", "uncertain", "sent"), "partly", ("proforma_draft", "uncertain", "smtp_refused")),
        ("failed", ("refused", "refused", "refused"), "refused", ("proforma_draft", "failed", "smtp_refused")),
        ("sent", ("refused", "refused", "sent"), "partly", ("proforma_draft", "failed", "email_refused")),
    ],
)  # fmt: skip
async def test_at_least_one_in_to_decides(
    shop: Shop, type_: str, states: tuple[str, ...], email_state: str, invoice: tuple[str, str, str | None]
) -> None:
    draft = await shop.billing({"price": "10.00"})
    email = await sent_to(shop, draft, JULIE, PAUL, cc=(BOSS,))
    assert await seen(shop, draft) == ("proforma_draft", "pending", None)

    await ended(shop, draft, email, type_, *states)

    (kept,) = await shop.emails(draft)
    assert (kept["state"], tuple(one["state"] for one in kept["recipients"])) == (email_state, states)
    assert [one["reply"] for one in kept["recipients"]] == [f"250 {state}" for state in states]
    assert (kept["sent_at"] is not None) == (type_ == "sent")
    assert await seen(shop, draft) == invoice
    now = await shop.get(draft["number"])
    assert now["version"] == draft["version"]
    emailed = await shop.outbox(draft, "invoice.emailed")
    assert len(emailed) == (1 if invoice[1] == "succeeded" else 0)
    assert (await shop.trail(draft))[0]["action"] == f"email.{email_state}"
    told = {"sent": [], "partly": ["partly"], "uncertain": ["email_uncertain"], "refused": ["email_failed"]}
    assert await shop.notices(draft) == told[email_state]
    assert now["available_actions"]["delete"]["enabled"]


async def test_each_recipient_is_told_as_it_goes(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    email = await sent_to(shop, invoice, JULIE, PAUL)
    results = mailed(email, "sent", "sending")["recipients"]

    for one in results:
        await shop.result(
            "email.recipient_updated",
            {"email_id": email["id"], "invoice_id": invoice["id"], "recipient": one},
        )

    (kept,) = await shop.emails(invoice)
    assert (kept["state"], [one["state"] for one in kept["recipients"]]) == ("sending", ["sent", "sending"])
    assert await seen(shop, invoice) == ("proforma_draft", "pending", None)
    reply = await shop.delete(invoice)
    assert (reply.status, reply.code) == (409, "not_deletable")


async def test_an_older_report_of_a_recipient_that_comes_later_is_ignored(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    email = await sent_to(shop, invoice, JULIE, PAUL)
    sending, untouched = mailed(email, "sending", "sending")["recipients"]
    uncertain, _ = mailed(email, "uncertain", "uncertain")["recipients"]

    for recipient in (
        {**uncertain, "revision": 2},
        {**sending, "revision": 1},
        {**untouched, "revision": 1},
    ):
        whose = {"email_id": email["id"], "invoice_id": invoice["id"]}
        await shop.result("email.recipient_updated", {**whose, "recipient": recipient})

    (kept,) = await shop.emails(invoice)
    assert [(one["state"], one["reply"]) for one in kept["recipients"]] == [
        ("uncertain", "250 uncertain"),
        ("sending", "250 sending"),
    ]
    assert "revision" not in kept["recipients"][0]
    newer = {**mailed(email, "sent", "sent")["recipients"][0], "revision": 3}
    await shop.result("email.recipient_updated", {**whose, "recipient": newer})
    (kept,) = await shop.emails(invoice)
    assert [one["state"] for one in kept["recipients"]] == ["sent", "sending"]


async def test_answers_in_any_order_and_twice_end_alike(shop: Shop) -> None:
    for order in itertools.permutations(range(3)):
        invoice = await shop.billing({"price": "10.00"})
        email = await sent_to(shop, invoice, JULIE)
        (sending,), (taken,) = mailed(email, "sending")["recipients"], mailed(email, "sent")["recipients"]
        whose = {"email_id": email["id"], "invoice_id": invoice["id"]}
        told = [
            ("email.recipient_updated", {**whose, "recipient": sending}, str(uuid.uuid4())),
            ("email.recipient_updated", {**whose, "recipient": taken}, str(uuid.uuid4())),
            ("email.sent", {**mailed(email, "sent"), **whose}, str(uuid.uuid4())),
        ]
        for place in (*order, *order):
            type_, data, message_id = told[place]
            await shop.result(type_, data, message_id=message_id)

        (kept,) = await shop.emails(invoice)
        assert (kept["state"], [one["state"] for one in kept["recipients"]]) == ("sent", ["sent"]), order
        assert await seen(shop, invoice) == ("proforma_sent", "succeeded", None)
        assert len(await shop.outbox(invoice, "invoice.emailed")) == 1


async def test_uncertain_then_sent_by_itself_may_be_there_twice(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    email = await sent_to(shop, invoice, JULIE)

    await ended(shop, invoice, email, "uncertain", "uncertain")
    await ended(shop, invoice, email, "sent", "sent", possible_duplicate=True)
    await ended(shop, invoice, email, "uncertain", "uncertain")

    (kept,) = await shop.emails(invoice)
    assert (kept["state"], kept["possible_duplicate"], kept["reason"]) == ("sent", True, None)
    assert await seen(shop, invoice) == ("proforma_sent", "succeeded", None)


async def test_the_delivery_is_that_of_the_latest_email(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    first = await sent_to(shop, invoice, JULIE)
    second = await sent_to(shop, invoice, PAUL)

    await ended(shop, invoice, first, "failed", "refused")
    assert await seen(shop, invoice) == ("proforma_draft", "pending", None)
    await ended(shop, invoice, second, "sent", "sent")
    assert await seen(shop, invoice) == ("proforma_sent", "succeeded", None)

    late = await sent_to(shop, invoice, JULIE)
    await ended(shop, invoice, late, "failed", "refused")
    assert await seen(shop, invoice) == ("proforma_sent", "failed", "smtp_refused")


async def test_an_older_email_that_arrives_still_makes_it_sent(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    first = await sent_to(shop, invoice, JULIE)
    await sent_to(shop, invoice, PAUL)

    await ended(shop, invoice, first, "sent", "sent")

    assert await seen(shop, invoice) == ("proforma_sent", "pending", None)


async def test_the_final_starts_with_no_delivery_whatever_became_of_the_pro_forma(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    done = await sent_to(shop, invoice, JULIE)
    await ended(shop, invoice, done, "sent", "sent")
    late = await sent_to(shop, invoice, JULIE)

    final = await shop.finalize(invoice)
    assert await seen(shop, final) == ("final_ready", "none", None)
    await ended(shop, invoice, late, "failed", "refused")
    expect(await shop.api.post(f"/invoices/{final['number']}/emails/{done['id']}/resend"), 202)

    assert await seen(shop, final) == ("final_ready", "none", None)
    assert [one["state"] for one in await shop.emails(final)] == ["prepared", "refused", "sent"]
    of_final = await sent_to(shop, final, JULIE)
    assert await seen(shop, final) == ("final_ready", "pending", None)
    await ended(shop, final, of_final, "sent", "sent")
    assert await seen(shop, final) == ("final_ready", "succeeded", None)


async def test_an_answer_about_an_email_or_invoice_that_is_gone_changes_nothing(shop: Shop) -> None:
    invoice, other = await shop.billing({"price": "10.00"}), await shop.billing({"price": "10.00"})
    email = await sent_to(shop, invoice, JULIE)
    await ended(shop, other, email, "sent", "sent")
    await ended(shop, {"id": str(uuid.uuid4())}, email, "sent", "sent")

    (kept,) = await shop.emails(invoice)
    assert kept["state"] == "prepared"
    assert await seen(shop, other) == ("proforma_draft", "none", None)


# Documents.


def failure(invoice: Json, version: int | None = None) -> Json:
    reason = {"code": "too_slow", "message": "30 s"}
    return {"invoice_id": invoice["id"], "version": version or invoice["version"], "reason": reason}


async def test_a_document_that_is_there_is_told_once(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00"}))
    updates = len(await shop.outbox(final, "invoice.updated"))

    await shop.rendered(final)
    await shop.rendered(final)
    await shop.result("document.render_failed", failure(final))

    now = await shop.get(final["number"])
    assert (now["rendering"]["state"], now["rendering"]["document"]["size"]) == ("succeeded", 1234)
    assert len(await shop.outbox(final, "invoice.updated")) == updates + 1
    assert await shop.notices(final) == []


async def test_a_document_that_can_not_be_made_is_told_and_tried_again(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    email = expect(await shop.email(invoice), 202)
    path = f"/invoices/{invoice['number']}/render/retry"
    too_early = await shop.api.post(path)

    await shop.result("document.render_failed", failure(invoice))

    failed = await shop.get(invoice["number"])
    assert (failed["rendering"]["state"], failed["rendering"]["reason"]["code"]) == ("failed", "too_slow")
    assert await seen(shop, invoice) == ("proforma_draft", "failed", "rendering_failed")
    (kept,) = await shop.emails(invoice)
    assert (kept["id"], kept["state"], kept["reason"]["code"]) == (email["id"], "refused", "rendering_failed")
    assert [one["state"] for one in kept["recipients"]] == ["refused"]
    assert (await shop.trail(invoice))[0]["action"] == "render.failed"
    assert await shop.notices(invoice) == ["rendering_failed"]
    assert (too_early.status, too_early.code) == (409, "nothing_to_retry")

    again = expect(await shop.api.post(path), 202)

    assert again["rendering"]["state"] == "pending"
    assert len(await shop.outbox(invoice, "document.render.")) == 2
    await shop.rendered(invoice)
    assert (await shop.get(invoice["number"]))["rendering"]["state"] == "succeeded"
    assert await shop.outbox(invoice, "email.send") == []


async def test_an_email_never_waits_for_a_document_of_an_older_version_that_failed(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice), 202)
    edited = expect(await shop.patch(invoice, {"message": "x"}), 200)
    second = expect(await shop.email(edited), 202)

    await shop.result("document.render_failed", failure(invoice))

    assert [one["state"] for one in await shop.emails(invoice)] == ["prepared", "refused"]
    now = await shop.get(invoice["number"])
    assert (now["rendering"]["state"], now["delivery"]["state"]) == ("pending", "pending")
    await shop.rendered(edited)
    (command,) = await shop.outbox(invoice, "email.send")
    assert command["email_id"] == second["id"]


async def test_a_document_of_an_older_version_goes_with_the_email_that_asked_for_it(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    email = expect(await shop.email(invoice), 202)
    final = await shop.finalize(invoice)

    await shop.rendered(invoice)

    (command,) = await shop.outbox(invoice, "email.send")
    assert command["email_id"] == email["id"]
    now = await shop.get(final["number"])
    assert (now["rendering"]["state"], now["rendering"]["document"]) == ("pending", None)
