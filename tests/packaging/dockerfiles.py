"""The services' Dockerfiles, read; and what they copy, copied."""

import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.house import ROOT, SERVICES

EXTRAS: Mapping[str, str] = {
    "accounting_sync": "accounting",
    "invoice_service": "invoice",
    "mailer": "mailer",
    "render_service": "render",
}
"""The extra of pyproject.toml that each service is installed with."""

assert EXTRAS.keys() == set(SERVICES)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile, in the stage (from 0) that it belongs to."""

    stage: int
    name: str
    argument: str

    @property
    def words(self) -> list[str]:
        """Its argument, as a shell would split it."""
        return shlex.split(self.argument)


def instructions(service: str) -> list[Instruction]:
    """The Dockerfile of a service."""
    text = (ROOT / "services" / service / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    stage = -1
    found = []
    for line in joined:
        name, _, argument = line.strip().partition(" ")
        stage += name == "FROM"
        found.append(Instruction(stage, name, argument.strip()))
    return found


def copies(service: str) -> Iterator[tuple[str, str]]:
    """What a Dockerfile copies from the repository: from where, to where."""
    for instruction in instructions(service):
        if instruction.name == "COPY" and not instruction.argument.startswith("--from="):
            *sources, target = instruction.words
            for source in sources:
                yield source, target


def staged(service: str, folder: Path) -> Path:
    """A folder that holds what the Dockerfile copies, and nothing else."""
    for source, target in copies(service):
        place = folder / target
        if (ROOT / source).is_dir():
            # As Docker does: the folder's contents, not the folder.
            shutil.copytree(
                ROOT / source,
                place,
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
            )
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place)
    return folder
