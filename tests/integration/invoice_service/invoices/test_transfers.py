"""The transfer to accounting: what it answers, late or twice, and the ways out when it fails."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.invoice_service.invoices.shop import (
    Json,
    Shop,
    expect,
    not_transferred,
    transferred,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connected(shop: Shop) -> AsyncIterator[Shop]:
    """The shop with accounting software, and an account for every posting."""
    for code in ("TPS", "TVQ"):
        account = await shop.account("liability")
        await shop.database.fetch("update taxes set gl_account = $1 where code = $2", account, code)
    accounts = {
        "default_revenue_account": await shop.account(),
        "default_receivable_account": await shop.account("asset"),
    }
    async with shop.settings(connector="ledger", **accounts):
        yield shop


async def final(shop: Shop) -> Json:
    return await shop.finalize(await shop.billing({"price": "100.00"}))


async def retry(shop: Shop, invoice: Json) -> Json:
    return expect(await shop.api.post(f"/invoices/{invoice['number']}/transfer/retry"), 202)


async def failed(shop: Shop, invoice: Json, *, attempt: int = 1) -> Json:
    """The invoice once its transfer was refused."""
    await shop.result("accounting.transfer_failed", not_transferred(invoice, attempt=attempt))
    return await shop.get(invoice["number"])


async def actions(shop: Shop, invoice: Json) -> list[str]:
    """The actions in the trail, oldest first."""
    return [entry["action"] for entry in reversed(await shop.trail(invoice))]


async def test_accepted(connected: Shop) -> None:
    invoice = await final(connected)

    await connected.result("accounting.transferred", transferred(invoice))

    sent = await connected.get(invoice["number"])
    assert (sent["status"], sent["version"]) == ("final_sent", invoice["version"])
    assert sent["transfer"] == {
        "state": "succeeded",
        "reason": None,
        "at": "2025-07-18T14:00:00Z",
        "connector": "ledger",
        "external_id": f"L-{invoice['number']}",
        "manual": False,
    }
    assert (await actions(connected, invoice))[-1] == "invoice.transferred"
    assert [event["status"] for event in await connected.outbox(invoice, "invoice.transferred")] == [
        "final_sent"
    ]
    assert await connected.notices(invoice) == []


async def test_accepted_and_told_again(connected: Shop) -> None:
    invoice = await final(connected)
    message_id = str(uuid.uuid4())

    await connected.result("accounting.transferred", transferred(invoice), message_id=message_id)
    once = (await connected.get(invoice["number"]), await actions(connected, invoice))
    await connected.result("accounting.transferred", transferred(invoice), message_id=message_id)
    await connected.result("accounting.transferred", transferred(invoice))

    assert (await connected.get(invoice["number"]), await actions(connected, invoice)) == once
    assert len(await connected.outbox(invoice, "invoice.transferred")) == 1


async def test_one_identity_with_two_contents_is_quarantined(connected: Shop) -> None:
    invoice, message_id = await final(connected), str(uuid.uuid4())
    await connected.result("accounting.uncertain", not_transferred(invoice, "timeout"), message_id=message_id)
    before = await connected.get(invoice["number"])

    await connected.result("accounting.transferred", transferred(invoice), message_id=message_id)

    assert await connected.get(invoice["number"]) == before
    parked = expect(await connected.api.get("/parked-messages"), 200)["data"]
    kept = next(one for one in parked if one["message"]["id"] == message_id)
    assert (kept["kind"], kept["reason"]["code"]) == ("quarantined", "conflicting_repeat")


@pytest.mark.parametrize(("type_", "state"), [("transfer_failed", "failed"), ("uncertain", "uncertain")])
async def test_not_accepted_is_told_to_a_person_and_tried_again(
    connected: Shop, type_: str, state: str
) -> None:
    invoice = await final(connected)

    await connected.result(f"accounting.{type_}", not_transferred(invoice, "account_closed"))

    stuck = await connected.get(invoice["number"])
    assert (stuck["status"], stuck["transfer"]["state"]) == ("final_ready", state)
    assert stuck["transfer"]["reason"] == {"code": "account_closed", "message": "compte fermé"}
    assert await connected.notices(invoice) == ["transfer_failed"]
    assert stuck["available_actions"]["retry_transfer"]["enabled"]

    again = await retry(connected, stuck)

    assert (again["transfer"]["state"], again["transfer"]["reason"]) == ("pending", None)
    assert await connected.get(invoice["number"]) == again
    commands = await connected.outbox(invoice, "accounting.transfer.")
    assert [command["attempt"] for command in commands] == [1, 2]
    first, second = ({**command, "attempt": 0} for command in commands)
    assert first == second
    assert (await actions(connected, invoice))[-2:] == [f"transfer.{state}", "transfer.retried"]
    twice = await connected.api.post(f"/invoices/{invoice['number']}/transfer/retry")
    assert (twice.status, twice.code) == (409, "nothing_to_retry")


async def test_a_late_refusal_of_an_earlier_attempt_says_nothing(connected: Shop) -> None:
    invoice = await final(connected)
    again = await retry(connected, await failed(connected, invoice))

    await connected.result("accounting.uncertain", not_transferred(invoice, "timeout", attempt=1))

    assert await connected.get(invoice["number"]) == again
    assert (await failed(connected, invoice, attempt=2))["transfer"]["state"] == "failed"


async def test_a_late_acceptance_of_an_earlier_attempt_counts(connected: Shop) -> None:
    invoice = await final(connected)
    await retry(connected, await failed(connected, invoice))

    await connected.result("accounting.transferred", transferred(invoice, attempt=1))
    await connected.result("accounting.transfer_failed", not_transferred(invoice, "duplicate", attempt=2))

    sent = await connected.get(invoice["number"])
    assert (sent["status"], sent["transfer"]["state"]) == ("final_sent", "succeeded")
    assert (await actions(connected, invoice))[-1] == "transfer.late_result"
    assert (await connected.notices(invoice))[0] == "late_transfer_result"


async def test_another_total_over_there_is_no_success(connected: Shop) -> None:
    invoice = await final(connected)

    await connected.result("accounting.transferred", transferred(invoice, total="114.97"))

    stuck = await connected.get(invoice["number"])
    assert (stuck["status"], stuck["transfer"]["state"]) == ("final_ready", "failed")
    assert stuck["transfer"]["reason"]["code"] == "total_differs"
    assert "114.97" in stuck["transfer"]["reason"]["message"]
    assert await connected.notices(invoice) == ["transfer_failed"]


async def test_closed_by_hand(connected: Shop) -> None:
    invoice = await final(connected)
    stuck = await failed(connected, invoice)
    path = f"/invoices/{invoice['number']}/transfer/mark"

    closed = expect(await connected.api.post(path, {"reason": "saisie à la main"}), 200)
    again = expect(await connected.api.post(path, {"reason": "encore"}), 200)

    assert stuck["available_actions"]["mark_transferred"]["enabled"]
    assert (closed["status"], closed["transfer"]["state"], closed["transfer"]["manual"]) == (
        "final_sent",
        "succeeded",
        True,
    )
    assert closed["transfer"]["reason"] == {"code": "manual", "message": "saisie à la main"}
    assert again == closed == await connected.get(invoice["number"])
    entry = (await connected.trail(invoice))[0]
    assert entry["action"] == "transfer.marked"
    assert {"field": "transfer.reason", "before": None, "after": "saisie à la main"} in entry["changes"]
    assert {"field": "status", "before": "final_ready", "after": "final_sent"} in entry["changes"]


@pytest.mark.parametrize(
    ("type_", "answer"),
    [("transferred", transferred), ("transfer_failed", not_transferred), ("uncertain", not_transferred)],
)
async def test_an_answer_after_that_goes_to_the_history_and_alerts(
    connected: Shop, type_: str, answer: object
) -> None:
    assert callable(answer)
    invoice = await final(connected)
    await failed(connected, invoice)
    path = f"/invoices/{invoice['number']}/transfer/mark"
    closed = expect(await connected.api.post(path, {"reason": "x"}), 200)

    await connected.result(f"accounting.{type_}", answer(invoice))

    assert await connected.get(invoice["number"]) == closed
    assert (await connected.trail(invoice))[0]["action"] == "transfer.late_result"
    assert (await connected.notices(invoice))[0] == "late_transfer_result"


async def test_nothing_to_retry_nor_to_close(connected: Shop) -> None:
    draft = await connected.billing({"price": "1.00"})
    pending = await final(connected)
    done = await connected.transferred(await final(connected))

    for invoice in (draft, pending, done):
        for path, body in (("retry", None), ("mark", {"reason": "x"})):
            reply = await connected.api.post(f"/invoices/{invoice['number']}/transfer/{path}", body)
            assert (reply.status, reply.code) == (409, "nothing_to_retry"), (invoice["status"], path)


async def test_a_reason_is_needed_and_an_accountant(connected: Shop) -> None:
    invoice = await failed(connected, await final(connected))
    path = f"/invoices/{invoice['number']}/transfer"
    biller = await connected.key("biller")

    blank = [await connected.api.post(f"{path}/mark", body) for body in ({}, {"reason": " "}, {"reason": ""})]
    refused = [
        await connected.api.post(f"{path}/mark", {"reason": "x"}, key=biller),
        await connected.api.post(f"{path}/retry", key=biller),
    ]

    assert [reply.status for reply in blank] == [422, 422, 422]
    assert {(reply.status, reply.code) for reply in refused} == {(403, "forbidden")}
    assert await connected.get(invoice["number"]) == invoice


async def test_a_paused_connector_holds_what_waits_whenever_it_was_paused(connected: Shop) -> None:
    before = await final(connected)

    async with connected.settings(connector_paused=True):
        during = await final(connected)
        for invoice in (before, during):
            waiting = await connected.get(invoice["number"])
            assert (waiting["transfer"]["state"], waiting["transfer"]["reason"]["code"]) == (
                "pending",
                "connector_paused",
            )
            assert waiting["available_actions"]["mark_transferred"]["enabled"]
            assert await connected.leased(invoice, "accounting.transfer.") == 0
        retried = await retry(connected, await failed(connected, before))
        assert retried["transfer"]["reason"]["code"] == "connector_paused"

    for invoice in (before, during):
        free = await connected.get(invoice["number"])
        assert (free["transfer"]["state"], free["transfer"]["reason"]) == ("pending", None)
        assert not free["available_actions"]["mark_transferred"]["enabled"]
        assert await connected.leased(invoice, "accounting.transfer.") > 0


async def test_what_is_closed_by_hand_during_a_pause_is_not_booked_after_it(connected: Shop) -> None:
    async with connected.settings(connector_paused=True):
        invoice = await final(connected)
        path = f"/invoices/{invoice['number']}/transfer/mark"
        closed = expect(await connected.api.post(path, {"reason": "saisie à la main"}), 200)

    assert (closed["status"], closed["transfer"]["manual"]) == ("final_sent", True)
    assert await connected.outbox(invoice, "accounting.transfer.") == []
    assert await connected.leased(invoice, "document.render") == 1


async def test_without_accounting_software_it_is_closed_by_hand_or_transferred_once_there_is_one(
    connected: Shop,
) -> None:
    async with connected.settings(connector="none"):
        first, second = await final(connected), await final(connected)
        assert [invoice["transfer"]["reason"]["code"] for invoice in (first, second)] == ["no_connector"] * 2
        retry_now = await connected.api.post(f"/invoices/{first['number']}/transfer/retry")
        assert (retry_now.status, retry_now.code) == (409, "nothing_to_retry")
        assert (await connected.transferred(first))["status"] == "final_sent"

    assert (await retry(connected, second))["transfer"]["connector"] == "ledger"
    (command,) = await connected.outbox(second, "accounting.transfer.")
    assert command["attempt"] == 2


async def test_what_became_final_without_accounts_is_transferred_once_they_are_there(connected: Shop) -> None:
    code, tax, account = connected.code("TX"), connected.code("T"), await connected.account("liability")
    rates = [{"from": "2020-01-01", "rate": "0.05"}]
    body: Json = {
        "description": "x",
        "taxes": [{"code": tax, "name": {"fr": "T", "en": "T"}, "rates": rates}],
    }
    expect(await connected.api.put(f"/tax-codes/{code}", body), 201)
    customer = await connected.customer(tax_code=code)
    async with connected.settings(connector="none"):
        invoice = await connected.finalize(await connected.billing({"price": "100.00"}, customer=customer))
        closed = await connected.transferred(
            await connected.finalize(await connected.billing({"price": "100.00"}, customer=customer))
        )
    credit = expect(await connected.credit(closed), 201)

    retried = await connected.api.post(f"/invoices/{invoice['number']}/transfer/retry")
    finalized = await connected.api.post(f"/invoices/{credit['number']}/finalize")
    body["taxes"][0]["gl_account"] = account
    expect(await connected.api.put(f"/tax-codes/{code}", body), 200)

    for reply in (retried, finalized):
        assert (reply.status, reply.code, reply.fields) == (
            422,
            "incomplete",
            {"tax_code": "tax_account_missing"},
        )
    await retry(connected, invoice)
    final_credit = await connected.finalize(credit)
    for one, amount in ((invoice, "-5.00"), (final_credit, "5.00")):
        (command,) = await connected.outbox(one, "accounting.transfer.")
        assert [(p["account"], p["amount"]) for p in command["postings"] if p["kind"] == "tax"] == [
            (account, amount)
        ]


async def test_an_answer_about_an_invoice_that_is_not_there_changes_nothing(connected: Shop) -> None:
    nobody = {**await final(connected), "id": str(uuid.uuid4())}

    await connected.result("accounting.transferred", transferred(nobody))
