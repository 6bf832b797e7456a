"""The proxy does what a plan says of it, between a client and a server that answers `done` to every line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.chaos.plan import SMTP, Kind
from tests.chaos.proxy import DONE, FaultyProxy

_DONE = DONE[SMTP] + b"\r\n"


class Server:
    """Remembers the lines that reached it."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.reached = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            async with self.reached:
                self.lines.append(line)
                self.reached.notify_all()
            writer.write(b"hello\r\n" if line == b"hello\n" else _DONE)
        writer.close()


Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def between() -> AsyncIterator[tuple[Server, FaultyProxy]]:
    behind = Server()
    async with await asyncio.start_server(behind.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        proxy = FaultyProxy(SMTP, lambda: port)
        await proxy.start()
        try:
            yield behind, proxy
        finally:
            await proxy.close()


async def connected(proxy: FaultyProxy) -> Client:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def said(client: Client, line: bytes) -> bytes:
    """The answer; nothing when the connection was cut."""
    reader, writer = client
    try:
        writer.write(line)
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        if reader.at_eof() or reader.exception() is not None:
            writer.close()


async def test_all_passes_when_nothing_is_wrong() -> None:
    async with between() as (_, proxy):
        client = await connected(proxy)

        assert [await said(client, b"hello\n"), await said(client, b"x\n")] == [b"hello\r\n", _DONE]
        client[1].close()


async def test_drop_cuts_every_connection_and_every_new_one() -> None:
    async with between() as (server, proxy):
        client = await connected(proxy)
        await said(client, b"hello\n")

        with proxy.under(Kind.DROP):
            assert await said(client, b"x\n") == b""
            assert await said(await connected(proxy), b"y\n") == b""

        again = await connected(proxy)
        assert await said(again, b"z\n") == _DONE
        assert server.lines == [b"hello\n", b"z\n"]
        again[1].close()


async def test_a_reply_that_says_done_is_cut_when_it_is_done() -> None:
    async with between() as (server, proxy):
        client = await connected(proxy)

        with proxy.under(Kind.CUT_REPLIES):
            assert await said(client, b"hello\n") == b"hello\r\n"
            assert await said(client, b"x\n") == b""
        client[1].close()

        assert (server.lines, proxy.cuts) == ([b"hello\n", b"x\n"], 1)


async def test_delay_only_takes_longer() -> None:
    async with between() as (_, proxy):
        client = await connected(proxy)
        clock = asyncio.get_running_loop().time
        began = clock()

        with proxy.under(Kind.DELAY):
            assert await said(client, b"x\n") == _DONE

        assert clock() - began >= 0.3
        client[1].close()


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_what_a_blackhole_has_swallowed_stays_dead_and_nobody_is_told(when: str) -> None:
    async with between() as (server, proxy):
        client = await connected(proxy) if when == "before" else None
        if client is not None:
            await said(client, b"hello\n")

        with proxy.under(Kind.BLACKHOLE):
            client = client or await connected(proxy)
            client[1].write(b"x\n")
            await client[1].drain()

        again = await connected(proxy)
        assert await said(again, b"y\n") == _DONE
        client[1].write(b"z\n")
        await client[1].drain()
        assert await said(again, b"last\n") == _DONE
        assert {b"x\n", b"z\n"}.isdisjoint(server.lines)
        assert not client[0].at_eof()
        client[1].close()
        again[1].close()
