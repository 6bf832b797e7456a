"""How much one caller may ask of this process, and how many wrong keys may come from one address.

Counted by the library `limits`, in memory. Of its strategies the sliding window counter: a whole window's worth may
come at once, then places become free evenly; two counters per caller, however many its requests (the moving window
keeps the time of each); and since windows are named by the clock, a clock that is set back locks nobody out.

The default for a caller, 6000 a minute: a script may send six thousand requests as fast as it can, more than a busy
shop has jobs and customers to send in a day; a loop that runs away, 100 to 500 a second over one connection, meets it
within a minute. A refused request doesn't count, a replayed one does. N processes together let N times as much
through: each counts for itself, so that a request costs no trip to a common store.

Wrong keys count per client address. Beyond the limit they get a 429 instead of their 401, and a key that is right
still opens the door: whoever guesses behind the same proxy can't lock others out. (What makes guessing hopeless is
the length of the keys; the limit stops the script that has a wrong one, and shows in the metric.)
"""

import ipaddress
import time
from collections.abc import Sequence
from typing import Literal

import limits
import structlog
from aiohttp import web
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from services.invoice_service.api.auth import Authenticator, authenticate
from services.invoice_service.api.problems import RateLimited, Unauthorized
from services.invoice_service.domain.actors import Actor
from services.invoice_service.settings import InvoiceSettings
from shared.observability.metrics import RATE_LIMITED

log = structlog.get_logger(__name__)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Whoever has one IPv6 address has at least such a network of them.
_IPV6_PREFIX = 64


class RateLimits:
    """The counts of one process."""

    def __init__(self, settings: InvoiceSettings) -> None:
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._rates = {
            "caller": limits.parse(settings.rate_limit),
            "address": limits.parse(settings.failed_authentication_limit),
            "login": limits.parse(settings.login_limit),
        }
        self._trusted = settings.trusted_proxies

    async def admit(self, request: web.Request, authenticators: Sequence[Authenticator]) -> Actor:
        """The actor of a request, who has not asked too much.

        Raises:
            Unauthorized: nobody that we know.
            RateLimited: too many requests of this caller, or too many wrong keys from this address.
        """
        try:
            actor = await authenticate(request, authenticators)
        except Unauthorized as refusal:
            if refusal.given:
                await self.count_wrong(request)
            raise
        await self.count_caller(actor)
        return actor

    async def count_caller(self, actor: Actor) -> None:
        """Count a request of this caller.

        Raises:
            RateLimited: it is one too many.
        """
        await self._count("caller", f"{actor.kind}:{actor.id}")

    async def count_login(self, request: web.Request, email: str) -> None:
        """Count an attempt to log in, before its password is looked at: by account and where it comes from.

        Others can't lock a person out: an account's attempts from another address are counted apart.

        Raises:
            RateLimited: it is one too many.
        """
        await self._count("login", self._login(request, email))

    async def forgive_logins(self, request: web.Request, email: str) -> None:
        """Count no more what came before the right password: who logs in often is no guesser."""
        await self._windows.clear(self._rates["login"], "login", self._login(request, email))

    def _login(self, request: web.Request, email: str) -> str:
        return f"{email.strip().lower()[:200]} {client_of(request, self._trusted)}"

    async def count_wrong(self, request: web.Request) -> None:
        """Count what opened nothing, by where it comes from.

        Raises:
            RateLimited: it is one too many.
        """
        await self._count("address", client_of(request, self._trusted))

    async def _count(self, limit: Literal["caller", "address", "login"], who: str) -> None:
        rate = self._rates[limit]
        if await self._windows.hit(rate, limit, who):
            return
        RATE_LIMITED.labels(limit).inc()
        if limit == "caller":
            log.warning("too many requests", caller=who)
        free_at = (await self._windows.get_window_stats(rate, limit, who)).reset_time
        # Never the very moment at which a place becomes free: it is free after it.
        raise RateLimited(max(0, int(free_at - time.time())) + 1)


RATE_LIMITS = web.AppKey("rate_limits", RateLimits)


def client_of(request: web.BaseRequest, trusted: Sequence[Network]) -> str:
    """The address that a request comes from; of IPv6 its network.

    It is the peer's. If that is a trusted proxy, it is the last one in `X-Forwarded-For` that is none: what stands
    before it is whatever the client wrote. A proxy that says nothing we can read is taken for the client.
    """
    address = _address(request.remote or "")
    if address is None:
        return "unknown"
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
    while forwarded and any(address in network for network in trusted):
        before = _address(forwarded.pop().strip())
        if before is None:
            break
        address = before
    if address.version == 6:
        return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def is_trusted(request: web.BaseRequest, trusted: Sequence[Network]) -> bool:
    """Whether a request comes from a proxy that we trust."""
    address = _address(request.remote or "")
    return address is not None and any(address in network for network in trusted)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    return mapped or address
