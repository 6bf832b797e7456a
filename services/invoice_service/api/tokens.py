"""Tokens of a gateway: `Authorization: Bearer <JWT>`, signed by a key of the gateway's published set (JWKS).

Only asymmetric algorithms are taken (RFC 8725, 3.1 and 3.2); issuer, audience and expiry are required; the
claims `sub`, `name` and `role` say who it is. Nothing in a token can say where its key is to be found.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import jwt
import structlog
from aiohttp import web

from services.invoice_service.api.problems import Unauthorized
from services.invoice_service.application.ports.transactions import StorageUnavailable
from services.invoice_service.domain.actors import Actor, Role

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LEEWAY_SECONDS = 30
_FRESH_SECONDS = 600
# A key that we do not know makes us look again, but not more often than this, whoever sends what.
_LOOK_AGAIN_SECONDS = 30
_FETCH_SECONDS = 5
_LARGEST_SET = 256 * 1024

KeySetSource = Callable[[], Awaitable[str]]


class KeySetUnavailable(StorageUnavailable):
    """The gateway's keys can't be read for the moment."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Who must have issued a token, and for whom."""

    issuer: str
    audience: str


class GatewayTokens:
    """See `Authenticator`. The key set is remembered, and read again when a token names a key not in it."""

    def __init__(
        self, rules: TokenRules, key_set: KeySetSource, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rules = rules
        self._key_set = key_set
        self._monotonic = monotonic
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def __call__(self, request: web.Request) -> Actor | None:
        """The actor of a token; None for anything that is no token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or token.count(".") != 2:
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(str(header.get("kid", "")))
            if key is None or header.get("alg") not in ALGORITHMS:
                raise Unauthorized(given=True)
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._rules.audience,
                issuer=self._rules.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            role = Role(str(claims.get("role")))
        except (jwt.PyJWTError, ValueError) as error:
            log.info("token refused", reason=type(error).__name__)
            raise Unauthorized(given=True) from None
        subject = str(claims["sub"])
        return Actor("user", subject, str(claims.get("name") or subject), role)

    async def _key(self, kid: str) -> jwt.PyJWK | None:
        if self._stale(kid):
            async with self._reading:
                if self._stale(kid):  # nobody has read it while we waited
                    await self._read()
        return self._keys.get(kid)

    def _stale(self, kid: str) -> bool:
        age = self._monotonic() - self._read_at
        return age > _FRESH_SECONDS or (kid not in self._keys and age > _LOOK_AGAIN_SECONDS)

    async def _read(self) -> None:
        """Read the set. While it can't be read, a known key stays good."""
        try:
            keys = jwt.PyJWKSet.from_dict(json.loads(await self._key_set()))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, jwt.PyJWTError) as error:
            log.warning("the gateway's keys can't be read", error=f"{type(error).__name__}: {error}")
            if not self._keys:
                raise KeySetUnavailable("the gateway's keys can't be read") from error
        else:
            self._keys = {key.key_id or "": key for key in keys.keys}
        self._read_at = self._monotonic()


def key_set_at(url: str) -> KeySetSource:
    """The key set that is published at an address.

    Reading it raises what aiohttp does; ValueError: it is too large, or no UTF-8.
    """

    async def fetch() -> str:
        timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False, raise_for_status=True) as response,
        ):
            # `readexactly`, for `read` is content with the first piece that comes.
            try:
                await response.content.readexactly(_LARGEST_SET)
            except asyncio.IncompleteReadError as whole:
                return whole.partial.decode()
            raise ValueError(f"it has {_LARGEST_SET} bytes or more")

    return fetch
