"""HTTP as bytes over a connection of one's own: what no client library would send."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from services.invoice_service.api.app import create_app
from services.invoice_service.api.server import listening
from tests.support.invoicing import Invoicing


@dataclass(frozen=True)
class RawReply:
    """One answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Its JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem."""
        return str(self.json["code"])


@dataclass(frozen=True)
class Connection:
    """An open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, *, seconds: float = 20) -> RawReply:
        """The next answer. Its body is as long as it says.

        Raises:
            TimeoutError: it did not come.
            asyncio.IncompleteReadError: the other side closed without one.
        """
        async with asyncio.timeout(seconds):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return RawReply(int(first.split(" ")[1]), headers, body)

    async def ended(self, *, seconds: float = 20) -> bool:
        """Whether the other side closes, with nothing more to say."""
        async with asyncio.timeout(seconds):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


@asynccontextmanager
async def connected(base: str) -> AsyncIterator[Connection]:
    """A new connection to `http://host:port`."""
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


@asynccontextmanager
async def serving(api: Invoicing, **timeouts: float) -> AsyncIterator[str]:
    """The address of the same API on the server that production has."""
    async with listening(create_app(api.services), "127.0.0.1", 0, **timeouts) as port:
        yield f"http://127.0.0.1:{port}"


def head(method: str, path: str, key: str, *lines: str) -> bytes:
    """The head of a request under /api/v1 with this key."""
    first = (f"{method} /api/v1{path} HTTP/1.1", "Host: shop.example", f"Authorization: Bearer {key}")
    return "\r\n".join((*first, *lines, "", "")).encode("utf-8", "surrogateescape")
