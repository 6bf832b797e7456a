"""What holds for every call, whatever it does."""

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from services.invoice_service.api.routing import ANYBODY, JSON_LIMIT, Route
from tests.support.invoicing import Database, Invoicing, running


async def _fail(_request: web.Request) -> web.Response:
    raise RuntimeError("password=secret")


async def _leave(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/elsewhere")


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Cache-Control": "no-cache"})
    await response.prepare(request)
    await response.write(b"one")
    return response


@pytest.fixture
async def failing(invoicing_database: Database, tmp_path: Path) -> AsyncIterator[Invoicing]:
    routes = (
        Route("GET", "/fail", _fail, ANYBODY, "Fail"),
        Route("GET", "/leave", _leave, ANYBODY, "Go elsewhere"),
        Route("GET", "/stream", _stream, ANYBODY, "Answer bit by bit"),
    )
    async with running(invoicing_database, tmp_path, routes=routes) as api:
        yield api


async def test_every_reply_has_an_id_and_is_not_stored(invoicing: Invoicing) -> None:
    replies = [
        await invoicing.get("/customers"),
        await invoicing.get("/customers", key=None),
        await invoicing.get("/nowhere"),
        await invoicing.post("/settings", {}),
        await invoicing.get("//livez", key=None),
    ]

    assert [reply.status for reply in replies] == [200, 401, 404, 405, 200]
    assert len({reply.headers["X-Request-Id"] for reply in replies}) == len(replies)
    for reply in replies:
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-1.2_3", True), ("x" * 128, True), ("x" * 129, False), ("a b", False), ("é", False)],
)
async def test_the_callers_request_id_is_kept_if_it_is_fit_for_a_log(
    invoicing: Invoicing, given: str, *, kept: bool
) -> None:
    reply = await invoicing.get("/nowhere", headers={"X-Request-Id": given})

    assert (reply.headers["X-Request-Id"] == given) is kept
    assert reply.json["request_id"] == reply.headers["X-Request-Id"]


async def test_unknown_addresses_and_methods_are_problems(invoicing: Invoicing) -> None:
    nowhere = await invoicing.get("/nowhere")
    wrong = await invoicing.post("/settings", {})
    head = await invoicing.call("HEAD", "/settings")

    assert (nowhere.status, nowhere.code) == (404, "not_found")
    assert nowhere.headers["Content-Type"].startswith("application/problem+json")
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")
    assert set(wrong.headers["Allow"].split(",")) == {"GET", "PATCH"}
    assert head.status == 405


async def test_a_body_is_json_and_says_so_or_nothing(invoicing: Invoicing) -> None:
    path, body = "/sales-reps/JT", b'{"name": "Julie"}'

    async def put(content_type: str) -> int:
        reply = await invoicing.call("PUT", path, raw=body, headers={"Content-Type": content_type})
        return reply.status

    assert await put("application/json") == 201
    assert await put("application/json; charset=utf-8") == 200
    assert await put("application/merge-patch+json") == 200
    assert await put("application/x-www-form-urlencoded") == 415
    assert await put("text/plain") == 415
    async with invoicing.session.put(
        f"{invoicing.base}/api/v1{path}",
        data=body,
        headers={"Authorization": f"Bearer {invoicing.key}"},
        skip_auto_headers=["Content-Type"],
    ) as reply:
        assert reply.status == 200


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"name": "Julie"} x', b"[" * 100_000])
async def test_what_is_not_json_is_malformed(invoicing: Invoicing, raw: bytes) -> None:
    reply = await invoicing.call("PUT", "/sales-reps/JT", raw=raw)

    assert (reply.status, reply.code) == (400, "malformed")


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536):
        yield b" " * 65_536


async def test_a_body_has_at_most_one_mebibyte(invoicing: Invoicing) -> None:
    url = f"{invoicing.base}/api/v1/sales-reps/JT"
    headers = {"Authorization": f"Bearer {invoicing.key}", "Content-Type": "application/json"}

    async with invoicing.session.put(url, data=_chunks(JSON_LIMIT + 65_536), headers=headers) as reply:
        too_large = (reply.status, json.loads(await reply.text())["code"])
    async with invoicing.session.put(
        url,
        data=_chunks(JSON_LIMIT + 65_536),
        headers={**headers, "Content-Length": str(JSON_LIMIT + 65_536)},
    ) as reply:
        announced = reply.status
    async with invoicing.session.put(url, data=_chunks(JSON_LIMIT), headers=headers) as reply:
        just_fits = (reply.status, json.loads(await reply.text())["code"])

    assert too_large == (413, "too_large")
    assert announced == 413
    assert just_fits == (400, "malformed")


@pytest.mark.parametrize("code", ["a%20b", "%C3%A9", "x" * 65, "a%2Fb", "%2E%2E%2E%00"])
async def test_a_code_in_the_path_looks_like_one(invoicing: Invoicing, code: str) -> None:
    async with invoicing.session.get(
        f"{invoicing.base}/api/v1/sales-reps/{code}", headers={"Authorization": f"Bearer {invoicing.key}"}
    ) as reply:
        body = json.loads(await reply.text())

    assert (reply.status, body["code"]) == (400, "invalid_parameter")
    assert body["errors"][0]["field"] == "code"


async def test_a_defect_says_nothing_of_itself(failing: Invoicing) -> None:
    reply = await failing.get("/fail")

    assert (reply.status, reply.code) == (500, "internal")
    assert "secret" not in reply.text
    assert reply.json["request_id"] == reply.headers["X-Request-Id"]


async def test_what_is_no_failure_is_left_alone(failing: Invoicing) -> None:
    headers = {"Authorization": f"Bearer {failing.key}"}
    async with failing.session.get(
        f"{failing.base}/api/v1/leave", headers=headers, allow_redirects=False
    ) as reply:
        assert (reply.status, reply.headers["Location"]) == (302, "/elsewhere")
    streamed = await failing.get("/stream")

    assert (streamed.status, streamed.text, streamed.headers["Cache-Control"]) == (200, "one", "no-cache")


def measured(route: str, status: str, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("factures_http_request_seconds_count", labels) or 0.0


async def test_requests_are_measured_by_their_pattern(invoicing: Invoicing) -> None:
    before = [
        measured("/api/v1/customers/{code}", "404"),
        measured("unmatched", "404"),
        measured("unmatched", "404", "other"),
    ]

    await invoicing.get("/customers/C-1")
    await invoicing.get("/customers/C-2")
    await invoicing.get("/nowhere")
    await invoicing.call("PROPFIND", "/nowhere")

    assert [
        measured("/api/v1/customers/{code}", "404"),
        measured("unmatched", "404"),
        measured("unmatched", "404", "other"),
    ] == [before[0] + 2, before[1] + 1, before[2] + 1]


async def test_what_is_public_needs_no_key(invoicing: Invoicing) -> None:
    document = await invoicing.get("//openapi.json", key=None)
    page = await invoicing.get("//docs", key=None)
    live = await invoicing.get("//livez", key=None)
    ready = await invoicing.get("//readyz", key=None)

    assert document.json["openapi"] == "3.1.0"
    assert page.status == 200
    # Whole in itself: it loads nothing, and its style is the only one that the policy lets in.
    tags = "".join(re.findall(r"<[^>]+>", page.text))
    assert re.findall(r"(?:src|href|action)=\"(?![#/])|<script|style=", tags) == []
    policy = page.headers["Content-Security-Policy"]
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    assert re.findall(r"@import|url\(", style) == []
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert "/api/v1/customers/{code}" in page.text
    assert live.json == {"status": "ok"}
    assert (ready.status, ready.json["checks"]) == (200, {"database": True})


async def test_problems_speak_the_language_asked_for(invoicing: Invoicing) -> None:
    french = await invoicing.get("/customers/C-1")
    english = await invoicing.get("/customers/C-1", headers={"Accept-Language": "en-CA,en;q=0.9"})

    assert french.json["detail"] == "C-1 : introuvable."
    assert english.json["detail"] == "C-1: not found."
    assert (french.headers["Content-Language"], english.headers["Content-Language"]) == ("fr", "en")


async def test_a_name_in_a_path_is_never_taken_for_a_variable(invoicing: Invoicing) -> None:
    order = "/invoices/PF-0001/lines/order"
    allowed = {
        method: await invoicing.call(method, order) for method in ("PATCH", "DELETE", "GET", "OPTIONS")
    }

    assert {(reply.status, reply.code) for reply in allowed.values()} == {(405, "method_not_allowed")}
    assert {reply.headers["Allow"] for reply in allowed.values()} == {"PUT"}
    assert (await invoicing.delete("/invoices")).headers["Allow"] == "GET,POST"


async def test_before_the_process_stops_each_answer_ends_its_connection_and_says_so(
    invoicing: Invoicing,
) -> None:
    before = await invoicing.get("/settings")
    await invoicing.services.presence.leave(0)
    leaving = await invoicing.get("/settings")

    assert (before.status, "Connection" in before.headers) == (200, False)
    assert (leaving.status, leaving.headers["Connection"]) == (200, "close")
