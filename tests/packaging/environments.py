"""A virtual environment for each service, as its image has it: its own extra, and a wheel of its own folders.

They are kept in pytest's cache: made anew when pyproject.toml or constraints.txt change (about half a minute for
all), given a new wheel when the code does.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.house import ROOT
from tests.packaging.dockerfiles import EXTRAS, staged

_CONSTRAINTS = ROOT / "constraints.txt"


class InstallationFailed(AssertionError):
    """A command that makes an environment failed; what it said stands below."""

    def __init__(self, command: list[str], said: str) -> None:
        super().__init__(f"{' '.join(command)}\n{said}")
        self.command = command


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment of one service."""

    service: str
    folder: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    def run(self, code: str) -> str:
        """What a piece of Python prints in it."""
        return _run([self.python, "-I", "-c", code])


def environment(service: str, cache: Path) -> Environment:
    """The environment of a service, from the cache when nothing has changed."""
    versions = _digest(ROOT / "pyproject.toml", _CONSTRAINTS)
    made = Environment(service, cache / f"{service}-{sys.version_info.minor}-{versions}")
    with _alone(cache / f"{service}.lock"), tempfile.TemporaryDirectory() as scratch:
        source = staged(service, Path(scratch) / "source")
        code = made.folder / f"code-{_digest(*source.rglob('*'))}"
        if not code.exists():
            wheel = built_wheel(source, Path(scratch))
            if not list(made.folder.glob("code-*")):
                _make(made, wheel, cache)
            else:
                _pip(made, "--no-deps", "--force-reinstall", str(wheel))
            for old in made.folder.glob("code-*"):
                old.unlink()
            code.touch()
    return made


def built_wheel(source: Path, folder: Path) -> Path:
    """The wheel of a source tree, with the setuptools that is installed here."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    _run([*command, "--wheel-dir", str(folder), str(source)])
    (wheel,) = folder.glob("*.whl")
    return wheel


def _make(made: Environment, wheel: Path, cache: Path) -> None:
    for old in cache.glob(f"{made.service}-*"):
        shutil.rmtree(old)
    _run([sys.executable, "-m", "venv", "--without-pip", str(made.folder)])
    extra = EXTRAS[made.service]
    _pip(made, "--constraint", str(_CONSTRAINTS), f"{wheel}[{extra}]")


def _pip(made: Environment, *arguments: str) -> None:
    options = ["--quiet", "--disable-pip-version-check", "--no-input"]
    _run([sys.executable, "-m", "pip", "--python", made.python, "install", *options, *arguments])


def _run(command: list[str]) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise InstallationFailed(command, ended.stdout + ended.stderr)
    return ended.stdout


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(f"{path.name}\0{path.parent.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One test process at a time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
