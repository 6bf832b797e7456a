"""Where the house stands, and what is in it."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("services", "shared")
SERVICES = ("accounting_sync", "invoice_service", "mailer", "render_service")


@cache
def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def modules(*parts: str) -> Iterator[Path]:
    """The Python files under folders of the house, such as `services/mailer`."""
    for part in parts:
        yield from sorted((ROOT / part).rglob("*.py"))


def relative(path: Path) -> str:
    """The name of a file, seen from the root."""
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    """A module, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    names = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in names if path.is_file())
