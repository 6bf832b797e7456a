import asyncio
import socket

import asyncpg
import pytest
from prometheus_client import REGISTRY

from shared.postgres.pool import Pool, PoolBusy, open_pool
from tests.support.postgres import PrivatePostgres


async def _killed_from_outside(server: PrivatePostgres, pool: Pool) -> None:
    """Lose a connection while it is held: its backend is terminated."""
    async with pool.acquire() as connection:
        pid = await connection.fetchval("select pg_backend_pid()")
        killer = await asyncpg.connect(server.admin_dsn())
        try:
            await killer.execute("select pg_terminate_backend($1)", pid)
        finally:
            await killer.close()
        await connection.fetchval("select 1")


async def test_lost_connections_cost_no_slot(postgres: PrivatePostgres) -> None:
    pool = await open_pool(postgres.admin_dsn(), application_name="test", max_size=2, acquire_seconds=5)
    try:
        for _ in range(6):
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await _killed_from_outside(postgres, pool)
        async with pool.acquire() as first, pool.acquire() as second:
            assert await first.fetchval("select 1") == await second.fetchval("select 1") == 1
    finally:
        await pool.close()


async def test_leaving_with_a_dead_connection_is_no_failure(postgres: PrivatePostgres) -> None:
    pool = await open_pool(postgres.admin_dsn(), application_name="test", max_size=1)
    try:
        async with pool.acquire() as connection:
            connection.terminate()
        assert await pool.ready()
    finally:
        await pool.close()


async def test_no_connection_in_time(postgres: PrivatePostgres) -> None:
    pool = await open_pool(postgres.admin_dsn(), application_name="test", max_size=1, acquire_seconds=1)
    try:
        async with pool.acquire():
            with pytest.raises(PoolBusy, match=r"1 s"):
                async with pool.acquire():
                    raise AssertionError
    finally:
        await pool.close()


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    """Such as behind a network that swallows what is sent. asyncpg's own limit is a minute."""
    # The kernel takes the connection; nobody ever reads from it.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        pool = await open_pool(
            f"postgresql://u:p@127.0.0.1:{port}/d", application_name="test", acquire_seconds=0.2
        )
        try:
            async with asyncio.timeout(30):
                with pytest.raises(PoolBusy):
                    await pool.ready()
        finally:
            await pool.close()


async def test_limits_hold_on_the_server(postgres: PrivatePostgres) -> None:
    pool = await open_pool(
        postgres.admin_dsn(), application_name="test", statement_seconds=0.2, lock_seconds=0.1
    )
    try:
        async with pool.acquire() as connection:
            with pytest.raises(asyncpg.QueryCanceledError):
                await connection.execute("select pg_sleep(20)")
        async with pool.transaction() as holder:
            await holder.execute("select pg_advisory_xact_lock(42)")
            async with pool.transaction() as waiter:
                with pytest.raises(asyncpg.LockNotAvailableError):
                    await waiter.execute("select pg_advisory_xact_lock(42)")
    finally:
        await pool.close()


async def _cancelled_in_the_middle(pool: Pool) -> None:
    async with pool.transaction() as connection:
        await connection.execute("create table never_there (n int)")
        raise asyncio.CancelledError


async def test_a_transaction_that_fails_leaves_nothing(postgres: PrivatePostgres) -> None:
    pool = await open_pool(postgres.admin_dsn(), application_name="test", max_size=2)
    try:
        with pytest.raises(asyncio.CancelledError):
            await _cancelled_in_the_middle(pool)
        async with pool.acquire() as connection:
            assert await connection.fetchval("select to_regclass('never_there')") is None
    finally:
        await pool.close()


async def test_a_pool_tells_how_much_of_it_is_used(postgres: PrivatePostgres) -> None:
    pool = await open_pool(postgres.admin_dsn(), application_name="told", max_size=2, acquire_seconds=1)

    def told(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(f"factures_database_{name}", {"pool": "told", **labels})

    try:
        async with pool.acquire():
            assert told("connections", state="used") == 1
            async with pool.acquire():
                with pytest.raises(PoolBusy):
                    await pool.acquire().__aenter__()
        assert (told("connections", state="used"), told("connections", state="idle")) == (0, 2)
        assert told("connections_limit") == 2
        assert (told("wait_seconds_count"), told("busy_total")) == (2, 1)
    finally:
        await pool.close()

    assert told("connections", state="used") is None


async def test_a_session_comes_back_as_it_went_only_where_that_is_asked_for(
    postgres: PrivatePostgres,
) -> None:
    for kept, mode in ((False, "auto"), (True, "force_custom_plan")):
        pool = await open_pool(postgres.admin_dsn(), application_name="test", max_size=1, sessions_kept=kept)
        try:
            async with pool.acquire() as connection:
                await connection.execute("set plan_cache_mode = force_custom_plan")
            async with pool.acquire() as connection:
                assert await connection.fetchval("show plan_cache_mode") == mode
        finally:
            await pool.close()
