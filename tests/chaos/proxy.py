"""A TCP proxy before a server, which lets everything pass until it is told to be a bad network."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.chaos.plan import HTTP, POSTGRESQL, RABBITMQ, SMTP, Kind
from tests.support.ports import stable_port

_HOST = "127.0.0.1"
_CHUNK = 65_536
_DELAY_SECONDS = 0.15
_FORGOTTEN_AFTER_SECONDS = 15
"""After that the server's own system has noticed that nobody is there any more (TCP keep-alive)."""

# The bytes of a reply that says: done. It is what `cut replies` keeps from the client.
DONE = {
    POSTGRESQL: b"C\0\0\0\x0bCOMMIT\0",  # CommandComplete
    RABBITMQ: b"\0\x3c\0\x50",  # basic.ack, which is a publisher's confirm
    SMTP: b"250 2.0.0 filed",  # the answer to the final dot
    HTTP: b"HTTP/1.1 20",
}


class _Connection:
    """One client's connection, and ours to the server behind it."""

    def __init__(self, client: asyncio.StreamWriter) -> None:
        self.client = client
        self.server: asyncio.StreamWriter | None = None
        self.swallowed = False

    def abort(self) -> None:
        """Both ends hear that it is over, at once."""
        for end in (self.client, self.server):
            if end is not None:
                end.transport.abort()

    def swallow(self) -> None:
        """From now on nothing passes. The server gives up after a while; the client is never told."""
        self.swallowed = True
        if self.server is not None:
            transport = self.server.transport
            asyncio.get_running_loop().call_later(_FORGOTTEN_AFTER_SECONDS, transport.abort)


class FaultyProxy:
    """A proxy on a port of its own. `upstream`: the port of the server behind it, asked at each connection."""

    def __init__(self, name: str, upstream: Callable[[], int]) -> None:
        self.name = name
        self.port = stable_port()
        self.cuts = 0
        self._upstream = upstream
        self._fault: Kind | None = None
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, _HOST, self.port)

    async def close(self) -> None:
        """Cut everything and listen no more."""
        assert self._server is not None
        self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._server.wait_closed()

    @contextmanager
    def under(self, fault: Kind) -> Iterator[None]:
        """A bad network while inside. What was swallowed stays so; else all is well afterwards."""
        self._fault = fault
        for connection in tuple(self._connections):
            if fault is Kind.DROP:
                connection.abort()
            if fault is Kind.BLACKHOLE:
                connection.swallow()
        try:
            yield
        finally:
            self._fault = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = _Connection(writer)
        self._connections.add(connection)
        try:
            with suppress(OSError, asyncio.CancelledError):  # one end is gone, or we close
                await self._joined(connection, reader)
        finally:
            connection.abort()
            self._connections.discard(connection)
            self._tasks.discard(task)

    async def _joined(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        if self._fault is Kind.DROP:
            return
        if self._fault is Kind.BLACKHOLE:
            connection.swallow()
            await self._pass(connection, reader, None)
            return
        server_reader, connection.server = await asyncio.open_connection(_HOST, self._upstream())
        if connection.swallowed:
            connection.swallow()
        replies = asyncio.create_task(self._pass(connection, server_reader, connection.client, replies=True))
        try:
            await self._pass(connection, reader, connection.server)
            connection.abort()
        finally:
            replies.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await replies

    async def _pass(
        self,
        connection: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter | None,
        *,
        replies: bool = False,
    ) -> None:
        """Pass one direction on, to its end."""
        while chunk := await reader.read(_CHUNK):
            if self._fault is Kind.DELAY:
                await asyncio.sleep(_DELAY_SECONDS)
            if replies and self._fault is Kind.CUT_REPLIES and DONE.get(self.name, b"") in chunk:
                self.cuts += 1
                connection.abort()
                return
            if writer is not None and not connection.swallowed:
                writer.write(chunk)
                await writer.drain()
        if replies and not connection.swallowed:
            connection.client.close()
