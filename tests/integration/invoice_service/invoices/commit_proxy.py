"""A proxy before PostgreSQL that loses a COMMIT: on its way there, or its answer on the way back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from urllib.parse import urlsplit, urlunsplit


class Lost(Enum):
    """What the proxy loses, by the bytes that show it passing."""

    REQUEST = b"COMMIT;\0"
    # The same, and the server does not notice that its client is gone.
    SILENTLY = b"COMMIT;\0 "
    ANSWER = b"C\0\0\0\x0bCOMMIT\0"


class CommitProxy:
    """Passes everything on, until it is told to lose something; then it cuts that one connection."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._armed: Lost | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.cuts = 0

    def lose(self, what: Lost) -> None:
        """Lose the next one."""
        self._armed = what

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        server_reader, server_writer = await asyncio.open_connection(*self._upstream)
        both = (writer, server_writer)
        ways = {
            asyncio.create_task(self._pass(reader, server_writer, both, Lost.REQUEST, Lost.SILENTLY)),
            asyncio.create_task(self._pass(server_reader, writer, both, Lost.ANSWER)),
        }
        self._tasks |= ways
        await asyncio.wait(ways)
        self._tasks -= ways

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        both: tuple[asyncio.StreamWriter, ...],
        *watched: Lost,
    ) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            while chunk := await reader.read(65536):
                if self._armed in watched and self._armed.value.rstrip() in chunk:
                    lost, self._armed = self._armed, None
                    self.cuts += 1
                    if lost is Lost.SILENTLY:
                        both[0].close()
                        return
                    break
                writer.write(chunk)
                await writer.drain()
        for end in both:
            end.close()

    async def stop(self) -> None:
        """End what still runs."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


@asynccontextmanager
async def commit_proxy(dsn: str) -> AsyncIterator[tuple[CommitProxy, str]]:
    """A running proxy, and the address of the database through it."""
    parts = urlsplit(dsn)
    proxy = CommitProxy(parts.hostname or "127.0.0.1", parts.port or 5432)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials = parts.netloc.rpartition("@")[0]
    try:
        yield proxy, urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}"))
    finally:
        await proxy.stop()
        server.close()
        await server.wait_closed()
