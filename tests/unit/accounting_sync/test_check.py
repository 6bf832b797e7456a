import shutil
from pathlib import Path

import pytest

from services.accounting_sync.check import LedgerError, check_ledger, find_bean_check


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.beancount"
    path.write_text("")
    return path


def program(folder: Path, script: str) -> str:
    path = folder / "bean-check"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_without_the_program_nothing_is_judged(ledger: Path) -> None:
    assert check_ledger(ledger, None).accepted is None


def test_a_ledger_is_accepted_by_its_exit_code(ledger: Path, tmp_path: Path) -> None:
    judge = program(tmp_path, f'[ "$*" = "--no-cache --json {ledger}" ]')
    assert check_ledger(ledger, judge).accepted is True


def test_complaints_are_told(ledger: Path, tmp_path: Path) -> None:
    judge = program(
        tmp_path, """echo '{"errors": [{"message": "m", "filename": "f", "lineno": 3, "x": 1}]}'; exit 1"""
    )
    checked = check_ledger(ledger, judge)
    assert checked.accepted is False
    assert checked.errors == (LedgerError(message="m", filename="f", lineno=3),)


@pytest.mark.parametrize(
    ("script", "message"),
    [("echo broken >&2; exit 3", "broken"), ("echo odd; exit 3", "odd"), ("exit 3", "it ended with code 3")],
)
def test_a_program_that_breaks_is_no_acceptance(
    ledger: Path, tmp_path: Path, script: str, message: str
) -> None:
    checked = check_ledger(ledger, program(tmp_path, script))
    assert checked.accepted is False
    assert [error.message for error in checked.errors] == [message]


def test_no_ledger_is_no_acceptance(tmp_path: Path) -> None:
    checked = check_ledger(tmp_path / "ledger.beancount", program(tmp_path, "exit 0"))
    assert checked.accepted is False
    assert checked.errors[0].message == "there is no ledger here"


def test_the_program_is_found_on_the_path_then_beside_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = program(tmp_path, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_bean_check() == here
    beside = tmp_path / "bin"
    beside.mkdir()
    shutil.move(here, beside / "bean-check")
    assert find_bean_check() != here
    monkeypatch.setattr("sys.executable", str(beside / "python"))
    assert find_bean_check() == str(beside / "bean-check")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert find_bean_check() is None
