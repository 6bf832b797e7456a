import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.standalone import account as module
from services.standalone.account import (
    Account,
    AccountNotMade,
    DataBelongsToAnother,
    FolderNotReachable,
    ProgramMissing,
    account_for,
)

STRANGER = Account(uid=54_321, gid=54_322, switch=True)
OURSELVES = Account(uid=54_321, gid=54_322, switch=False)


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def as_clerk(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(os, "geteuid", lambda: 1_234)
    monkeypatch.setattr(os, "getegid", lambda: 1_235)
    return 1_234


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_USERADD_PAUSE_SECONDS", 0)
    monkeypatch.setattr(module, "_USERADD_SECONDS", 0.02)


def entry(name: str) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", 700, 701, "", "/nonexistent", "/usr/sbin/nologin"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_who_is_not_root_stays_who_he_is(tmp_path: Path, as_clerk: int) -> None:
    assert account_for(tmp_path / "none yet") == Account(1_234, 1_235, switch=False)


def test_data_of_another_account_is_refused(tmp_path: Path, as_clerk: int) -> None:
    with pytest.raises(DataBelongsToAnother, match="belongs to the system account") as caught:
        account_for(tmp_path)
    assert (caught.value.folder, caught.value.uid) == (tmp_path, 1_234)
    assert caught.value.owner == tmp_path.stat().st_uid


def test_root_takes_the_account_that_exists(
    tmp_path: Path, as_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pwd, "getpwnam", entry)
    assert account_for(tmp_path / "none yet") == Account(700, 701, switch=True)


def test_root_keeps_to_the_owner_of_the_data(
    tmp_path: Path, as_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when this machine has no name for it, as after restoring a backup."""
    owned = os.stat_result((0o700, 1, 1, 2, 4_000, 4_001, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _self, **_options: owned)
    assert account_for(tmp_path) == Account(4_000, 4_001, switch=True)


def test_root_makes_the_account_once(tmp_path: Path, as_root: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []

    def look_up(name: str) -> pwd.struct_passwd:
        if not made:
            raise KeyError(name)
        return entry(name)

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        made.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(pwd, "getpwnam", look_up)
    monkeypatch.setattr(subprocess, "run", run)

    assert account_for(tmp_path / "none yet", "shop") == Account(700, 701, switch=True)
    assert len(made) == 1
    assert made[0][-1] == "shop"
    assert "--system" in made[0]
    assert "/usr/sbin/nologin" in made[0]


def test_another_start_that_makes_the_account_at_the_same_time_is_waited_for(
    tmp_path: Path, as_root: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: Iterator[bool] = iter([False, False, True])

    def look_up(name: str) -> pwd.struct_passwd:
        if not next(answers):
            raise KeyError(name)
        return entry(name)

    monkeypatch.setattr(pwd, "getpwnam", look_up)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1, "", "cannot lock")
    )
    monkeypatch.setattr(module, "_USERADD_SECONDS", 60)

    assert account_for(tmp_path / "none yet").uid == 700


@pytest.mark.parametrize(
    ("said", "why"), [("cannot lock /etc/passwd", "cannot lock"), ("", "useradd ended with status 4")]
)
def test_an_account_that_can_not_be_made_is_reported(
    tmp_path: Path, as_root: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch, said: str, why: str
) -> None:
    def look_up(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", look_up)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 4, "", said)
    )
    with pytest.raises(AccountNotMade, match=why) as caught:
        account_for(tmp_path / "none yet", "shop")
    assert caught.value.name == "shop"


def test_a_machine_without_useradd_is_told_what_to_install(
    tmp_path: Path, as_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", look_up)
    monkeypatch.setattr(shutil, "which", lambda *_args, **_options: None)
    with pytest.raises(ProgramMissing, match="install the package 'passwd'") as caught:
        account_for(tmp_path / "none yet")
    assert caught.value.program == "useradd"


def test_a_machine_without_setpriv_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(ProgramMissing, match="util-linux") as caught:
        OURSELVES.command("true", death_signal="INT")
    assert caught.value.package == "util-linux"


def test_the_command_gives_up_all_rights_only_when_it_switches() -> None:
    switching = STRANGER.command("postgres", Path("/data"), death_signal="INT")
    staying = OURSELVES.command("postgres", death_signal="KILL")

    assert switching[1:] == [
        *("--reuid=54321", "--regid=54322", "--clear-groups", "--no-new-privs", "--pdeathsig=INT"),
        *("--", "postgres", "/data"),
    ]
    assert staying[1:] == ["--pdeathsig=KILL", "--", "postgres"]


def test_only_closed_folders_are_opened_and_only_for_passing(postgres_folder: Path) -> None:
    closed = postgres_folder / "closed"
    inside = closed / "open" / "inside"
    inside.mkdir(parents=True)
    closed.chmod(0o700)
    inside.chmod(0o750)

    STRANGER.let_pass(inside)

    assert mode(closed) == 0o701
    assert mode(closed / "open") == 0o755
    assert mode(inside) == 0o751


def test_without_switching_nothing_is_opened(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    OURSELVES.let_pass(tmp_path)
    assert mode(tmp_path) == 0o700


def test_a_folder_that_is_not_ours_to_open_is_named(
    postgres_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _mode: int) -> None:
        raise PermissionError(1, "not permitted")

    closed = postgres_folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(Path, "chmod", refuse)

    with pytest.raises(FolderNotReachable, match=r"run 'chmod o\+x ") as caught:
        STRANGER.let_pass(closed)

    assert (caught.value.folder, caught.value.uid) == (closed, 54_321)
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("permissions", "uid", "gid", "searchable"),
    [
        (0o001, 1, 1, True),
        (0o776, 1, 1, False),
        (0o100, 54_321, 1, True),
        (0o677, 54_321, 54_322, False),  # the owner's class decides, though others might pass
        (0o010, 1, 54_322, True),
        (0o707, 1, 54_322, False),
    ],
)
def test_the_first_class_that_fits_decides(
    permissions: int,
    uid: int,
    gid: int,
    searchable: bool,  # noqa: FBT001 - a table of cases
) -> None:
    status = os.stat_result((permissions, 1, 1, 1, uid, gid, 0, 0, 0, 0))
    assert module._searchable(status, STRANGER) is searchable


@pytest.mark.parametrize(("switch", "owner"), [(True, (54_321, 54_322)), (False, None)])
def test_what_is_the_accounts_own_is_given_to_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    switch: bool,  # noqa: FBT001 - a table of cases
    owner: tuple[int, int] | None,
) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda _path, uid, gid: given.append((uid, gid)))
    Account(54_321, 54_322, switch=switch).take(tmp_path)
    assert given == ([owner] if owner else [])
