import asyncpg

from tests.support.postgres import PrivatePostgres


async def test_a_database_can_be_made_twice_and_used(postgres: PrivatePostgres) -> None:
    await postgres.create_database("made twice")
    await postgres.create_database("made twice")

    connection = await asyncpg.connect(postgres.admin_dsn("made twice"))
    try:
        assert await connection.fetchval("select current_database()") == "made twice"
        assert await connection.fetchval("show server_encoding") == "UTF8"
    finally:
        await connection.close()


async def test_what_was_committed_survives_a_crash_and_a_restart(postgres_instance: PrivatePostgres) -> None:
    connection = await asyncpg.connect(postgres_instance.admin_dsn())
    await connection.execute("create table kept as select 1 as n")
    port = postgres_instance.port

    await postgres_instance.kill()
    await postgres_instance.start()
    await postgres_instance.restart()

    assert connection.is_closed()
    assert postgres_instance.port == port
    again = await asyncpg.connect(postgres_instance.admin_dsn())
    try:
        assert await again.fetchval("select n from kept") == 1
    finally:
        await again.close()
