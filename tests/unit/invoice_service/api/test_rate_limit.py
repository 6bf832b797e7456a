import time
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from limits.aio.storage import MemoryStorage

from services.invoice_service.api.problems import RateLimited, Unauthorized
from services.invoice_service.api.rate_limit import RateLimits, client_of
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.settings import InvoiceSettings
from tests.support.waiting import until

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def asking(
    peer: str | None = "203.0.113.7", forwarded: Sequence[str] = (), headers: Mapping[str, str] | None = None
) -> web.Request:
    request = make_mocked_request("GET", "/", headers={**(headers or {})})
    fields = request.headers.copy()
    for value in forwarded:
        fields.add("X-Forwarded-For", value)
    return request.clone(headers=fields, remote=peer) if peer else request.clone(headers=fields, remote="")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        # Nobody trusts this peer: what it forwards is only its word.
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        # What the client wrote itself stands before what the proxy added.
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        # Whoever has one address of such a network has all of them.
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("fd00::1", ["2001:db8:1:2::9"], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        (None, [], "unknown"),
    ],
)
def test_the_address_is_the_last_that_no_trusted_proxy_has(
    peer: str | None, forwarded: Sequence[str], client: str
) -> None:
    assert client_of(asking(peer, forwarded), PROXIES) == client


def test_without_trusted_proxies_it_is_the_peers() -> None:
    assert client_of(asking("10.0.0.1", ["198.51.100.1"]), ()) == "10.0.0.1"


async def _user(request: web.Request) -> Actor | None:
    """The user that the header names; a wrong one is refused."""
    name = request.headers.get("Authorization")
    if name == "wrong":
        raise Unauthorized(given=True)
    return Actor("user", name, name, Role.VIEWER) if name else None


async def ask(limits: RateLimits, name: str | None, peer: str = "203.0.113.7") -> int | str:
    """The id of who is let in; the seconds of one who must wait; "401"."""
    request = asking(peer, headers={"Authorization": name} if name else {})
    try:
        return (await limits.admit(request, [_user])).id
    except RateLimited as refusal:
        return refusal.seconds
    except Unauthorized:
        return "401"


class Now:
    """A clock that a test moves; the library reads `time.time`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    """The first second of a minute."""
    clock = Now(1_800_000_000.5)
    monkeypatch.setattr(time, "time", clock)
    return clock


async def test_a_users_requests_count_for_that_user_alone(now: Now) -> None:
    limits = RateLimits(InvoiceSettings(rate_limit="2/minute"))

    assert [await ask(limits, "zoe") for _ in range(3)] == ["zoe", "zoe", 60]
    assert await ask(limits, "yan") == "yan"


async def test_a_key_and_a_user_of_the_same_id_are_two_callers(now: Now) -> None:
    limits = RateLimits(InvoiceSettings(rate_limit="1/minute"))

    async def key(request: web.Request) -> Actor:
        return Actor("key", "zoe", "", Role.VIEWER)

    assert await ask(limits, "zoe") == "zoe"
    assert (await limits.admit(asking(), [key])).kind == "key"


async def test_wrong_keys_count_per_address_and_no_key_counts_nothing(now: Now) -> None:
    limits = RateLimits(InvoiceSettings(failed_authentication_limit="2/minute"))

    assert [await ask(limits, None) for _ in range(5)] == ["401"] * 5
    assert [await ask(limits, "wrong") for _ in range(3)] == ["401", "401", 60]
    assert await ask(limits, "zoe") == "zoe"
    assert await ask(limits, "wrong", "203.0.113.8") == "401"
    assert await ask(limits, None) == "401"


async def test_a_clock_that_is_set_back_locks_nobody_out(now: Now) -> None:
    limits = RateLimits(InvoiceSettings(rate_limit="2/minute"))
    assert [await ask(limits, "zoe") for _ in range(3)] == ["zoe", "zoe", 60]

    now.seconds -= 3600

    assert await ask(limits, "zoe") == "zoe"


async def test_who_has_not_asked_for_long_is_forgotten(now: Now) -> None:
    limits = RateLimits(InvoiceSettings())
    for number in range(50):
        await ask(limits, "wrong", f"203.0.113.{number}")
        await ask(limits, f"user-{number}")
    counts = cast("MemoryStorage", limits._windows.storage).storage
    assert len(counts) == 100

    now.seconds += 121
    await ask(limits, "zoe")

    await until(lambda: len(counts) == 1)


# Never the very edge of a minute, where the library tells no time to wait: one more answer 429 would tell it.
@given(
    gaps=st.lists(st.integers(0, 90), min_size=1, max_size=30),
    amount=st.integers(1, 5),
    second=st.integers(0, 59),
)
async def test_after_the_time_it_is_told_a_caller_passes(gaps: list[int], amount: int, second: int) -> None:
    clock = Now(1_800_000_000.25 + second)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", clock)
        limits = RateLimits(InvoiceSettings(rate_limit=f"{amount}/minute"))
        for gap in gaps:
            clock.seconds += gap
            answer = await ask(limits, "zoe")
            if isinstance(answer, int):
                assert 1 <= answer <= 60
                clock.seconds += answer
                assert await ask(limits, "zoe") == "zoe"
