import asyncio
import os
import signal
import socket
import stat
from pathlib import Path

import asyncpg
import pytest

from services.standalone import postgres as module
from services.standalone.cluster import bundled_binaries
from services.standalone.postgres import DidNotStart, NotInMainThread, Server, embedded_postgres


def private_server(folder: Path) -> Server:
    return Server(folder, durable=False)


def owner_of(process: int) -> int:
    return Path(f"/proc/{process}").stat().st_uid


def is_there(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


async def fetch(server: Server, sql: str, database: str = "postgres") -> object:
    connection = await asyncpg.connect(server.admin_dsn(database))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def settings(server: Server, *names: str) -> dict[str, str]:
    connection = await asyncpg.connect(server.admin_dsn())
    try:
        return {name: await connection.fetchval("select current_setting($1)", name) for name in names}
    finally:
        await connection.close()


async def test_it_is_durable_private_and_on_loopback_only(postgres_folder: Path) -> None:
    async with embedded_postgres(postgres_folder / "postgres") as server:
        assert await settings(
            server,
            *("fsync", "full_page_writes", "synchronous_commit", "listen_addresses"),
            *("unix_socket_directories", "server_encoding", "password_encryption", "TimeZone"),
        ) == {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "server_encoding": "UTF8",
            "password_encryption": "scram-sha-256",
            "TimeZone": "UTC",
        }
        assert (
            await fetch(server, "select datcollate from pg_database where datname = 'postgres'") == "C.UTF-8"
        )
        methods = "select array_agg(distinct auth_method) from pg_hba_file_rules"
        assert await fetch(server, methods) == ["scram-sha-256"]
        for name, mode in (("password", 0o600), ("port", 0o600), ("postgres.log", 0o600), ("data", 0o700)):
            assert stat.S_IMODE((server.folder / name).stat().st_mode) == mode, name
        assert owner_of(server.pid) != 0

    assert server.pid == 0


async def test_a_wrong_password_is_refused(postgres_folder: Path) -> None:
    server = private_server(postgres_folder)
    await server.start()
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1", port=server.port, user="postgres", password="guess", database="postgres"
            )
    finally:
        await server.stop()


async def test_data_password_and_port_are_kept_from_one_run_to_the_next(postgres_folder: Path) -> None:
    async with embedded_postgres(postgres_folder) as server:
        await fetch(server, "create table kept as select 42 as n")
        dsn = server.admin_dsn()

    async with embedded_postgres(postgres_folder) as server:
        assert server.admin_dsn() == dsn
        assert await fetch(server, "select n from kept") == 42


async def test_many_may_create_one_database_at_the_same_time(postgres_folder: Path) -> None:
    async with embedded_postgres(postgres_folder) as server:
        await asyncio.gather(*(server.create_database('a "b" /c') for _ in range(5)))

        assert await fetch(server, "select current_database()", 'a "b" /c') == 'a "b" /c'


async def test_a_pid_file_proves_nothing(postgres_folder: Path) -> None:
    server = private_server(postgres_folder)
    for content in ("", "rubbish", "99999999\n", f"{os.getpid()}\n/elsewhere\n", "1\n"):
        await server.start()
        await server.stop()
        (postgres_folder / "data" / "postmaster.pid").write_text(content)

        await server.start()

        assert await fetch(server, "select true"), content
        await server.stop()


async def test_a_port_file_that_makes_no_sense_is_ignored(postgres_folder: Path) -> None:
    server = private_server(postgres_folder)
    for content in ("", "rubbish", "0", "-1", "70000"):
        (postgres_folder / "port").write_text(content)

        await server.start()

        assert (postgres_folder / "port").read_text() == f"{server.port}\n", content
        await server.stop()


async def test_another_port_is_taken_when_the_last_one_is_in_use(postgres_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        (postgres_folder / "port").write_text(str(taken))
        server = private_server(postgres_folder)

        await server.start()

        assert server.port != taken
        assert await fetch(server, "select true")
        await server.stop()


async def test_another_server_being_faster_on_the_port_is_not_taken_for_ours(
    postgres_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = private_server(postgres_folder / "other")
    await other.start()
    ports = iter([other.port, other.port])
    real = module._free_port
    monkeypatch.setattr(module, "_free_port", lambda wanted: next(ports, 0) or real(wanted))
    server = private_server(postgres_folder / "ours")

    await server.start()

    assert server.port != other.port
    assert await fetch(server, "show data_directory") == str(postgres_folder / "ours" / "data")
    await server.stop()
    await other.stop()


async def test_it_gives_up_when_no_port_can_be_had(
    postgres_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        monkeypatch.setattr(module, "_free_port", lambda wanted: other.getsockname()[1])
        server = private_server(postgres_folder)

        with pytest.raises(DidNotStart, match="Address already in use") as caught:
            await server.start()

    assert caught.value.why == "ended with status 1"
    assert server.pid == 0


async def test_broken_data_is_reported_with_the_end_of_the_log(postgres_folder: Path) -> None:
    server = private_server(postgres_folder)
    await server.start()
    await server.stop()
    (postgres_folder / "data" / "global" / "pg_control").write_bytes(b"")

    with pytest.raises(DidNotStart, match="pg_control") as caught:
        await server.start()

    assert caught.value.folder == postgres_folder
    assert "FATAL" in caught.value.log_tail or "PANIC" in caught.value.log_tail


def programs(folder: Path, serve: str) -> Path:
    """Stand-ins that behave like PostgreSQL's own, but for what `postgres` does when it is to serve."""
    real = bundled_binaries()
    binaries = folder / "bin"
    binaries.mkdir()
    (binaries / "initdb").symlink_to(real / "initdb")
    script = binaries / "postgres"
    script.write_text(
        f'#!/bin/sh\ncase "$1" in --version|-V) exec {real}/postgres "$@";; esac\n'
        f"real={real}/postgres\n{serve}\n"
    )
    script.chmod(0o755)
    return binaries


async def test_a_server_that_is_long_in_coming_is_waited_for(postgres_folder: Path) -> None:
    gate = postgres_folder / "gate"
    os.mkfifo(gate)
    gate.chmod(0o644)
    server = Server(
        postgres_folder / "postgres",
        binaries=programs(postgres_folder, f'read line < {gate}\nexec "$real" "$@"'),
        durable=False,
    )
    starting = asyncio.create_task(server.start())
    # Opening the gate returns when the stand-in waits at it: the server is launched and silent.
    opened = await asyncio.to_thread(gate.open, "w")
    with opened:
        refused = [await server._connects() for _ in range(3)]
        assert not starting.done()
        opened.write("go\n")

    await starting

    assert refused == [False, False, False]
    assert await fetch(server, "select true")
    await server.stop()


@pytest.mark.parametrize("ignored", ["INT", "INT QUIT"])
async def test_a_server_that_never_answers_is_stopped_even_when_it_ignores_the_polite_way(
    postgres_folder: Path, ignored: str
) -> None:
    binaries = programs(
        postgres_folder, f"trap 'exit 3' QUIT\ntrap '' {ignored}\nwhile :; do sleep 0.05; done"
    )
    server = Server(postgres_folder / "postgres", binaries=binaries, durable=False, start_seconds=0.3)

    with pytest.raises(DidNotStart, match=r"took no connection within 0\.3 s"):
        await server.start()

    assert server.pid == 0


async def test_it_refuses_another_thread_than_the_main_one(postgres_folder: Path) -> None:
    server = private_server(postgres_folder)

    with pytest.raises(NotInMainThread):
        await asyncio.to_thread(lambda: asyncio.run(server.start()))


async def test_a_start_that_is_called_off_leaves_no_server(
    postgres_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[int] = []

    async def never(server: Server) -> bool:
        launched.append(server.pid)
        raise asyncio.CancelledError

    monkeypatch.setattr(Server, "_connects", never)

    with pytest.raises(asyncio.CancelledError):
        async with embedded_postgres(postgres_folder):
            raise AssertionError("it started")

    assert not is_there(launched[0])


async def test_stopping_twice_or_after_its_death_does_no_harm(postgres_folder: Path) -> None:
    server = private_server(postgres_folder)
    await server.stop()
    await server.start()
    os.kill(server.pid, signal.SIGKILL)
    await server.stop()
    await server.stop()

    await server.start()

    assert await fetch(server, "select true")
    await server.stop()


async def test_the_log_does_not_grow_for_ever(postgres_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.standalone.cluster._LOG_LIMIT_BYTES", 10)
    server = private_server(postgres_folder)
    for _ in range(2):
        await server.start()
        await server.stop()

    assert (postgres_folder / "postgres.log.1").exists()
