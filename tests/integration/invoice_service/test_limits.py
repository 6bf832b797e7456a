"""How many requests a caller may make, and how many wrong keys may come from one address."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from tests.support.invoicing import ADMIN_KEY, Database, Invoicing, running

Limited = Callable[..., AbstractAsyncContextManager[Invoicing]]


class Now:
    """A clock that a test moves; the library reads `time.time`."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.5  # the beginning of a minute

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    clock = Now()
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture
def limited(invoicing_database: Database, tmp_path: Path) -> Limited:
    """An API with these settings."""
    return lambda **settings: running(invoicing_database, tmp_path, **settings)


def refused(limit: str) -> float:
    return REGISTRY.get_sample_value("factures_rate_limited_total", {"limit": limit}) or 0.0


async def test_who_asks_too_much_waits_as_long_as_told(limited: Limited, now: Now) -> None:
    async with limited(rate_limit="5/minute") as api:
        before = refused("caller")
        served = [(await api.get("/me")).status for _ in range(5)]
        french = await api.get("/me")
        english = await api.get("/me", headers={"Accept-Language": "en"})
        wait = int(french.headers["Retry-After"])
        now.seconds += wait - 1
        early = await api.get("/me")
        now.seconds += 1
        in_time = await api.get("/me")

        assert served == [200] * 5
        assert (french.status, french.code) == (429, "rate_limited")
        assert french.headers["Content-Type"].startswith("application/problem+json")
        assert french.json["title"] == "Trop de requêtes"
        assert french.json["detail"] == f"Trop de requêtes : réessayez dans {wait} s."
        assert english.json["detail"] == f"Too many requests: try again in {wait} s."
        assert (wait, early.status, in_time.status) == (60, 429, 200)
        assert refused("caller") == before + 3


async def test_another_caller_is_not_touched(limited: Limited, now: Now) -> None:
    async with limited(rate_limit="3/minute") as api:
        other = await api.key_for("viewer")
        statuses = [(await api.get("/me")).status for _ in range(3)]

        assert statuses == [200, 200, 429]
        assert [(await api.get("/me", key=other)).status for _ in range(3)] == [200] * 3


async def test_the_window_slides(limited: Limited, now: Now) -> None:
    async with limited(rate_limit="10/minute") as api:

        async def served() -> int:
            return Counter([(await api.get("/me")).status for _ in range(12)])[200]

        assert await served() == 10
        now.seconds += 89  # half of the minute before has left the window
        assert await served() == 5
        now.seconds += 6  # a tenth of a minute: one place more
        assert await served() == 1
        now.seconds += 120
        assert await served() == 10


async def test_what_is_refused_for_another_reason_counts_and_a_429_does_not(
    limited: Limited, now: Now
) -> None:
    async with limited(rate_limit="4/minute") as api:
        viewer = await api.key_for("viewer")
        asked = [
            await api.get("/customers/C-1", key=viewer),
            await api.get("/keys", key=viewer),
            await api.put("/sales-reps/JT", {"name": "Julie"}, key=viewer),
            await api.call("PUT", "/sales-reps/JT", raw=b"{", key=viewer),
            *[await api.get("/me", key=viewer) for _ in range(3)],
        ]
        assert [reply.status for reply in asked] == [404, 403, 403, 403, 429, 429, 429]
        now.seconds += (
            75  # three quarters of four requests are left: the three that were refused left nothing
        )
        assert (await api.get("/me", key=viewer)).status == 200


async def test_a_replayed_answer_counts(limited: Limited, now: Now) -> None:
    async with limited(rate_limit="3/minute") as api:
        api.key = await api.key_for("admin")
        headers = {"Idempotency-Key": "once"}
        body = {"email": "zoe@exemple.test", "name": "Zoé", "role": "viewer"}
        asked = [await api.post("/users", body, headers=headers) for _ in range(4)]

        assert [reply.status for reply in asked] == [201, 201, 201, 429]
        assert [reply.headers.get("Idempotent-Replayed") for reply in asked] == [None, "true", "true", None]


async def test_of_fifty_at_once_exactly_so_many_pass(limited: Limited, now: Now) -> None:
    async with limited(rate_limit="7/minute") as api:
        replies = await asyncio.gather(*(api.get("/me") for _ in range(50)))

        assert Counter(reply.status for reply in replies) == {200: 7, 429: 43}


async def test_in_real_time_too_the_time_told_is_enough(limited: Limited) -> None:
    async with limited(rate_limit="2/second") as api:
        while (reply := await api.get("/me")).status != 429:
            assert reply.status == 200
        refused_at = time.monotonic()
        while (reply := await api.get("/me")).status == 429:
            assert time.monotonic() - refused_at < int(reply.headers["Retry-After"]) + 1
        assert reply.status == 200


async def test_wrong_keys_from_one_address_meet_a_limit_and_a_right_one_passes(
    limited: Limited, now: Now
) -> None:
    async with limited(failed_authentication_limit="3/minute") as api:
        before = refused("address")
        asked = [await api.get("/me", key=f"wrong-{number}") for number in range(5)]

        assert [reply.status for reply in asked] == [401, 401, 401, 429, 429]
        assert asked[-1].code == "rate_limited"
        assert int(asked[-1].headers["Retry-After"]) == 60
        assert refused("address") == before + 2
        assert (await api.get("/me")).status == 200
        # Nobody guesses anything without a key.
        assert (await api.get("/me", key=None)).status == 401
        now.seconds += 60
        assert (await api.get("/me", key="wrong")).status == 401


async def test_behind_a_trusted_proxy_each_address_has_its_own_count(limited: Limited, now: Now) -> None:
    async def guesses(api: Invoicing, client: str) -> list[int]:
        headers = {"X-Forwarded-For": client}
        return [(await api.get("/me", key="wrong", headers=headers)).status for _ in range(2)]

    rate = {"failed_authentication_limit": "1/minute"}
    async with limited(**rate, trusted_proxies=["127.0.0.0/8"]) as api:
        assert await guesses(api, "198.51.100.1") == [401, 429]
        assert await guesses(api, "198.51.100.2") == [401, 429]
    async with limited(**rate) as api:
        assert await guesses(api, "198.51.100.1") == [401, 429]
        assert await guesses(api, "198.51.100.2") == [429, 429]


@pytest.mark.parametrize("path", ["//livez", "//readyz", "//openapi.json", "//docs"])
async def test_what_is_public_has_no_limit(limited: Limited, now: Now, path: str) -> None:
    async with limited(rate_limit="1/minute", failed_authentication_limit="1/minute") as api:
        asked = [await api.get(path, key=key) for key in (ADMIN_KEY, "wrong") for _ in range(3)]

        assert {reply.status for reply in asked} == {200}
        assert (await api.get("/me")).status == 200
