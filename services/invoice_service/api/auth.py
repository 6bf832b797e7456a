"""Who is asking: authenticators are tried one after the other; the first whose credentials are there decides."""

import datetime as dt
import hmac
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from services.invoice_service.api.problems import Unauthorized
from services.invoice_service.api.services import ApiServices
from services.invoice_service.application.records import ApiKey
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.api_keys import hash_of_key

BOOTSTRAP = Actor("key", "bootstrap", "Clé d'amorçage", Role.ADMIN)
_CACHE_SIZE = 1024


class Authenticator(Protocol):
    """One way to prove who one is."""

    async def __call__(self, request: web.Request) -> Actor | None:
        """The actor; None when the request has no credentials of this kind.

        Raises:
            Unauthorized: it has, and they open nothing.
        """


@dataclass(frozen=True, slots=True)
class _Known:
    key: ApiKey
    until: float


class ApiKeys:
    """`Authorization: Bearer <api key>`. A look-up is remembered for a moment, never a failed one.

    A key that is revoked here is forgotten at once; other processes remember it for that moment.
    """

    def __init__(self, services: ApiServices, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}
        configured = services.settings.admin_key
        self._bootstrap = hash_of_key(configured.get_secret_value()) if configured else None

    async def __call__(self, request: web.Request) -> Actor | None:
        """See `Authenticator`."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, secret = header.partition(" ")
        # Not printable: bytes that are no text, which could not even be hashed.
        if scheme.lower() != "bearer" or not secret.strip() or not secret.isprintable():
            raise Unauthorized(given=True)
        digest = hash_of_key(secret.strip())
        if self._bootstrap is not None and hmac.compare_digest(digest, self._bootstrap):
            return BOOTSTRAP
        if "." in secret:
            # No key of ours has one: it is somebody else's token.
            return None
        key = self._remembered(digest) or await self._look_up(digest)
        if key is None or not key.valid_at(self._services.clock()):
            raise Unauthorized(given=True)
        return Actor("key", str(key.id), key.name, key.role)

    def forget(self, key_id: uuid.UUID) -> None:
        """Look a key up again the next time: it was revoked."""
        self._known = {digest: known for digest, known in self._known.items() if known.key.id != key_id}

    def _remembered(self, digest: str) -> ApiKey | None:
        known = self._known.get(digest)
        return known.key if known is not None and self._monotonic() < known.until else None

    async def _look_up(self, digest: str) -> ApiKey | None:
        async with self._services.transactions.reading() as uow:
            key = await uow.api_keys.find(digest)
        if key is not None:
            if len(self._known) >= _CACHE_SIZE:
                self._known.clear()
            lifetime = self._services.settings.key_cache / dt.timedelta(seconds=1)
            self._known[digest] = _Known(key, self._monotonic() + lifetime)
        return key


API_KEYS = web.AppKey("api_keys", ApiKeys)


async def authenticate(request: web.Request, authenticators: Sequence[Authenticator]) -> Actor:
    """The actor of a request.

    Raises:
        Unauthorized: nothing says who it is, or what does opens nothing.
    """
    for authenticator in authenticators:
        actor = await authenticator(request)
        if actor is not None:
            return actor
    raise Unauthorized(given="Authorization" in request.headers)
