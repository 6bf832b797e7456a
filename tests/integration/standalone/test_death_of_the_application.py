"""The application is killed at any moment: its database ends by itself, and the next start finds all."""

import asyncio
import os
import pwd
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from services.standalone.account import account_for
from services.standalone.leftovers import LeftoverWontStop, living
from services.standalone.lock import DataFolderInUse, data_folder_lock
from services.standalone.postgres import Server, embedded_postgres
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def application(folder: Path, *prefix: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """The running application, and the process id of its database."""
    process = await asyncio.create_subprocess_exec(
        *(*prefix, sys.executable, "-m", "tests.support.standalone_process", str(folder)),
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    lines = [line async for line in _lines_until_number(process.stdout)]
    database = int(lines[-1])
    try:
        yield process, database
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _lines_until_number(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while line := await stream.readline():
        yield line
        if line.strip().isdigit():
            return


def works(pid: int) -> bool:
    """Whether a process does anything still; the dead that nobody has buried don't."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def ended(pid: int) -> None:
    await until(lambda: not works(pid))


def owner_of(process: int) -> int:
    return Path(f"/proc/{process}").stat().st_uid


async def remember(dsn: str, number: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("create table if not exists kept (n int)")
        await connection.execute("insert into kept values ($1)", number)
    finally:
        await connection.close()


async def remembered(dsn: str) -> list[int]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row["n"] for row in await connection.fetch("select n from kept order by n")]
    finally:
        await connection.close()


def dsn_of(folder: Path) -> str:
    password = (folder / "postgres" / "password").read_text().strip()
    port = (folder / "postgres" / "port").read_text().strip()
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


async def test_the_database_ends_by_itself_when_the_application_is_killed(postgres_folder: Path) -> None:
    async with application(postgres_folder) as (process, database):
        await remember(dsn_of(postgres_folder), 1)
        process.kill()

        await ended(database)

    async with embedded_postgres(postgres_folder / "postgres") as server:
        assert await remembered(server.admin_dsn()) == [1]


async def test_a_start_right_after_the_killing_waits_for_the_old_server(postgres_folder: Path) -> None:
    for number in range(3):
        async with application(postgres_folder) as (process, _):
            await remember(dsn_of(postgres_folder), number)
            process.kill()

    async with embedded_postgres(postgres_folder / "postgres") as server:
        assert await remembered(server.admin_dsn()) == [0, 1, 2]


async def test_both_killed_at_once_costs_nothing_that_was_committed(postgres_folder: Path) -> None:
    async with application(postgres_folder) as (process, database):
        await remember(dsn_of(postgres_folder), 7)
        os.kill(database, signal.SIGKILL)
        process.kill()

    async with embedded_postgres(postgres_folder / "postgres") as server:
        assert await remembered(server.admin_dsn()) == [7]


def without_root(folder: Path) -> tuple[int, tuple[str, ...]]:
    """An account that is not root's, owning `folder`, and the command that becomes it."""
    if os.geteuid() != 0:
        return os.geteuid(), ()
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    # The capability is for reading this Python, which may lie in root's home.
    rights = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    who = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    return nobody.pw_uid, ("setpriv", *who, *rights, "--")


async def test_without_root_the_database_runs_as_the_application_and_dies_with_it(
    postgres_folder: Path,
) -> None:
    uid, prefix = without_root(postgres_folder)
    for number in range(2):
        async with application(postgres_folder, *prefix) as (process, database):
            await remember(dsn_of(postgres_folder), number)
            assert owner_of(database) == uid
            process.kill()

            await ended(database)

    async with application(postgres_folder, *prefix) as (process, database):
        assert await remembered(dsn_of(postgres_folder)) == [0, 1]
        process.kill()
        await ended(database)


async def test_a_server_that_lives_on_is_stopped_and_started_anew(postgres_folder: Path) -> None:
    left = Server(postgres_folder, durable=False)
    await left.start()
    await remember(left.admin_dsn(), 3)
    server = Server(postgres_folder, durable=False)

    await server.start()

    assert not works(left.pid)
    assert server.port == left.port
    assert await remembered(server.admin_dsn()) == [3]
    await server.stop()
    await left.stop()


async def test_a_server_that_lives_on_and_will_not_stop_is_reported(postgres_folder: Path) -> None:
    left = Server(postgres_folder, durable=False)
    await left.start()
    os.kill(left.pid, signal.SIGSTOP)
    try:
        with pytest.raises(LeftoverWontStop, match=str(left.pid)) as caught:
            await Server(postgres_folder, durable=False, start_seconds=0.2).start()
    finally:
        os.kill(left.pid, signal.SIGCONT)
        await left.stop()

    assert left.pid == 0
    assert caught.value.seconds == pytest.approx(0.2)
    assert caught.value.data == postgres_folder / "data"


async def test_only_the_servers_of_the_folder_count_as_left_over(postgres_folder: Path) -> None:
    strange = postgres_folder / "a [b]* \\c?"
    account = account_for(strange / "data")
    server = Server(strange, durable=False)
    neighbour = Server(postgres_folder / "a b c", durable=False)
    await server.start()
    await neighbour.start()
    bystander = await asyncio.create_subprocess_exec(
        *account.command("cat", death_signal="KILL"),
        cwd=strange / "data",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert bystander.stdin is not None
    assert bystander.stdout is not None
    bystander.stdin.write(b"here\n")
    assert await bystander.stdout.readline() == b"here\n"
    try:
        found = await living(account, strange / "data")

        assert server.pid in found
        assert neighbour.pid not in found
        assert bystander.pid not in found
    finally:
        bystander.stdin.close()
        await bystander.wait()
        await neighbour.stop()
        await server.stop()
    assert await living(account, strange / "data") == []


async def test_the_lock_names_its_holder_and_ends_with_it(postgres_folder: Path) -> None:
    async with application(postgres_folder) as (process, database):
        with (
            pytest.raises(DataFolderInUse, match="standalone_process") as caught,
            data_folder_lock(postgres_folder),
        ):
            raise AssertionError("two at once")
        assert f"process {process.pid} on " in caught.value.holder

        process.kill()
        await process.wait()

        with data_folder_lock(postgres_folder):
            text = (postgres_folder / "lock").read_text()
    await ended(database)
    assert f"process {os.getpid()} " in text
