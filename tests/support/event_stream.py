"""A client of `GET /events` that reads the stream as a browser does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse

from tests.support.invoicing import Invoicing

SECONDS = 20


@dataclass
class Told:
    """One event."""

    name: str
    data: dict[str, Any]


class EventStream:
    """A stream that is being read. `position` is the last id that it gave."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.position = ""

    async def next(self) -> Told | None:
        """The next event, which must come within seconds; None at the end of the stream."""
        name, data = "", ""
        async with asyncio.timeout(SECONDS):
            async for raw in self.response.content:
                key, _, value = raw.decode().rstrip("\n").partition(": ")
                if key == "id":
                    self.position = value
                elif key == "event":
                    name = value
                elif key == "data":
                    data = value
                elif not key and name:
                    return Told(name, json.loads(data))
        return None

    async def of(self, invoice: dict[str, Any], what: str) -> dict[str, Any]:
        """What is told of an invoice once `what` of it has changed."""
        while (told := await self.next()) is not None:
            if told.data.get("id") == invoice["id"] and what in told.data["changed"]:
                return told.data
        raise AssertionError("the stream ended")

    async def position_behind(self) -> str:
        """The position that stands next in the stream: at its beginning, and behind what happened at once."""
        async with asyncio.timeout(SECONDS):
            while not (line := (await self.response.content.readline()).decode()).startswith("id: "):
                assert line, "the stream ended"
        self.position = line.removeprefix("id: ").rstrip("\n")
        return self.position


@asynccontextmanager
async def event_stream(
    api: Invoicing, *, after: str = "", wait: int | None = None
) -> AsyncIterator[EventStream]:
    """A stream from a position on, or from now on: what happens inside is told."""
    headers = {"Authorization": f"Bearer {api.key}", "Last-Event-ID": after}
    query = {} if wait is None else {"wait": str(wait)}
    async with api.session.get(f"{api.base}/api/v1/events", headers=headers, params=query) as response:
        assert response.status == 200, await response.text()
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        stream = EventStream(response)
        if not after:
            await stream.position_behind()
        yield stream


async def all_told(api: Invoicing, after: str) -> tuple[list[Told], str]:
    """All that has happened since a position, and the position of now."""
    async with event_stream(api, after=after, wait=0) as stream:
        told = []
        while (one := await stream.next()) is not None:
            told.append(one)
        return told, stream.position
