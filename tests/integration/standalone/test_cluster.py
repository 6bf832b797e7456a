import importlib.util
from pathlib import Path

import pytest

from services.standalone.account import Account
from services.standalone.cluster import (
    BinariesMissing,
    OtherVersion,
    PasswordLost,
    ProgramFailed,
    bundled_binaries,
)
from services.standalone.postgres import Server


async def made(folder: Path) -> Server:
    server = Server(folder, durable=False)
    await server.start()
    await server.stop()
    return server


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


async def test_data_of_another_version_is_left_alone(postgres_folder: Path) -> None:
    server = await made(postgres_folder)
    (postgres_folder / "data" / "PG_VERSION").write_text("9\n")

    with pytest.raises(OtherVersion, match="is PostgreSQL 9, the binaries are 1") as caught:
        await server.start()

    assert caught.value.theirs == "9"
    assert caught.value.data == postgres_folder / "data"


async def test_data_without_its_password_is_left_alone(postgres_folder: Path) -> None:
    server = await made(postgres_folder)
    (postgres_folder / "password").unlink()

    with pytest.raises(PasswordLost, match="restore it from the backup") as caught:
        await server.start()

    assert caught.value.file == postgres_folder / "password"
    assert not (postgres_folder / "password").exists()


async def test_a_creation_that_was_cut_off_is_begun_again(postgres_folder: Path) -> None:
    rest = postgres_folder / "data.newabc" / "base"
    rest.mkdir(parents=True)
    (rest / "1").write_text("half")

    await made(postgres_folder)

    assert names_in(postgres_folder) == ["data", "password", "port", "postgres.log"]


@pytest.mark.parametrize(("durable", "unsynced"), [(True, False), (False, True)])
async def test_only_a_throw_away_cluster_is_made_without_syncing(
    postgres_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    durable: bool,  # noqa: FBT001 - a table of cases
    unsynced: bool,  # noqa: FBT001 - a table of cases
) -> None:
    commands: list[tuple[str | Path, ...]] = []
    real = Account.run

    async def run(self: Account, *command: str | Path) -> tuple[int, str]:
        commands.append(command)
        return await real(self, *command)

    monkeypatch.setattr(Account, "run", run)
    server = Server(postgres_folder, durable=durable)
    await server.start()
    await server.stop()

    (initdb,) = (command for command in commands if Path(command[0]).name == "initdb")
    assert ("--no-sync" in initdb) is unsynced


async def test_a_folder_without_binaries_is_named(postgres_folder: Path) -> None:
    with pytest.raises(BinariesMissing, match=str(postgres_folder / "none")) as caught:
        await Server(postgres_folder / "data", binaries=postgres_folder / "none").start()
    assert caught.value.where == str(postgres_folder / "none")


async def test_a_missing_wheel_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(BinariesMissing, match="install the extra"):
        bundled_binaries()


async def test_a_program_that_fails_is_reported_with_its_words(postgres_folder: Path) -> None:
    binaries = postgres_folder / "bin"
    binaries.mkdir()
    program = binaries / "postgres"
    program.write_text("#!/bin/sh\necho it is broken >&2\nexit 7\n")
    program.chmod(0o755)

    with pytest.raises(ProgramFailed, match="ended with status 7: it is broken") as caught:
        await Server(postgres_folder / "data", binaries=binaries).start()

    assert caught.value.program == program
    assert caught.value.status == 7
    assert caught.value.output == "it is broken\n"
