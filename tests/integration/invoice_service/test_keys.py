import asyncio
import datetime as dt
from pathlib import Path

import pytest

from tests.support.invoicing import ADMIN_KEY, Database, Invoicing, running


async def test_a_key_is_shown_once_and_opens_the_door(invoicing: Invoicing) -> None:
    created = await invoicing.post("/keys", {"name": "Passerelle", "role": "integration"})
    secret = created.json["key"]
    me = await invoicing.get("/me", key=secret)
    listed = await invoicing.get("/keys")
    rows = await invoicing.database.fetch("select * from api_keys")

    assert created.status == 201
    assert created.headers["Location"] == f"/api/v1/keys/{created.json['id']}"
    assert me.json == {
        "kind": "key",
        "id": created.json["id"],
        "name": "Passerelle",
        "role": "integration",
        "language": None,
        "theme": None,
    }
    assert [key["name"] for key in listed.json["data"]] == ["Passerelle"]
    assert secret not in listed.text
    assert created.json["hint"] == secret[:7]
    assert secret not in str([dict(row) for row in rows])
    assert secret not in str(await invoicing.audit("api_key", created.json["id"]))


async def test_a_key_is_found_where_it_was_made_until_it_is_revoked(invoicing: Invoicing) -> None:
    created = await invoicing.post("/keys", {"name": "x", "role": "viewer"})
    location = f"/{created.headers['Location']}"

    found = await invoicing.get(location)
    await invoicing.delete(location)
    gone = await invoicing.get(location)

    assert (found.status, found.json) == (200, {k: v for k, v in created.json.items() if k != "key"})
    assert (gone.status, gone.code) == (404, "not_found")


async def test_a_revoked_key_opens_nothing(invoicing: Invoicing) -> None:
    created = await invoicing.post("/keys", {"name": "x", "role": "viewer"})
    path = f"/keys/{created.json['id']}"

    before = await invoicing.get("/me", key=created.json["key"])
    revoked = [await invoicing.delete(path), await invoicing.delete(path)]
    after = await invoicing.get("/me", key=created.json["key"])

    assert before.status == 200
    assert [reply.status for reply in revoked] == [204, 404]
    assert (after.status, after.code) == (401, "unauthorized")
    assert (await invoicing.get("/keys")).json["data"] == []
    trail = await invoicing.audit("api_key", created.json["id"])
    assert [row["action"] for row in trail] == ["created", "revoked"]


async def test_a_key_that_was_just_used_opens_nothing_once_it_is_revoked(
    invoicing_database: Database, tmp_path: Path
) -> None:
    async with running(invoicing_database, tmp_path, key_cache_seconds=5) as api:
        revoked, kept = [await api.post("/keys", {"name": "x", "role": "viewer"}) for _ in range(2)]
        before = [await api.get("/me", key=one.json["key"]) for one in (revoked, kept)]
        await api.delete(f"/keys/{revoked.json['id']}")
        after = [await api.get("/me", key=one.json["key"]) for one in (revoked, kept)]

    assert [reply.status for reply in before] == [200, 200]
    assert [reply.status for reply in after] == [401, 200]


async def test_a_key_lasts_until_it_expires(invoicing: Invoicing) -> None:
    expires = (invoicing.clock.now + dt.timedelta(hours=1)).isoformat()
    created = await invoicing.post("/keys", {"name": "x", "role": "viewer", "expires": expires})

    before = await invoicing.get("/me", key=created.json["key"])
    invoicing.clock.pass_(hours=1)
    after = await invoicing.get("/me", key=created.json["key"])

    assert (before.status, after.status) == (200, 401)


@pytest.mark.parametrize("expires", ["2025-07-18T14:00:00Z", "2020-01-01T00:00:00Z"])
async def test_a_key_does_not_begin_expired(invoicing: Invoicing, expires: str) -> None:
    reply = await invoicing.post("/keys", {"name": "x", "role": "viewer", "expires": expires})

    assert (reply.status, reply.code, reply.fields) == (422, "invalid", {"expires": "past"})


async def test_a_time_without_a_zone_is_refused(invoicing: Invoicing) -> None:
    body = {"name": "x", "role": "viewer", "expires": "2030-01-01T00:00:00"}

    assert (await invoicing.post("/keys", body)).fields == {"expires": "invalid"}


async def test_a_revoked_key_is_remembered_for_no_longer_than_the_settings_say(
    invoicing_database: Database, tmp_path: Path
) -> None:
    async with running(invoicing_database, tmp_path, key_cache_seconds=0.3) as api:
        created = await api.post("/keys", {"name": "x", "role": "viewer"})
        await api.get("/me", key=created.json["key"])
        # As another process does it.
        await invoicing_database.fetch("update api_keys set revoked_at = now()")
        async with asyncio.timeout(5):
            while (await api.get("/me", key=created.json["key"])).status == 200:
                pass


async def test_without_a_configured_key_there_is_no_bootstrap(
    invoicing_database: Database, tmp_path: Path
) -> None:
    async with running(invoicing_database, tmp_path, admin_key=None) as api:
        assert (await api.get("/me", key=ADMIN_KEY)).status == 401


@pytest.mark.parametrize(
    ("header", "given"),
    [
        (None, False),
        ("Bearer fk_wrong", True),
        ("Bearer ", True),
        ("Bearer", True),
        ("Basic dXNlcjpwYXNz", True),
        (f"Token {ADMIN_KEY}", True),
        ("Bearer é", True),
    ],
)
async def test_who_does_not_say_who_it_is_stays_outside(
    invoicing: Invoicing, header: str | None, *, given: bool
) -> None:
    headers = {} if header is None else {"Authorization": header}

    reply = await invoicing.get("/customers", key=None, headers=headers)

    assert (reply.status, reply.code) == (401, "unauthorized")
    assert reply.headers["WWW-Authenticate"].startswith('Bearer realm="factures"')
    assert ("invalid_token" in reply.headers["WWW-Authenticate"]) is given


async def test_the_scheme_is_read_in_any_case(invoicing: Invoicing) -> None:
    reply = await invoicing.get("/me", key=None, headers={"Authorization": f"bearer {ADMIN_KEY}"})

    assert reply.status == 200


async def test_everybody_has_preferences_of_their_own(invoicing: Invoicing) -> None:
    viewer = await invoicing.key_for("viewer")

    first = await invoicing.patch("/me", {"language": "en"}, key=viewer)
    second = await invoicing.patch("/me", {"theme": "dark"}, key=viewer)
    emptied = await invoicing.patch("/me", {"language": None}, key=viewer)
    wrong = await invoicing.patch("/me", {"theme": "pink", "role": "admin"}, key=viewer)

    assert (first.json["language"], first.json["theme"]) == ("en", None)
    assert (second.json["language"], second.json["theme"]) == ("en", "dark")
    assert (emptied.json["language"], emptied.json["theme"]) == (None, "dark")
    assert wrong.fields == {"theme": "invalid", "role": "unknown_field"}
    assert (await invoicing.get("/me")).json["theme"] is None
    assert (await invoicing.get("/me", key=viewer)).json == emptied.json


@pytest.mark.parametrize("path", ["/keys/x", "/keys/00000000"])
async def test_an_id_is_a_uuid(invoicing: Invoicing, path: str) -> None:
    reply = await invoicing.delete(path)

    assert (reply.status, reply.code, reply.fields) == (400, "invalid_parameter", {"id": "invalid"})
