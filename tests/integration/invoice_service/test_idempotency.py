import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import BaseModel

from services.invoice_service.api.answers import Answer
from services.invoice_service.api.requests import json_body
from services.invoice_service.api.routing import VIEWER, Route, putting
from services.invoice_service.api.transact import transact
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.reference import Translation
from tests.support.invoicing import Database, Invoicing, Reply, running


class Note(BaseModel):
    """What the call of these tests takes: a label to write down."""

    label: str


class Notebook:
    """A POST with an effect that can be counted, and that a test can hold up or let fail."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fail: Exception | None = None
        self.secret = False

    async def post(self, request: web.Request) -> web.Response:
        """Write a label down."""
        note = await json_body(request, Note)

        async def use_case(uow: UnitOfWork, context: Context) -> Translation:
            record = Translation(f"{note.label}-{context.correlation_id}", "fr", "en")
            await uow.reference.insert(record)
            self.began.set()
            await self.go_on.wait()
            if self.fail is not None:
                raise self.fail
            return record

        def present(record: Translation) -> Answer:
            return Answer(
                201, {"label": record.label}, {"Location": f"/x/{record.label}"}, secret=self.secret
            )

        return await transact(request, use_case, present)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
async def api(invoicing_database: Database, tmp_path: Path, notebook: Notebook) -> AsyncIterator[Invoicing]:
    routes = (
        Route("POST", "/notes", notebook.post, VIEWER, "Write a label down", status=(201,)),
        putting("/notes", notebook.post, VIEWER, "The same as a PUT", Note, Note),
    )
    async with running(invoicing_database, tmp_path, routes=routes) as running_api:
        yield running_api


async def post(api: Invoicing, label: str = "a", idempotency_key: str = "k-1", **more: str) -> Reply:
    return await api.post("/notes", {"label": label}, headers={"Idempotency-Key": idempotency_key, **more})


async def written(api: Invoicing) -> int:
    (row,) = await api.database.fetch("select count(*) from translations")
    return int(row[0])


async def test_a_repeat_gets_the_first_answer_again_and_has_no_effect(api: Invoicing) -> None:
    first = await post(api)
    again = await post(api)

    assert (first.status, again.status) == (201, 201)
    assert again.text == first.text
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert await written(api) == 1


async def test_without_a_key_each_request_counts(api: Invoicing) -> None:
    await api.post("/notes", {"label": "a"})
    await api.post("/notes", {"label": "a"})

    assert await written(api) == 2


async def test_another_body_under_the_same_key_is_refused(api: Invoicing) -> None:
    await post(api)
    other = await post(api, "b")

    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert await written(api) == 1


@pytest.mark.parametrize("raw", [b'{"label": 5}', b"{}", b"{", b""])
async def test_another_body_is_refused_for_its_key_however_wrong_it_is(api: Invoicing, raw: bytes) -> None:
    alone = await api.call("POST", "/notes", raw=raw, headers={"Idempotency-Key": "k-1"})
    first = await post(api)

    other = await api.call("POST", "/notes", raw=raw, headers={"Idempotency-Key": "k-1"})
    without_a_key = await api.call("POST", "/notes", raw=raw)

    assert (alone.status, alone.code) in ((400, "malformed"), (422, "invalid"))
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert (without_a_key.status, without_a_key.code) == (alone.status, alone.code)
    assert (await post(api)).json == first.json


async def test_only_a_post_is_kept(api: Invoicing) -> None:
    for _ in range(2):
        await api.put("/notes", {"label": "a"}, headers={"Idempotency-Key": "k-1"})

    assert await written(api) == 2


async def test_while_it_is_running_a_repeat_waits_for_nobody(api: Invoicing, notebook: Notebook) -> None:
    notebook.go_on.clear()
    first = asyncio.create_task(post(api))
    await notebook.began.wait()

    meanwhile = await post(api)
    elsewhere = asyncio.create_task(post(api, idempotency_key="k-2"))
    notebook.go_on.set()

    assert (meanwhile.status, meanwhile.code) == (409, "idempotency_in_progress")
    assert int(meanwhile.headers["Retry-After"]) > 0
    assert (await first).status == 201
    assert (await elsewhere).status == 201
    assert (await post(api)).headers["Idempotent-Replayed"] == "true"
    assert await written(api) == 2


async def test_of_many_at_once_one_has_the_effect(api: Invoicing) -> None:
    replies = await asyncio.gather(*(post(api) for _ in range(10)))

    assert {reply.status for reply in replies} <= {201, 409}
    assert {reply.text for reply in replies if reply.status == 201} == {
        reply.text for reply in replies if reply.status == 201 and "Idempotent-Replayed" not in reply.headers
    }
    assert await written(api) == 1


@pytest.mark.parametrize("failure", [RuntimeError("a crash"), Conflict("frozen", number="PF-1")])
async def test_what_failed_is_undone_and_may_be_tried_again(
    api: Invoicing, notebook: Notebook, failure: Exception
) -> None:
    notebook.fail = failure
    failed = await post(api)
    notebook.fail = None
    retried = await post(api)

    assert failed.status in {409, 500}
    assert retried.status == 201
    assert "Idempotent-Replayed" not in retried.headers
    assert await written(api) == 1


async def test_a_lost_connection_undoes_it_and_frees_the_key(api: Invoicing, notebook: Notebook) -> None:
    notebook.go_on.clear()
    lost = asyncio.create_task(post(api))
    await notebook.began.wait()
    await api.database.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test' and"
        " datname = current_database() and state = 'idle in transaction'"
    )
    notebook.go_on.set()

    reply = await lost
    retried = await post(api)

    assert (reply.status, reply.code) == (503, "unavailable")
    assert int(reply.headers["Retry-After"]) > 0
    assert (retried.status, await written(api)) == (201, 1)


async def test_a_key_belongs_to_its_caller(api: Invoicing, notebook: Notebook) -> None:
    await post(api)
    await api.database.fetch(
        "insert into api_keys (id, name, role, sha256, hint)"
        " values (gen_random_uuid(), 'x', 'viewer', encode(sha256('1'), 'hex'), 'x')"
    )

    other = await api.post("/notes", {"label": "b"}, headers={"Idempotency-Key": "k-1"}, key="1")

    assert other.status == 201
    assert await written(api) == 2


async def test_after_a_day_a_key_is_free_again(api: Invoicing) -> None:
    await post(api)
    await post(api, idempotency_key="k-2")
    await api.database.fetch("update idempotency_keys set created_at = now() - interval '25 hours'")

    later = await post(api, "b")

    assert later.status == 201
    assert (await post(api, "b")).headers["Idempotent-Replayed"] == "true"
    # Those that are too old go by themselves.
    rows = await api.database.fetch("select key from idempotency_keys")
    assert [row["key"] for row in rows] == ["k-1"]


async def test_a_secret_is_never_kept(api: Invoicing, notebook: Notebook) -> None:
    notebook.secret = True
    first, second = await post(api), await post(api)

    assert first.text != second.text
    assert await api.database.fetch("select from idempotency_keys") == []


async def test_making_a_key_keeps_no_answer(invoicing: Invoicing) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = await invoicing.post("/keys", {"name": "x", "role": "viewer"}, headers=headers)
    second = await invoicing.post("/keys", {"name": "x", "role": "viewer"}, headers=headers)

    assert first.json["key"] != second.json["key"]
    assert await invoicing.database.fetch("select from idempotency_keys") == []


@pytest.mark.parametrize(("key", "status"), [("x" * 255, 201), ("x" * 256, 400), ("", 400)])
async def test_a_key_has_1_to_255_characters(api: Invoicing, key: str, status: int) -> None:
    reply = await post(api, idempotency_key=key)

    assert reply.status == status
    if status == 400:
        assert reply.fields == {"Idempotency-Key": "invalid"}


async def test_the_hint_to_publish_comes_after_the_commit_only(api: Invoicing, notebook: Notebook) -> None:
    await post(api)
    notebook.fail = RuntimeError("a crash")
    await post(api, idempotency_key="k-2")

    assert len(api.commits) == 1
