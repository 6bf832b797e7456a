"""How large a body may be, and what becomes of a connection that brought too large a one."""

import io
from collections.abc import AsyncIterator

import pytest

from services.invoice_service.api.routing import JSON_LIMIT, UPLOAD_LIMIT
from tests.support.invoicing import ADMIN_KEY, Invoicing
from tests.support.raw_http import connected, head, serving


def spaces(size: int) -> bytes:
    """A body that is malformed only once it is read to its end."""
    return b" " * size


async def in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(JSON_LIMIT, 400), (JSON_LIMIT + 1, 413)])
async def test_a_body_has_one_mebibyte_and_not_a_byte_more(
    invoicing: Invoicing, size: int, status: int, *, chunked: bool
) -> None:
    async with invoicing.session.put(
        f"{invoicing.base}/api/v1/sales-reps/JT",
        data=in_chunks(spaces(size)) if chunked else io.BytesIO(spaces(size)),
        headers={"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/json"},
    ) as reply:
        assert reply.status == status
        assert (await reply.json(content_type=None))["code"] == (
            "too_large" if status == 413 else "malformed"
        )


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("more", "status"), [(0, 201), (1, 413)])
async def test_an_upload_has_twenty_mebibytes(
    invoicing: Invoicing, more: int, status: int, *, chunked: bool
) -> None:
    begin = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
    end = b"\r\n--x--\r\n"
    body = begin + b"x" * (UPLOAD_LIMIT + more - len(begin) - len(end)) + end
    headers = {"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "multipart/form-data; boundary=x"}
    async with (
        serving(invoicing, lingering_time=0.1) as base,
        invoicing.session.post(
            f"{base}/api/v1/attachments",
            data=in_chunks(body) if chunked else io.BytesIO(body),
            headers=headers,
        ) as reply,
    ):
        assert reply.status == status, await reply.text()


async def test_an_action_that_reads_no_body_takes_no_large_one_either(invoicing: Invoicing) -> None:
    async with serving(invoicing, lingering_time=0.1) as base, connected(base) as connection:
        await connection.send(
            head("POST", "/invoices/PF-1/finalize", ADMIN_KEY, f"Content-Length: {JSON_LIMIT + 1}")
        )
        reply = await connection.reply()

    assert (reply.status, reply.code) == (413, "too_large")


async def test_the_connection_is_clean_after_too_large_a_body(invoicing: Invoicing) -> None:
    async with serving(invoicing) as base, connected(base) as connection:
        too_much = spaces(JSON_LIMIT + 65_536)
        await connection.send(head("PUT", "/sales-reps/A", ADMIN_KEY, f"Content-Length: {len(too_much)}"))
        await connection.send(too_much)
        announced = await connection.reply()
        await connection.send(head("PUT", "/sales-reps/A", ADMIN_KEY, "Transfer-Encoding: chunked"))
        await connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(too_much), too_much))
        counted = await connection.reply()
        await connection.send(head("GET", "/me", ADMIN_KEY))
        after = await connection.reply()

    assert [announced.status, counted.status, after.status] == [413, 413, 200]
    assert after.json["id"] == "bootstrap"


async def test_a_client_that_asks_first_is_refused_before_it_sends(invoicing: Invoicing) -> None:
    asking = ("Expect: 100-continue", "Content-Length: 17")
    async with serving(invoicing, lingering_time=0.1) as base, connected(base) as connection:
        await connection.send(head("PUT", "/sales-reps/A", ADMIN_KEY, *asking))
        assert (await connection.reply()).status == 100
        await connection.send(b'{"name": "Julie"}')
        assert (await connection.reply()).status == 201
    for key, length, status in (("wrong", 17, 401), (ADMIN_KEY, JSON_LIMIT + 1, 413)):
        async with serving(invoicing, lingering_time=0.1) as base, connected(base) as connection:
            asking = ("Expect: 100-continue", f"Content-Length: {length}")
            await connection.send(head("PUT", "/sales-reps/A", key, *asking))
            reply = await connection.reply()
            assert (reply.status, reply.headers["connection"]) == (status, "close")
            assert await connection.ended()
