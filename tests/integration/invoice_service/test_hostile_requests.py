"""What no client of good will sends: refused with a problem, never a 500, never a stall."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import structlog

from services.invoice_service.api.routing import JSON_LIMIT
from tests.support.invoicing import ADMIN_KEY, Database, Invoicing, running
from tests.support.raw_http import Connection, connected, head, serving
from tests.support.waiting import until

PATH = "/sales-reps/JT"
# Seconds: what these requests took before somebody looked was minutes.
STALL = 20


def chunked(body: bytes) -> bytes:
    return head("PUT", PATH, ADMIN_KEY, "Transfer-Encoding: chunked") + body


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x00\xff\r\n\r\n",
        b"hello\r\n\r\n",
        b"GE T / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET http://[shop/livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/customers/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        head("GET", "/me", ADMIN_KEY, f"X-Long: {'x' * 100_000}"),
        head("GET", "/me", ADMIN_KEY + "x" * 100_000),
        head("GET", "/me", ADMIN_KEY, *(f"X-{number}: x" for number in range(1000))),
        head("GET", f"/me?{'x' * 100_000}", ADMIN_KEY),
        head("GET", "/me", ADMIN_KEY, "X-Bell: \x07"),
        head("PUT", PATH, ADMIN_KEY, "Content-Length: -1"),
        head("PUT", PATH, ADMIN_KEY, f"Content-Length: {'9' * 30}"),
        head("PUT", PATH, ADMIN_KEY, "Content-Length: 2", "Content-Length: 3") + b"{}",
        # Two readers of this could see two different requests.
        head("PUT", PATH, ADMIN_KEY, "Content-Length: 3", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        chunked(b"zz\r\nabc\r\n0\r\n\r\n"),
        chunked(b"3\r\nabcdef\r\n0\r\n\r\n"),
    ],
    ids=lambda sent: repr(sent[:30]),
)
async def test_what_is_no_http_is_a_problem_too(invoicing: Invoicing, sent: bytes) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with serving(invoicing) as base, connected(base) as connection:
            await connection.send(sent)
            reply = await connection.reply()
            assert await connection.ended()

    assert (reply.status, reply.code) == (400, "not_http")
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert reply.headers["x-request-id"] == reply.json["request_id"]
    (told,) = lines
    assert (told["event"], told["request_id"]) == ("not a request", reply.json["request_id"])
    # The parser's own words quote what came: a key, perhaps.
    assert ADMIN_KEY not in str(told)
    assert "xxx" not in str(told) + reply.body.decode()


@pytest.mark.parametrize(
    "first", [b"", b"GET /livez HTTP/1.1\r\nHost: x\r\n", head("GET", "/me", ADMIN_KEY)[:-2]]
)
async def test_a_head_that_never_ends_is_not_waited_for(invoicing: Invoicing, first: bytes) -> None:
    async with serving(invoicing, keepalive_timeout=0.5) as base, connected(base) as connection:
        await connection.send(first)
        drip = asyncio.create_task(_drip(connection, b"X-Slow: 1\r\n" if first else b""))
        assert await connection.ended(seconds=STALL)
        drip.cancel()


async def _drip(connection: Connection, line: bytes) -> None:
    """A little at a time, so that the connection is never idle."""
    while line:
        await connection.send(line)
        await asyncio.sleep(0.05)


@pytest.fixture
def impatient(invoicing_database: Database, tmp_path: Path) -> AbstractAsyncContextManager[Invoicing]:
    return running(invoicing_database, tmp_path, body_seconds=0.3)


@pytest.mark.parametrize(
    "sent",
    [
        head("PUT", PATH, ADMIN_KEY, "Content-Length: 17"),
        head("PUT", PATH, ADMIN_KEY, "Content-Length: 17") + b'{"name": ',
        chunked(b'3\r\n{"n\r\n'),
    ],
)
async def test_a_body_that_never_ends_is_not_waited_for(
    impatient: AbstractAsyncContextManager[Invoicing], sent: bytes
) -> None:
    async with (
        impatient as api,
        serving(api, lingering_time=0.1) as base,
        connected(base) as connection,
    ):
        await connection.send(sent)
        reply = await connection.reply(seconds=STALL)
        assert await connection.ended()

    assert (reply.status, reply.code) == (408, "too_slow")
    assert reply.json["title"] == "Trop lent"


async def test_a_client_that_goes_away_in_the_middle_is_no_failure_of_ours(invoicing: Invoicing) -> None:
    with structlog.testing.capture_logs() as lines:
        async with serving(invoicing, lingering_time=0.1) as base:
            async with connected(base) as connection:
                await connection.send(
                    head("PUT", PATH, ADMIN_KEY, "Expect: 100-continue", "Content-Length: 9")
                )
                assert (await connection.reply()).status == 100  # it is reading now
                await connection.send(b"{")
                connection.writer.transport.abort()
            await until(lambda: bool(lines))

    assert [(line["event"], line["status"]) for line in lines] == [("request", 400)]


BODY = b'{"name": "Julie"}'


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("gzip", gzip.compress(BODY)),
        ("gzip", gzip.compress(b" " * 20_000_000, 9)),
        ("deflate", zlib.compress(b" " * 20_000_000, 9)),
        ("gzip", BODY),
        ("br", BODY),
        ("zstd", BODY),
        ("fish", BODY),
        ("gzip, gzip", BODY),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_compressed_body_is_not_even_opened(invoicing: Invoicing, encoding: str, raw: bytes) -> None:
    async with serving(invoicing) as base, connected(base) as connection:
        lines = (f"Content-Encoding: {encoding}", f"Content-Length: {len(raw)}")
        await connection.send(head("PUT", PATH, ADMIN_KEY, *lines) + raw)
        reply = await connection.reply(seconds=STALL)

    assert (reply.status, reply.code) == (415, "unsupported_media_type")


async def test_a_body_may_say_that_it_is_not_compressed(invoicing: Invoicing) -> None:
    reply = await invoicing.call("PUT", PATH, raw=BODY, headers={"Content-Encoding": "Identity"})

    assert reply.status == 201


def named(text: str) -> bytes:
    return b'{"name": ' + text.encode("utf-8", "surrogateescape") + b"}"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"[" * 100_000, 400, "malformed"),
        (b'{"name":' * 50_000 + b"1" + b"}" * 50_000, 400, "malformed"),
        (named("[" * 100_000 + "]" * 100_000), 400, "malformed"),
        (named("9" * 1_000_000), 400, "malformed"),
        (named("1e999999999"), 422, "invalid"),
        (named("NaN"), 422, "invalid"),
        (named('"a\x00b"'), 400, "malformed"),
        (named('"a\\u0000b"'), 422, "invalid"),
        (named('"a\\ud800b"'), 400, "malformed"),
        (named('"\udcff"'), 400, "malformed"),
        (b'{"\\ud800": "x"}', 400, "malformed"),
        (b"\xef\xbb\xbf" + BODY, 400, "malformed"),
        (BODY.decode().encode("utf-16"), 400, "malformed"),
        (b"null", 422, "invalid"),
        (b'"x"', 422, "invalid"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else str(value),
)
async def test_json_that_nobody_writes_is_refused(
    invoicing: Invoicing, raw: bytes, status: int, code: str
) -> None:
    async with asyncio.timeout(STALL):
        reply = await invoicing.call("PUT", PATH, raw=raw)

    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"name": "Julie", "name": "Anne"}', "name"),
        (b'{"name": "Julie", "n\\u0061me": "Julie"}', "name"),
        (b'{"fr": {"subject": "a", "body": "b", "attachment_name": "c", "body": "d"}, "en": {}}', "body"),
    ],
)
async def test_a_name_that_is_there_twice_is_refused(invoicing: Invoicing, raw: bytes, field: str) -> None:
    path = PATH if b"fr" not in raw else "/email-templates/invoice"
    raw = raw.replace(b'"en": {}', b'"en": {"subject": "a", "body": "b", "attachment_name": "c"}')
    reply = await invoicing.call("PUT", path, raw=raw)

    assert (reply.status, reply.code, reply.fields) == (422, "invalid", {field: "duplicate"})
    assert reply.json["errors"][0]["message"] == f"{field} s'y trouve deux fois."


@pytest.mark.parametrize(
    "price",
    [
        "1e999999999",
        "1e-999999999",
        "1E+9",
        "9" * 1_000_000,
        f"0.{'0' * 1_000_000}1",
        "NaN",
        "-Infinity",
        "sNaN",
        "\u0661\u0662",
        "\uff11",
        "1_0",
        " 1",
        "+5",
        "0x10",
        "",
    ],
    ids=lambda price: price[:20],
)
async def test_numbers_that_are_none_are_refused(invoicing: Invoicing, price: str) -> None:
    body = {"description": {"fr": "a", "en": "b"}, "unit_price": price}
    async with asyncio.timeout(STALL):
        reply = await invoicing.put("/products/P-1", body)

    assert (reply.status, reply.fields) == (422, {"unit_price": "invalid"})


@pytest.mark.parametrize(
    "body",
    [
        {f"k{number}": 1 for number in range(60_000)},
        {"name": "x", "addresses": [0] * 300_000},
        {"name": "x", "contacts": [{}] * 200_000},
    ],
    ids=["fields", "items", "objects"],
)
async def test_a_body_of_faults_is_answered_in_short_and_soon(invoicing: Invoicing, body: object) -> None:
    raw = json.dumps(body).encode()
    assert len(raw) < JSON_LIMIT
    async with asyncio.timeout(STALL):
        reply = await invoicing.call("PUT", "/customers/C-1", raw=raw)

    assert (reply.status, reply.code) == (422, "invalid")
    assert [error["message"] for error in reply.json["errors"]] == ["Plus de 1000 fautes."]


@pytest.mark.parametrize(
    "authorization", ["Bearer \udcff\udcfe", "Bearer a.\udcff.c", "\udcff", "Bearer \u0661"]
)
async def test_a_key_of_bytes_that_are_no_text_is_a_wrong_key(
    invoicing: Invoicing, authorization: str
) -> None:
    async with serving(invoicing) as base, connected(base) as connection:
        sent = head("GET", "/me", "key").decode().replace("Bearer key", authorization)
        await connection.send(sent.encode("utf-8", "surrogateescape"))
        reply = await connection.reply()

    assert (reply.status, reply.code) == (401, "unauthorized")


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x--\r\n",
        PART + b"\r\n%PDF-1.7",  # it breaks off
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 20_000
        + PART
        + b"\r\n%PDF-1.7\r\n--x--\r\n",
        b"--x\r\n" + b"A: b\r\n" * 170_000,
        b"--x\r\nContent-Disposition: form-data; " + b"a=b; " * 200_000 + b"\r\n\r\n%PDF\r\n--x--\r\n",
        b"".join(b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" for _ in range(2000)),
    ],
    ids=["nothing", "no part", "half", "parts", "headers", "header", "nested"],
)
async def test_an_upload_that_is_no_form_is_refused(invoicing: Invoicing, body: bytes) -> None:
    async with asyncio.timeout(STALL):
        reply = await invoicing.call(
            "POST", "/attachments", raw=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
        )

    assert (reply.status, reply.fields) == (422, {"file": "required"})


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=\udcff", '; boundary="a\\\\b'])
async def test_a_form_needs_a_boundary(invoicing: Invoicing, boundary: str) -> None:
    body = PART + b"\r\n%PDF-1.7\r\n--x--\r\n"
    lines = (f"Content-Type: multipart/form-data{boundary}", f"Content-Length: {len(body)}")
    async with serving(invoicing) as base, connected(base) as connection:
        await connection.send(head("POST", "/attachments", ADMIN_KEY, *lines) + body)
        reply = await connection.reply()

    assert (reply.status, reply.code) == (422, "invalid")


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ('filename="épreuve.pdf"', "épreuve.pdf"),
        ("filename*=UTF-8''%C3%A9preuve.pdf", "épreuve.pdf"),
        ('filename="a%22b.pdf"', 'a"b.pdf'),
    ],
)
async def test_of_several_files_the_first_is_taken_by_whatever_name(
    invoicing: Invoicing, parameter: str, name: str
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"--x\r\nContent-Disposition: form-data; name=other\r\n\r\nx\r\n"
        yield f'--x\r\nContent-Disposition: form-data; name="file"; {parameter}\r\n\r\n'.encode()
        yield b"%PDF-1.7\n\r\n"
        yield PART + b"\r\n%PDF-1.4 the other\r\n--x--\r\n"

    async with invoicing.session.post(
        f"{invoicing.base}/api/v1/attachments",
        data=chunks(),
        headers={"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "multipart/form-data; boundary=x"},
    ) as reply:
        kept = await reply.json()

    assert (reply.status, kept["name"], kept["size"]) == (201, name, 9)
