"""The pro forma that is prepared by itself: once per job, again when more remains, never against a clerk."""

import datetime as dt
import itertools
import uuid

import pytest

from shared.contracts.envelope import Envelope
from tests.integration.invoice_service.invoices.shop import JOB, Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SECONDS = itertools.count()


async def completed(shop: Shop, job: str, customer: str, **fields: object) -> Json:
    """The answer to a completion of a job, each later than the one before."""
    envelope = Envelope(
        id=str(uuid.uuid4()),
        source="urn:mis",
        type="production.job.completed.v1",
        time=dt.datetime(2025, 7, 18, tzinfo=dt.UTC) + dt.timedelta(seconds=next(_SECONDS)),
        data={"job": {"number": job, "customer": customer, **JOB, **fields}},
    )
    return expect(await shop.api.call("POST", "/job-completions", raw=envelope.encode()), 202)


async def new(shop: Shop, **customer: object) -> tuple[str, str]:
    return shop.code("D"), await shop.customer(**customer)


def quantities(invoice: Json) -> list[str]:
    return [line["quantity"] for line in invoice["lines"]]


async def test_once_per_job(shop: Shop) -> None:
    job, customer = await new(shop)

    first = await completed(shop, job, customer)
    second = await completed(shop, job, customer, status="shipped")

    assert first["invoice"] is not None
    assert (second["outcome"], second["invoice"]) == ("applied", None)


async def test_again_when_more_remains_and_no_pro_forma_is_open(shop: Shop) -> None:
    job, customer = await new(shop)
    first = (await completed(shop, job, customer))["invoice"]
    more = {"ordered_quantity": "1500", "total_price": "23718.98"}
    assert (await completed(shop, job, customer, **more))["invoice"] is None  # the first one is still open
    await shop.finalize(await shop.get(first))

    again = await completed(shop, job, customer, **more)

    assert quantities(await shop.get(again["invoice"])) == ["500"]
    assert (await completed(shop, job, customer, **more))["invoice"] is None


async def test_again_when_a_final_credit_gave_quantity_back(shop: Shop) -> None:
    job, customer = await new(shop)
    invoice = await shop.transferred(await shop.get((await completed(shop, job, customer))["invoice"]))
    line = {"line": invoice["lines"][0]["id"], "quantity": "400"}
    credit = expect(await shop.credit(invoice, lines=[line]), 201)
    assert (await completed(shop, job, customer))["invoice"] is None
    await shop.finalize(credit)

    again = await completed(shop, job, customer)

    assert quantities(await shop.get(again["invoice"])) == ["400"]


async def test_a_charge_that_comes_later_is_left_to_a_clerk(shop: Shop) -> None:
    job, customer = await new(shop)
    await shop.finalize(await shop.get((await completed(shop, job, customer))["invoice"]))
    account = await shop.account()
    late = [
        {
            "id": "x1",
            "description": "Livraison",
            "quantity": "1",
            "unit_price": "40.00",
            "gl_account": account,
        }
    ]

    answer = await completed(shop, job, customer, extra_charges=late)

    assert (answer["outcome"], answer["invoice"]) == ("applied", None)
    assert (await shop.get_job(job))["amount_waiting"] == "40.00"


async def test_never_after_a_clerk_deleted_it(shop: Shop) -> None:
    job, customer = await new(shop)
    first = await shop.get((await completed(shop, job, customer))["invoice"])
    assert (await shop.delete(first)).status == 204

    answers = [
        await completed(shop, job, customer),
        await completed(shop, job, customer, ordered_quantity="5000"),
    ]

    assert [answer["invoice"] for answer in answers] == [None, None]
    assert (await shop.invoice(job=job))["lines"][0]["quantity"] == "5000"


async def test_deleting_another_pro_forma_of_the_job_is_no_word_against_it(shop: Shop) -> None:
    customer = await shop.customer()
    job = await shop.job(customer)
    assert (await shop.delete(await shop.invoice(job=job))).status == 204

    assert (await completed(shop, job, customer))["invoice"] is not None


async def test_only_what_a_clerk_has_not_billed_yet(shop: Shop) -> None:
    customer = await shop.customer()
    job = await shop.job(customer)
    mine = await shop.invoice(job=job)
    assert (await completed(shop, job, customer))["invoice"] is None
    expect(await shop.patch_line(mine, {"quantity": "900"}), 200)

    draft = await shop.get((await completed(shop, job, customer))["invoice"])

    assert quantities(draft) == ["100"]


async def test_off_there_is_none(shop: Shop) -> None:
    job, customer = await new(shop)

    async with shop.settings(auto_draft_on_completion="off"):
        answer = await completed(shop, job, customer)

    assert (answer["outcome"], answer["invoice"], answer["reason"]) == ("applied", None, None)


@pytest.mark.parametrize(
    ("ordered", "produced", "billed"),
    [
        ("1000", "930", "930"),
        ("1000", "1049.5", "1049.5"),
        ("1000", "1200", "1050"),
        ("333.3333", "400", "349.9999"),
        ("1000", None, "1000"),
        ("1000", "0", None),
    ],
)
async def test_by_what_was_produced_up_to_the_tolerance(
    shop: Shop, ordered: str, produced: str | None, billed: str | None
) -> None:
    job, customer = await new(shop)

    async with shop.settings(auto_draft_on_completion="produced"):
        number = (await completed(shop, job, customer, ordered_quantity=ordered, produced_quantity=produced))[
            "invoice"
        ]

    made = [] if number is None else quantities(await shop.get(number))
    assert made == ([] if billed is None else [billed])
    if billed:
        assert await shop.billed(job) == billed


async def test_in_parts_as_they_are_produced(shop: Shop) -> None:
    job, customer = await new(shop)
    async with shop.settings(auto_draft_on_completion="produced"):
        first = await completed(shop, job, customer, produced_quantity="600")
        await shop.finalize(await shop.get(first["invoice"]))
        second = await completed(shop, job, customer, produced_quantity="1000")

    assert quantities(await shop.get(second["invoice"])) == ["400"]


async def test_charges_alone_are_drafted_too(shop: Shop) -> None:
    customer, account = await shop.customer(), await shop.account()
    job = await shop.job(customer)
    await shop.finalize(await shop.invoice(job=job))
    charges = [
        {
            "id": "x1",
            "description": "Livraison",
            "quantity": "1",
            "unit_price": "40.00",
            "gl_account": account,
        }
    ]

    draft = await shop.get((await completed(shop, job, customer, extra_charges=charges))["invoice"])

    assert [(line["kind"], line["quantity"], line["total"]) for line in draft["lines"]] == [
        ("extra_charge", "1", "40.00")
    ]


@pytest.mark.parametrize(
    ("customer", "job", "reason"),
    [
        ({"prospect": True}, {}, "customer_not_billable"),
        ({}, {"status": "cancelled"}, "job_cancelled"),
        ({}, {"status": "pending_launch"}, "job_not_launched"),
        ({}, {"currency": "USD"}, "other_currency"),
        (
            {},
            {"ordered_quantity": "99999999999999", "unit_price": "99999999999999", "total_price": None},
            "invalid",
        ),
    ],
)
async def test_what_can_not_be_billed_is_up_to_date_all_the_same(
    shop: Shop, customer: Json, job: Json, reason: str
) -> None:
    number, owner = await new(shop, **customer)

    answer = await completed(shop, number, owner, **job)

    assert (answer["outcome"], answer["invoice"], answer["reason"]) == ("applied", None, reason)
    assert (await shop.get_job(number))["title"] == "Encarts"
