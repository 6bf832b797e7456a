"""If-Match on actions: optional, looked at when it is there, unless what it asks for is done already."""

import uuid
from collections.abc import Awaitable, Callable

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAIL: Json = {"to": [{"email": "julie@client.example"}], "subject": "Facture", "body": "Bonjour"}


async def a_draft(shop: Shop) -> tuple[Json, str]:
    return await shop.billing({"price": "100.00"}), ""


async def failed_transfer(shop: Shop) -> tuple[Json, str]:
    return await shop.finalize(await shop.billing({"price": "100.00"})), ""


async def transferred(shop: Shop) -> tuple[Json, str]:
    return await shop.transferred(await shop.billing({"price": "100.00"})), ""


async def failed_rendering(shop: Shop) -> tuple[Json, str]:
    invoice = await shop.billing({"price": "100.00"})
    await shop.api.get(f"/invoices/{invoice['number']}/pdf?wait=0")
    reason = {"code": "crashed", "message": "mémoire"}
    await shop.result(
        "document.render_failed",
        {"invoice_id": invoice["id"], "version": invoice["version"], "reason": reason},
    )
    return invoice, ""


async def an_email(shop: Shop) -> tuple[Json, str]:
    invoice = await shop.billing({"price": "100.00"})
    return invoice, expect(await shop.email(invoice), 202)["id"]


Prepared = Callable[[Shop], Awaitable[tuple[Json, str]]]


@pytest.mark.parametrize(
    ("action", "prepared", "body", "status"),
    [
        ("finalize", a_draft, None, 200),
        ("duplicate", a_draft, None, 201),
        ("credit", transferred, {"reason": "erreur"}, 201),
        ("emails", a_draft, MAIL, 202),
        ("emails/{id}/resend", an_email, None, 202),
        ("transfer/mark", failed_transfer, {"reason": "saisie à la main"}, 200),
        ("render/retry", failed_rendering, None, 202),
    ],
)
async def test_an_action_looks_at_the_version_it_is_told(
    shop: Shop, action: str, prepared: Prepared, body: Json | None, status: int
) -> None:
    invoice, email = await prepared(shop)
    path = f"/invoices/{invoice['number']}/{action.replace('{id}', email)}"
    before = await shop.get(invoice["number"])

    stale = await shop.api.post(path, body, headers={"If-Match": '"v99"'})
    foreign = await shop.api.post(path, body, headers={"If-Match": '"d41d8cd9"'})
    wrong = await shop.api.post(path, body, headers={"If-Match": "v1"})

    for reply in (stale, foreign):
        assert (reply.status, reply.code) == (412, "stale_version")
        assert reply.json["current"] == before
    assert (wrong.status, wrong.fields) == (400, {"If-Match": "invalid"})
    current = {"If-Match": f'"v{before["version"]}"'}
    assert (await shop.api.post(path, body, headers=current)).status == status


async def test_a_transfer_is_retried_on_the_version_it_is_told(shop: Shop) -> None:
    accounts = {
        "default_revenue_account": await shop.account(),
        "default_receivable_account": await shop.account("asset"),
    }
    invoice = await shop.finalize(await shop.billing({"price": "100.00"}, tax_code="00"))
    path = f"/invoices/{invoice['number']}/transfer/retry"

    async with shop.settings(connector="ledger", **accounts):
        stale = await shop.api.post(path, headers={"If-Match": '"v99"'})
        based = await shop.api.post(path, headers={"If-Match": f'"v{invoice["version"]}"'})

    assert (stale.status, stale.json["current"]["number"]) == (412, invoice["number"])
    assert based.status == 202


async def test_what_is_done_already_does_not_look_at_the_version(shop: Shop) -> None:
    invoice, _ = await transferred(shop)
    path = f"/invoices/{invoice['number']}"
    old = {"If-Match": '"v99"'}

    marked = await shop.api.post(f"{path}/transfer/mark", {"reason": "encore"}, headers=old)
    finalized = await shop.api.post(f"{path}/finalize", headers=old)

    assert expect(marked, 200) == expect(finalized, 200) == await shop.get(invoice["number"])


async def test_an_invoice_that_is_not_there_has_no_version(shop: Shop) -> None:
    path = f"/invoices/{uuid.uuid4()}"

    for action, body in (("duplicate", None), ("credit", {"reason": "erreur"}), ("emails", MAIL)):
        reply = await shop.api.post(f"{path}/{action}", body, headers={"If-Match": '"v1"'})
        assert (reply.status, reply.code) == (404, "not_found")
