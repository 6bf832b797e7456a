import uuid

import pytest
from argon2 import PasswordHasher

from tests.support.invoicing import Invoicing, Reply

MARIE = {"email": "marie@imprimerie.example", "name": "Marie Roy", "role": "admin"}
PASSWORD = "une longue phrase"


async def made(invoicing: Invoicing, **changes: object) -> Reply:
    reply = await invoicing.post("/users", MARIE | changes)
    assert reply.status == 201, reply.text
    return reply


async def test_a_user_is_made_shown_and_listed(invoicing: Invoicing) -> None:
    reply = await made(invoicing, language="fr", password=PASSWORD)
    user = reply.json
    assert "password" not in reply.text
    assert {name: user[name] for name in MARIE} == MARIE
    assert reply.headers["Location"] == f"/api/v1/users/{user['id']}"
    assert (await invoicing.get(f"/users/{user['id']}")).json == user
    assert (await invoicing.get("/users", query={"q": "ROY"})).json["data"] == [user]


async def test_only_a_hash_of_the_password_is_kept(invoicing: Invoicing) -> None:
    user = (await made(invoicing, password=PASSWORD)).json
    (row,) = await invoicing.database.fetch("select password_hash from users")
    assert row["password_hash"].startswith("$argon2id$")
    assert PasswordHasher().verify(row["password_hash"], PASSWORD)
    await invoicing.patch(f"/users/{user['id']}", {"password": "une autre phrase"})
    (row,) = await invoicing.database.fetch("select password_hash from users")
    assert PasswordHasher().verify(row["password_hash"], "une autre phrase")
    trail = await invoicing.audit("user", user["id"])
    assert [entry["action"] for entry in trail] == ["created", "password_changed"]
    await invoicing.patch(f"/users/{user['id']}", {"name": "Marie R.", "password": "encore une phrase"})
    trail = await invoicing.audit("user", user["id"])
    assert [entry["action"] for entry in trail[2:]] == ["updated", "password_changed"]
    assert "phrase" not in str(trail)


async def test_an_address_is_one_persons_whatever_its_case(invoicing: Invoicing) -> None:
    await made(invoicing)
    again = await invoicing.post("/users", MARIE | {"email": "Marie@Imprimerie.example"})
    assert (again.status, again.fields) == (422, {"email": "email_taken"})
    other = (await made(invoicing, email="paul@imprimerie.example")).json
    taken = await invoicing.patch(f"/users/{other['id']}", {"email": MARIE["email"]})
    assert (taken.status, taken.fields) == (422, {"email": "email_taken"})


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "x", "role": "admin"}, {"email": "required"}),
        (MARIE | {"email": "nowhere"}, {"email": "invalid"}),
        (MARIE | {"role": "root"}, {"role": "invalid"}),
        (MARIE | {"password": "short"}, {"password": "invalid"}),
        (MARIE | {"active": False}, {"active": "unknown_field"}),
    ],
)
async def test_bodies_that_are_refused(
    invoicing: Invoicing, body: dict[str, object], fields: dict[str, str]
) -> None:
    reply = await invoicing.post("/users", body)
    assert (reply.status, reply.fields) == (422, fields)


async def test_one_administrator_remains(invoicing: Invoicing) -> None:
    marie = (await made(invoicing)).json
    for change in ({"role": "biller"}, {"active": False}):
        refused = await invoicing.patch(f"/users/{marie['id']}", change)
        assert (refused.status, refused.code) == (409, "last_admin")
    assert (await invoicing.delete(f"/users/{marie['id']}")).code == "last_admin"
    await made(invoicing, email="paul@imprimerie.example")
    assert (await invoicing.patch(f"/users/{marie['id']}", {"role": "biller"})).json["role"] == "biller"
    assert (await invoicing.delete(f"/users/{marie['id']}")).status == 204
    assert (await invoicing.get(f"/users/{marie['id']}")).status == 404


async def test_nobody_by_that_id(invoicing: Invoicing) -> None:
    for reply in (
        await invoicing.get(f"/users/{uuid.uuid4()}"),
        await invoicing.patch(f"/users/{uuid.uuid4()}", {"name": "x"}),
        await invoicing.delete(f"/users/{uuid.uuid4()}"),
    ):
        assert (reply.status, reply.code) == (404, "not_found")
