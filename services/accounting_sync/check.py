"""Has the ledger judged by `bean-check`, a program of beancount's own: run beside us, never imported."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError


class LedgerError(BaseModel):
    """One complaint about the ledger."""

    message: str
    filename: str
    lineno: int


class _Output(BaseModel):
    errors: tuple[LedgerError, ...]


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """The judgement: `accepted` is None when `bean-check` is not installed."""

    ledger: Path
    accepted: bool | None
    errors: tuple[LedgerError, ...] = ()


def find_bean_check() -> str | None:
    """The program: on the PATH, or installed beside the Python that runs us."""
    return shutil.which("bean-check") or shutil.which("bean-check", path=str(Path(sys.executable).parent))


def check_ledger(ledger: Path, program: str | None) -> LedgerCheck:
    """Run `program` on the main file of a ledger. Its cache is off: it misses documents that are new."""
    if program is None:
        return LedgerCheck(ledger, accepted=None)
    if not ledger.exists():
        return _refused(ledger, "there is no ledger here")
    run = subprocess.run(  # noqa: S603 - a fixed program, and our own path
        [program, "--no-cache", "--json", str(ledger)], capture_output=True, text=True, check=False
    )
    if run.returncode == 0:
        return LedgerCheck(ledger, accepted=True)
    try:
        return LedgerCheck(ledger, accepted=False, errors=_Output.model_validate_json(run.stdout).errors)
    except ValidationError:
        return _refused(ledger, (run.stderr or run.stdout).strip() or f"it ended with code {run.returncode}")


def _refused(ledger: Path, message: str) -> LedgerCheck:
    return LedgerCheck(
        ledger, accepted=False, errors=(LedgerError(message=message, filename=str(ledger), lineno=0),)
    )
