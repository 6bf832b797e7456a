"""Users, API keys and number series on their pages, without a script."""

import datetime as dt
from urllib.parse import urlsplit

import pytest

from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

USERS, KEYS, SERIES = "/settings/users", "/settings/keys", "/settings/series"


def secret(seen: Seen) -> str:
    return str(seen.one("//code[@class='secret']").text)


async def test_a_user_is_made_with_a_password_that_is_told_once(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    new = await admin.get(f"{USERS}/new")
    made = await admin.send(new, USERS, name="Ada Roy", email="ada@shop.example", role="accountant")
    browser = await people.stranger()
    assert (await browser.log_in("ada@shop.example", secret(made))).status == 200
    (user,) = expect(await shop.api.get("/users?q=ada"), 200)["data"]
    one = f"{USERS}/{user['id']}"
    assert (user["role"], user["language"]) == ("accountant", None)
    assert "class='secret'" not in (await admin.get(one)).text
    assert (await admin.get(USERS)).one(f"//a[@href='{one}']").text_content() == "Ada Roy"

    twice = await admin.send(new, USERS, name="Ada Roy", email="ada@shop.example")
    assert (twice.status, twice.one("//*[@id='fault-email']").text) == (422, "Cette adresse est déjà prise.")
    assert twice.one("//input[@id='name']").get("value") == "Ada Roy"

    # Of a page of before, only what was changed is written.
    before = await admin.get(one)
    await admin.send(before, one, role="biller")
    await admin.send(before, one, name="Ada Roy-Cyr", language="en")
    user = expect(await shop.api.get(f"/users/{user['id']}"), 200)
    assert (user["name"], user["role"], user["language"]) == ("Ada Roy-Cyr", "biller", "en")

    again = await admin.send(await admin.get(one), f"{one}/password")
    assert (await browser.get("/invoices")).path.startswith("/login")
    assert (await browser.log_in("ada@shop.example", secret(again))).status == 200
    await admin.send(await admin.get(one), one, active="no")
    assert (await browser.get("/invoices")).path.startswith("/login")
    gone = await admin.send(await admin.get(one), f"{one}/delete")
    assert gone.says("L'utilisateur est supprimé.")
    assert (await admin.get(one)).status == 404


async def test_the_last_administrator_can_not_lock_himself_out(shop: Shop, people: People) -> None:
    last = await people.hire("admin")
    await last.browser.log_in(last.email, "une longue phrase à retenir")
    await shop.database.fetch(
        "update users set active = false where role = 'admin' and id <> $1::uuid", last.id
    )
    one = f"{USERS}/{last.id}"
    try:
        seen = await last.browser.get(one)
        for action, fields in (
            (one, {"role": "viewer"}),
            (one, {"active": "no"}),
            (f"{one}/delete", dict[str, str]()),
        ):
            refused = await last.browser.send(seen, action, **fields)
            assert refused.status == 409
            assert refused.says("Il doit rester un administrateur actif.")
        assert (await last.browser.get(USERS)).status == 200
    finally:
        await shop.database.fetch("update users set active = true")


async def test_a_key_is_told_once_expires_and_is_revoked(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    day = (shop.api.clock().date() + dt.timedelta(days=1)).isoformat()
    made = await admin.send(await admin.get(KEYS), KEYS, name="MIS de l'usine", expires=day)
    key = secret(made)
    assert expect(await shop.api.get("/me", key=key), 200)["role"] == "integration"
    seen = await admin.get(KEYS)
    assert key not in seen.text
    assert seen.says("Valable jusqu'au 20 juill. 2025, 00 h 00")

    for fields, fault in (
        ({"expires": "2001-01-01"}, "Cette date est passée."),
        ({"expires": "demain"}, ""),
        ({"name": ""}, ""),
    ):
        refused = await admin.send(seen, KEYS, **{"name": "x", **fields})
        assert refused.status == 422
        told = refused.one("//*[@class='fault']").text
        assert told
        assert not fault or told == fault

    (action,) = seen.all('//li[contains(., "MIS de l\'usine")]//form/@action')
    for _ in range(2):
        revoked = await admin.send(seen, str(action))
        assert revoked.says("La clé est révoquée.")
    assert (await shop.api.get("/me", key=key)).status == 401


async def test_a_series_in_use_only_moves_forward_with_a_reason(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    await shop.finalize(await shop.billing({"price": "100.00"}))
    seen = await admin.get(SERIES)
    assert seen.says("Factures finales · MAIN")
    one = f"{SERIES}/MAIN/final"
    assert seen.one(f"//a[@href='{one}']") is not None
    page = await admin.get(one)
    value = int(str(page.form(one)["next_value"]))

    back = await admin.send(page, one, next_value=str(value - 1))
    assert back.status == 409
    assert back.says("ne peut pas reculer")
    assert back.one("//input[@id='next_value']").get("value") == str(value - 1)
    silent = await admin.send(page, one, next_value=str(value + 10))
    assert (silent.status, silent.one("//*[@id='fault-reason']").text) == (422, "Champ obligatoire.")
    wrong = await admin.send(page, one, padding="beaucoup", prefix="é")
    assert {fault.get("id") for fault in wrong.all("//*[@class='fault']")} == {
        "fault-padding",
        "fault-prefix",
    }
    done = await admin.send(page, one, next_value=str(value + 10), reason="reprise de l'ancien logiciel")
    assert urlsplit(done.path).path == SERIES
    series = expect(await shop.api.get("/number-series/MAIN/final"), 200)
    assert series["next_value"] == value + 10
    skipped = await shop.database.fetch("select reason from number_series_intervals where kind = 'final'")
    assert [row["reason"] for row in skipped] == ["reprise de l'ancien logiciel"]
    assert (await admin.get(f"{SERIES}/NONE/final")).status == 404
