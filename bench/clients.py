"""HTTP clients that cost as little as can be: the machine is for what is measured. One connection each, kept open."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Self

Call = tuple[str, str, bytes]
"""Method, path, body."""


class Refused(Exception):
    """An answer that is no success: nothing was measured."""

    def __init__(self, call: Call, status: int, body: bytes) -> None:
        super().__init__(f"{call[0]} {call[1]}: {status} {body[:500].decode(errors='replace')}")


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        self._reader = reader
        self._writer = writer
        self._head = f"HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"

    @classmethod
    async def open(cls, port: int, key: str) -> Self:
        """One to a port of this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 22), key)

    async def call(self, call: Call) -> bytes:
        """The body of the answer.

        Raises:
            Refused: it is no success.
        """
        method, path, body = call
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self._writer.write(f"{method} {path} {self._head}{kind}\r\n".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        answer = await self._reader.readexactly(int(length or 0))
        status = int(head[9:12])
        if not 200 <= status < 300:
            raise Refused(call, status, answer)
        return answer

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


@asynccontextmanager
async def clients(port: int, key: str, count: int) -> AsyncIterator[list[Client]]:
    """So many clients, connected."""
    opened = [await Client.open(port, key) for _ in range(count)]
    try:
        yield opened
    finally:
        for client in opened:
            client.close()


async def race(
    callers: Sequence[Client], calls: Sequence[Call], seen: Callable[[bytes], object] = len
) -> float:
    """Let the clients make all calls, each the next one as soon as it is free; the seconds that takes."""
    waiting = iter(calls)

    async def work(client: Client) -> None:
        for call in waiting:
            seen(await client.call(call))

    began = time.perf_counter()
    await asyncio.gather(*(work(client) for client in callers))
    return time.perf_counter() - began
