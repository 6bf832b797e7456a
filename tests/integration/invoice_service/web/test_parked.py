"""Messages that wait for a person, on their pages, without a script."""

import json
from typing import Any

import pytest

from shared.bus import topology
from shared.bus.port import ParkedDelivery
from tests.integration.invoice_service.invoices.production_line import completed
from tests.integration.invoice_service.invoices.shop import CUSTOMER, Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Fields, Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/operations/parked"
HOSTILE = b"<script>alert(1)</script>"


async def parked(shop: Shop) -> dict[str, Any]:
    """A completion of an unknown customer: its id among the parked, its job and that customer."""
    job, customer = shop.code("D"), shop.code("C")
    event = completed(job, customer)
    told = expect(await shop.api.call("POST", "/job-completions", raw=json.dumps(event).encode()), 202)
    return {"id": told["parked"], "job": job, "customer": customer}


async def dead(shop: Shop, body: bytes) -> str:
    """What is no message; its id among the parked."""
    await shop.inbound.parked(ParkedDelivery(body, None, topology.PRODUCTION, "not a message", 1))
    rows = expect(await shop.api.get("/parked-messages?kind=dead&limit=1"), 200)
    return str(rows["data"][0]["id"])


def token(seen: Seen) -> str:
    return str(seen.all("//input[@name='csrf']/@value")[0])


def shown(seen: Seen) -> list[str]:
    """The ids of what is listed."""
    return [str(address).rpartition("/")[2] for address in seen.all("//ul[@class='troubles']//a/@href")]


async def test_an_accountant_reads_why_in_her_language_and_can_do_nothing(shop: Shop, people: People) -> None:
    one = await parked(shop)
    accountant = await people.one("accountant", language="en")

    seen = await accountant.get("/notifications")
    assert seen.one(f"//a[@href='{PATH}']").text == "Waiting messages"
    seen = await accountant.get(f"{PATH}?kind=unknown_reference")
    assert one["id"] in shown(seen)
    assert seen.says(f"{one['customer']} does not exist.")
    assert seen.all("//input[@type='checkbox'] | //main//button[not(@data-print)]") == []
    whole = await accountant.get(f"{PATH}/{one['id']}")
    assert whole.says("urn:mis:plant-1")
    assert f'"number": "{one["job"]}"' in whole.one("//pre").text
    assert whole.all("//main//button") == []


async def test_several_are_replayed_once_what_they_name_is_there(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    first, second = await parked(shop), await parked(shop)
    expect(await shop.api.put(f"/customers/{first['customer']}", CUSTOMER), 201)
    seen = await admin.get(PATH)
    fields: Fields = {"csrf": token(seen), "item": [first["id"], second["id"]]}

    told = await admin.post(f"{PATH}/replay", fields)
    assert told.status == 409
    assert told.says("1 message est appliqué ou remis en route.")
    assert told.says("1 message attend encore : voyez sa raison.")
    assert first["id"] not in shown(told)
    assert second["id"] in shown(told)
    assert (await shop.get_job(first["job"]))["invoices"] != []

    expect(await shop.api.put(f"/customers/{second['customer']}", CUSTOMER), 201)
    whole = await admin.get(f"{PATH}/{second['id']}")
    done = await admin.post(f"{PATH}/replay", {"csrf": token(whole), "item": second["id"]})
    assert done.says("1 message est appliqué ou remis en route.")
    gone = await admin.post(f"{PATH}/replay", fields)
    assert gone.status == 409
    assert gone.says("introuvable")
    for wrong in (list[str](), ["x"]):
        assert (await admin.post(f"{PATH}/replay", {**fields, "item": wrong})).status == 422


async def test_what_is_no_message_is_shown_as_it_came_and_discarded(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    parked_id = await dead(shop, HOSTILE)
    seen = await admin.get(f"{PATH}/{parked_id}")
    assert seen.one("//pre").text == HOSTILE.decode()
    assert seen.all("//script[not(@src)]") == []
    refused = await admin.post(f"{PATH}/replay", {"csrf": token(seen), "item": parked_id})
    assert refused.says("Ce message ne peut pas être rejoué.")

    for _ in range(2):
        done = await admin.send(seen, f"{PATH}/{parked_id}/discard")
        assert done.says("Le message est écarté.")
        assert parked_id not in shown(done)
    assert (await admin.get(f"{PATH}/{parked_id}")).status == 404
