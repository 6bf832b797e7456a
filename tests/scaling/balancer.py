"""What stands before several processes of the API: it asks each whether it is ready, and sends requests to those."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import aiohttp

from tests.support.shop_client import Json

_LOOK_SECONDS = 0.2


class Balancer:
    """A client behind it. It repeats nothing: a request that has no good answer is lost, and is in `lost`."""

    def __init__(self, session: aiohttp.ClientSession, addresses: Iterable[str]) -> None:
        self._session = session
        self._addresses = tuple(addresses)
        self._ready: set[str] = set()
        self._turns = itertools.count()
        self.answered = 0
        self.lost: list[str] = []

    async def call(
        self, method: str, path: str, body: Json | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 - any JSON
        """One request to a process that is ready; its JSON, or None when it is lost."""
        ready = sorted(self._ready)
        address = ready[next(self._turns) % len(ready)]
        try:
            async with self._session.request(
                method, f"{address}/api/v1{path}", json=body, headers=headers
            ) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            self.lost.append(f"{method} {path} at {address}: {type(error).__name__} {error}")
            return None
        if response.status >= HTTPStatus.BAD_REQUEST:
            self.lost.append(f"{method} {path} at {address}: {response.status} {answer}")
            return None
        self.answered += 1
        return answer

    async def look(self) -> None:
        """Ask each whether it is ready, again and again."""
        await asyncio.gather(*map(self._look_at, self._addresses))

    async def _look_at(self, address: str) -> None:
        while True:
            if await self._says_ready(address):
                self._ready.add(address)
            else:
                self._ready.discard(address)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _says_ready(self, address: str) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            # A connection of its own: one that is kept would tell of the connection.
            async with self._session.get(f"{address}/readyz", headers={"Connection": "close"}) as response:
                return response.status == HTTPStatus.OK
        return False

    @property
    def any_ready(self) -> bool:
        """Whether there is somebody to ask."""
        return bool(self._ready)


@asynccontextmanager
async def balancer(key: str, addresses: Iterable[str]) -> AsyncIterator[Balancer]:
    """A balancer that looks while inside."""
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "fr"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=60)) as session:
        balancing = Balancer(session, addresses)
        looking = asyncio.create_task(balancing.look())
        try:
            yield balancing
        finally:
            looking.cancel()
            await asyncio.wait([looking])
