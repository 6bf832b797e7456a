import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.invoice_service.domain.errors import Conflict, Invalid
from tests.integration.invoice_service.billing import bill
from tests.integration.invoice_service.production import JOB, TIME, by_message
from tests.support.invoicing import Invoicing


async def test_a_message_leaves_charges_alone_that_it_does_not_speak_of(shop: Invoicing) -> None:
    await shop.put(
        "/jobs/D-0024", {**JOB, "extra_charges": [{"id": "x1", "code": "livraison", "quantity": "1"}]}
    )

    silent = await by_message(shop, TIME, title="Encarts 2")
    speaking = await by_message(shop, TIME, extra_charges=[])

    assert [charge.id for charge in silent.job.extra_charges] == ["x1"]
    assert (silent.job.title, silent.created, silent.superseded) == ("Encarts 2", False, False)
    assert speaking.job.extra_charges == ()


async def test_an_older_message_leaves_the_job_alone(shop: Invoicing) -> None:
    first = await by_message(shop, TIME, title="Newest")
    older = await by_message(shop, TIME - dt.timedelta(seconds=1), title="Older")
    same_time = await by_message(shop, TIME, title="Same time")
    put = await shop.put("/jobs/D-0024", {**JOB, "title": "By hand"})

    assert (first.created, first.superseded) == (True, False)
    assert first.job.completed_at == TIME
    assert (older.superseded, older.job.title) == (True, "Newest")
    assert (same_time.superseded, same_time.job.title) == (False, "Same time")
    assert put.json["title"] == "By hand"
    assert (await by_message(shop, TIME - dt.timedelta(days=1), title="Old")).superseded


async def test_putting_the_same_again_leaves_no_trace(shop: Invoicing) -> None:
    await by_message(shop, TIME)
    again = await by_message(shop, TIME)
    later = await by_message(shop, TIME + dt.timedelta(hours=1))
    put = await shop.put("/jobs/D-0024", JOB)

    assert not again.created
    assert later.job.message_time == TIME + dt.timedelta(hours=1)
    assert put.status == 200
    assert [row["action"] for row in await shop.audit("job", "D-0024")] == ["created"]


async def test_what_the_next_step_noted_outlasts_a_put(shop: Invoicing) -> None:
    await shop.put("/jobs/D-0024", JOB)
    invoice_id = uuid.uuid4()
    async with shop.services.transactions.writing() as uow:
        await uow.jobs.note_auto_draft("D-0024", Decimal(1000), invoice_id)

    await shop.put("/jobs/D-0024", {**JOB, "title": "Autre"})

    (row,) = await shop.database.fetch("select auto_draft_remaining, auto_draft_invoice from jobs")
    assert tuple(row) == (1000, invoice_id)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"number": "D/1"}, ValidationError),
        ({"number": ".."}, Invalid),
        ({"title": "a\0b"}, ValidationError),
        ({"customer": "C-9"}, Invalid),
        ({"extra_charges": [{"id": "x1", "quantity": "-1", "code": "livraison"}]}, ValidationError),
    ],
)
async def test_a_message_is_held_to_the_same_rules(
    shop: Invoicing, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await by_message(shop, TIME, **fields)


async def test_a_message_can_not_take_a_billed_charge_away(shop: Invoicing) -> None:
    charge = {"id": "x1", "code": "livraison", "quantity": "1"}
    await shop.put("/jobs/D-0024", {**JOB, "extra_charges": [charge]})
    await bill(shop.database, "PF-1", job="D-0024", quantity="1", extra_charge="x1")

    with pytest.raises(Conflict) as refused:
        await by_message(shop, TIME, extra_charges=[])

    assert (refused.value.code, refused.value.data) == ("in_use", {"ref": "x1"})
