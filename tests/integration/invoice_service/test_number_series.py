from typing import Any

import pytest

from tests.integration.invoice_service.billing import bill
from tests.support.invoicing import Invoicing, Reply

FINAL = "/number-series/MAIN/final"


async def use(invoicing: Invoicing, kind: str = "final") -> str:
    rows = await invoicing.database.fetch("select number from take_number('MAIN', $1)", kind)
    return str(rows[0]["number"])


async def test_a_new_system_has_its_series(invoicing: Invoicing) -> None:
    reply = await invoicing.get("/number-series/MAIN/proforma")

    assert reply.json == {
        "business_entity": "MAIN",
        "kind": "proforma",
        "prefix": "PF-",
        "padding": 4,
        "next_value": 1,
        "used": False,
    }


async def test_before_its_first_number_the_next_value_is_free(invoicing: Invoicing) -> None:
    there = await invoicing.patch(FINAL, {"next_value": 12345, "padding": 6})
    back = await invoicing.patch(FINAL, {"next_value": 7, "prefix": "F-"})

    assert (there.status, there.json["next_value"]) == (200, 12345)
    assert (back.status, back.json["next_value"], back.json["padding"]) == (200, 7, 6)
    assert await use(invoicing) == "F-000007"
    assert (await invoicing.get(FINAL)).json["used"] is True
    trail = await invoicing.audit("number_series", "MAIN/final")
    assert trail[1]["changes"] == [
        {"field": "prefix", "before": "", "after": "F-"},
        {"field": "next_value", "before": 12345, "after": 7},
    ]


async def test_once_used_it_only_moves_forward_with_a_reason(invoicing: Invoicing) -> None:
    for _ in range(3):
        await use(invoicing)

    back = await invoicing.patch(FINAL, {"next_value": 3, "reason": "une erreur"})
    silent = await invoicing.patch(FINAL, {"next_value": 10})
    forward = await invoicing.patch(FINAL, {"next_value": 10, "reason": "nouvelle année"})
    same = await invoicing.patch(FINAL, {"next_value": 10})

    assert (back.status, back.code) == (409, "series_in_use")
    assert (silent.status, silent.code, silent.fields) == (422, "reason_required", {"reason": "required"})
    assert (forward.status, forward.json["next_value"]) == (200, 10)
    assert same.status == 200
    assert await use(invoicing) == "00010"
    (skipped,) = await invoicing.database.fetch("select * from number_series_intervals")
    assert (skipped["first_value"], skipped["last_value"], skipped["reason"]) == (4, 9, "nouvelle année")
    (told,) = await invoicing.audit("number_series", "MAIN/final")
    assert told["changes"][-1] == {"field": "reason", "before": None, "after": "nouvelle année"}


async def test_prefix_and_padding_may_change_while_it_is_used(invoicing: Invoicing) -> None:
    await use(invoicing)

    reply = await invoicing.patch(FINAL, {"prefix": "2026-", "padding": 3})

    assert reply.status == 200
    assert await use(invoicing) == "2026-002"


@pytest.mark.parametrize("prefix", ["PF-", "NC-", "PF-1"])
async def test_no_other_series_may_give_the_same_number(invoicing: Invoicing, prefix: str) -> None:
    reply = await invoicing.patch(FINAL, {"prefix": prefix})

    assert (reply.status, reply.code, reply.fields) == (422, "prefix_taken", {"prefix": "prefix_taken"})


async def test_a_prefix_that_has_given_numbers_before_is_not_taken_again(invoicing: Invoicing) -> None:
    await invoicing.put("/customers/C-1", {"name": "x"})
    await invoicing.put(
        "/jobs/D-1", {"customer": "C-1", "title": "x", "ordered_quantity": "1", "status": "shipped"}
    )
    await invoicing.patch("/number-series/MAIN/proforma", {"prefix": "P-"})
    await bill(invoicing.database, "PF-0001", job="D-1", quantity="1")
    await invoicing.put("/business-entities/MAIN", {"name": "x"})
    await invoicing.put("/business-entities/DEUX", {"name": "x"})

    taken = await invoicing.patch("/number-series/DEUX/proforma", {"prefix": "PF-"})
    free = await invoicing.patch("/number-series/DEUX/proforma", {"prefix": "PF"})

    assert (taken.status, taken.code) == (422, "prefix_taken")
    assert free.status == 200


async def test_there_are_only_the_three_of_each_entity(invoicing: Invoicing) -> None:
    async def both(path: str) -> list[Reply]:
        return [await invoicing.get(path), await invoicing.patch(path, {"padding": 5})]

    for path in ("/number-series/MAIN/quote", "/number-series/NONE/final"):
        assert [(reply.status, reply.code) for reply in await both(path)] == [(404, "not_found")] * 2


@pytest.mark.parametrize(
    "body", [{"prefix": None}, {"next_value": "7"}, {"next_value": 10**13}, {"used": False}, {"reason": ""}]
)
async def test_an_unfit_edit_is_refused(invoicing: Invoicing, body: dict[str, Any]) -> None:
    assert (await invoicing.patch(FINAL, body)).status == 422
