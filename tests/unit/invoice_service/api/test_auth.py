import datetime as dt
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from pydantic import SecretStr

from services.invoice_service.api import auth
from services.invoice_service.api.auth import ApiKeys, authenticate
from services.invoice_service.api.problems import Unauthorized
from services.invoice_service.api.services import ApiServices
from services.invoice_service.application.records import ApiKey
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.api_keys import hash_of_key
from services.invoice_service.settings import InvoiceSettings

NOW = dt.datetime(2025, 7, 18, tzinfo=dt.UTC)


@dataclass
class KeysInMemory:
    """Stands for the database: keys by hash, and how often it was asked."""

    keys: dict[str, ApiKey] = field(default_factory=dict)
    asked: int = 0
    seconds: float = 0

    def add(self, secret: str) -> ApiKey:
        key = ApiKey(uuid.uuid4(), secret, Role.VIEWER, secret[:2], NOW)
        self.keys[hash_of_key(secret)] = key
        return key

    async def find(self, sha256: str) -> ApiKey | None:
        self.asked += 1
        return self.keys.get(sha256)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(api_keys=self)

    def authenticator(self, **settings: Any) -> ApiKeys:  # noqa: ANN401 - settings by name
        services = SimpleNamespace(
            transactions=self,
            clock=lambda: NOW,
            settings=InvoiceSettings(key_cache_seconds=2, **settings),
        )
        return ApiKeys(cast("ApiServices", services), monotonic=lambda: self.seconds)


async def ask(keys: ApiKeys, secret: str) -> Actor | None:
    return await keys(make_mocked_request("GET", "/", headers={"Authorization": f"Bearer {secret}"}))


async def test_a_key_is_looked_up_again_after_a_moment() -> None:
    stored = KeysInMemory()
    key = stored.add("one")
    keys = stored.authenticator()

    for seconds, asked in ((0, 1), (1.9, 1), (2, 2), (3.9, 2), (4, 3)):
        stored.seconds = seconds
        assert await ask(keys, "one") == Actor("key", str(key.id), "one", Role.VIEWER)
        assert stored.asked == asked


async def test_a_failed_look_up_is_not_remembered() -> None:
    stored = KeysInMemory()
    keys = stored.authenticator()

    for _ in range(2):
        with pytest.raises(Unauthorized):
            await ask(keys, "unknown")
    stored.add("unknown")

    assert await ask(keys, "unknown") is not None
    assert stored.asked == 3


async def test_what_is_remembered_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_CACHE_SIZE", 2)
    stored = KeysInMemory()
    keys = stored.authenticator()
    for secret in ("one", "two", "three"):
        stored.add(secret)
        await ask(keys, secret)

    await ask(keys, "three")
    assert stored.asked == 3
    await ask(keys, "one")
    assert stored.asked == 4


async def test_the_configured_key_asks_nobody() -> None:
    stored = KeysInMemory()
    keys = stored.authenticator(admin_key=SecretStr("first"))

    actor = await ask(keys, "first")

    assert actor is not None
    assert (actor.id, actor.role, stored.asked) == ("bootstrap", Role.ADMIN, 0)


async def test_the_first_way_whose_credentials_are_there_decides() -> None:
    async def absent(request: web.Request) -> Actor | None:
        return None

    async def present(request: web.Request) -> Actor | None:
        return Actor("user", "u-1", "Zoé", Role.BILLER)

    request = make_mocked_request("GET", "/")

    assert (await authenticate(request, [absent, present])).id == "u-1"
    with pytest.raises(Unauthorized) as refused:
        await authenticate(request, [absent])
    assert not refused.value.given
