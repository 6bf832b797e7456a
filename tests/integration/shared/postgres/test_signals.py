"""Signals between processes: heard at once, and again after a connection was lost."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from shared.postgres import signals
from shared.postgres.pool import Pool, open_pool
from shared.postgres.signals import Listener, Sender
from shared.runtime import background
from tests.support.postgres import PrivatePostgres
from tests.support.waiting import until

CHANNEL = "test_signals"


@pytest.fixture
async def pool(postgres: PrivatePostgres) -> AsyncIterator[Pool]:
    pool = await open_pool(postgres.admin_dsn(), application_name="test", max_size=1, acquire_seconds=1)
    yield pool
    await pool.close()


def listener(postgres: PrivatePostgres, heard: list[str]) -> Listener:
    return Listener(postgres.admin_dsn(), {CHANNEL: heard.append}, application_name="test-signals")


async def test_they_are_heard_and_each_is_told_once(postgres: PrivatePostgres, pool: Pool) -> None:
    heard: list[str] = []
    sender = Sender(pool)
    async with background("hearing", listener(postgres, heard).run), background("signals", sender.run):
        await until(lambda: heard == [""])  # it may have missed some until now
        for about in ("a", "b", "a"):
            sender.send(CHANNEL, about)
        await until(lambda: len(heard) == 3)

    assert heard == ["", "a", "b"]


async def test_a_lost_connection_is_made_again(
    postgres: PrivatePostgres, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "_FIRST_PAUSE_SECONDS", 0.01)
    heard: list[str] = []
    async with background("hearing", listener(postgres, heard).run):
        await until(lambda: heard == [""])
        async with pool.acquire() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test-signals'"
            )
        await until(lambda: heard == ["", ""])


async def test_what_can_not_be_sent_is_dropped_and_the_next_is_not(postgres: PrivatePostgres) -> None:
    heard: list[str] = []
    pool = await open_pool(postgres.admin_dsn(), application_name="test", max_size=1, acquire_seconds=0.05)
    sender = Sender(pool)
    with capture_logs() as logs:
        async with background("hearing", listener(postgres, heard).run), background("signals", sender.run):
            await until(lambda: heard == [""])
            async with pool.acquire():
                sender.send(CHANNEL, "lost")
                await until(lambda: any(line["event"] == "signals not sent" for line in logs))
            sender.send(CHANNEL, "b")
            await until(lambda: heard == ["", "b"])
    await pool.close()


async def test_a_listener_without_a_database_goes_on_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_FIRST_PAUSE_SECONDS", 0.001)
    away = Listener("postgresql://nobody@127.0.0.1:1/none", {CHANNEL: print}, application_name="test")
    with capture_logs() as logs:
        async with background("hearing", away.run):
            await until(lambda: len(logs) > 1)
    assert {line["event"] for line in logs} == {"signals not heard"}
