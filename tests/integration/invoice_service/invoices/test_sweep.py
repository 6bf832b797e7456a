"""Steps that nobody answers: a lost command is asked for again, and in the end a person is told."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from services.invoice_service.application.sweep import Patience
from services.invoice_service.messaging.sweeper import Sweeper
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, mailed, text_line, transferred

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRIES = 2
AFTER = dt.timedelta(hours=2)


def sweeper(shop: Shop, *, runs_since: dt.timedelta = AFTER) -> Sweeper:
    clock = shop.api.clock
    return Sweeper(
        shop.api.services.transactions, clock, clock() - runs_since, Patience(AFTER, TRIES), lambda: None
    )


async def later(shop: Shop) -> None:
    """So much later that somebody looks."""
    shop.api.clock.pass_(hours=3)
    await sweeper(shop)()


async def lose(shop: Shop, invoice: Json) -> None:
    """What was published is lost, as when the broker's disk is."""
    await shop.database.fetch("delete from outbox where invoice_id = $1", invoice["id"])


async def commands(shop: Shop, invoice: Json) -> list[Json]:
    """The commands in the outbox of an invoice: their data."""
    rows = await shop.database.fetch(
        "select body from outbox where invoice_id = $1 and type like 'commands.%' order by id", invoice["id"]
    )
    return [json.loads(row["body"])["data"] for row in rows]


async def render(shop: Shop) -> Json:
    invoice = await shop.billing({"price": "10.00"})
    await shop.api.get(f"/invoices/{invoice['number']}/pdf?wait=0")
    return invoice


async def mail(shop: Shop) -> Json:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice, pdf=False), 202)
    return invoice


async def transfer(shop: Shop) -> Json:
    final = await shop.finalize(await shop.invoice())
    await shop.rendered(final)
    return await shop.get(final["number"])


async def answer_rendering(shop: Shop, invoice: Json) -> None:
    await shop.rendered(invoice)


async def answer_mail(shop: Shop, invoice: Json) -> None:
    (email,) = await shop.emails(invoice)
    await shop.result("email.sent", {**mailed(email, "sent"), "invoice_id": invoice["id"]})


async def answer_transfer(shop: Shop, invoice: Json) -> None:
    await shop.result("accounting.transferred", transferred(invoice))


@dataclass(frozen=True)
class Step:
    """A step: how it begins, the axis it is on, who it is (in its command), how it is answered, how it ends alone."""

    begin: Callable[[Shop], Awaitable[Json]]
    axis: str
    identity: str
    answer: Callable[[Shop, Json], Awaitable[None]]
    ends: str


STEPS = pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step(render, "rendering", "version", answer_rendering, "failed"), id="rendering"),
        pytest.param(Step(mail, "delivery", "email_id", answer_mail, "uncertain"), id="delivery"),
        pytest.param(Step(transfer, "transfer", "attempt", answer_transfer, "uncertain"), id="transfer"),
    ],
)


@pytest_asyncio.fixture(autouse=True, scope="module", loop_scope="module")
async def connected(shop: Shop) -> AsyncIterator[None]:
    """There is accounting software, and an account for every posting."""
    for code in ("TPS", "TVQ"):
        account = await shop.account("liability")
        await shop.database.fetch("update taxes set gl_account = $1 where code = $2", account, code)
    accounts = {
        "default_revenue_account": await shop.account(),
        "default_receivable_account": await shop.account("asset"),
    }
    async with shop.settings(connector="ledger", **accounts):
        yield


async def test_a_process_that_has_just_begun_leaves_old_steps_to_those_who_answer_them(shop: Shop) -> None:
    invoice = await mail(shop)
    await lose(shop, invoice)
    shop.api.clock.pass_(hours=3)
    await sweeper(shop, runs_since=dt.timedelta(hours=1))()
    assert await commands(shop, invoice) == []

    await sweeper(shop)()
    assert len(await commands(shop, invoice)) == 1


@STEPS
async def test_a_lost_command_is_asked_for_again_once_with_its_identity(shop: Shop, step: Step) -> None:
    invoice = await step.begin(shop)
    before = [command for command in await commands(shop, invoice) if step.identity in command]
    await lose(shop, invoice)

    shop.api.clock.pass_(hours=3)
    await asyncio.gather(*(sweeper(shop)() for _ in range(3)))

    again = await commands(shop, invoice)
    assert len(again) == 1
    assert again[0][step.identity] == before[-1][step.identity]
    await step.answer(shop, invoice)
    assert (await shop.get(invoice["number"]))[step.axis]["state"] == "succeeded"
    await lose(shop, invoice)
    await later(shop)
    assert await commands(shop, invoice) == []


@STEPS
async def test_what_still_waits_in_the_outbox_is_left_alone(shop: Shop, step: Step) -> None:
    invoice = await step.begin(shop)
    before = await commands(shop, invoice)

    for _ in range(TRIES + 2):
        await later(shop)

    assert await commands(shop, invoice) == before
    assert (await shop.get(invoice["number"]))[step.axis]["state"] == "pending"


@STEPS
async def test_after_some_tries_it_ends_and_a_person_is_told_but_a_late_answer_counts(
    shop: Shop, step: Step
) -> None:
    invoice = await step.begin(shop)
    for _ in range(TRIES):
        await lose(shop, invoice)
        await later(shop)
        assert len(await commands(shop, invoice)) == 1
        assert (await shop.get(invoice["number"]))[step.axis]["state"] == "pending"
    await lose(shop, invoice)

    await later(shop)

    axis = (await shop.get(invoice["number"]))[step.axis]
    assert (axis["state"], axis["reason"]["code"]) == (step.ends, "no_answer")
    assert await commands(shop, invoice) == []
    told = expect(await shop.api.get("/notifications"), 200)["data"]
    assert [one["invoice"] for one in told].count(invoice["number"]) == 1
    await step.answer(shop, invoice)
    assert (await shop.get(invoice["number"]))[step.axis]["state"] == "succeeded"


async def test_an_email_whose_document_nobody_makes_any_more_is_refused(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice), 202)
    await lose(shop, invoice)
    expect(await shop.add_line(invoice, text_line("5.00")), 201)

    await later(shop)

    (email,) = await shop.emails(invoice)
    assert (email["state"], email["reason"]["code"]) == ("refused", "no_answer")


async def test_an_email_waits_for_its_document_which_is_asked_for_again(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice), 202)
    await lose(shop, invoice)

    await later(shop)

    (command,) = await commands(shop, invoice)
    assert command["version"] == invoice["version"]
    await shop.rendered(invoice)
    assert "email_id" in (await commands(shop, invoice))[-1]


async def test_a_transfer_that_can_not_be_asked_for_any_more_ends_at_once(shop: Shop) -> None:
    final = await transfer(shop)
    await lose(shop, final)

    async with shop.settings(connector="none"):
        await later(shop)

    assert (await shop.get(final["number"]))["transfer"]["state"] == "uncertain"
