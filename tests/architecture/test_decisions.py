"""docs/adr/README.md lists each decision as its own file says it."""

import re
from pathlib import Path

from tests.architecture.house import ROOT

FOLDER = ROOT / "docs" / "adr"
HEAD = re.compile(r"# (\d+)\. (.+)\n\n(Accepted|Superseded by \d+), \d{4}-\d\d-\d\d\.\n")


def row(file: Path) -> str:
    head = HEAD.match(file.read_text(encoding="utf-8"))
    assert head is not None, f"{file.name} begins with its number, its title, its status and its day"
    number, title, status = head.groups()
    assert file.name.startswith(f"{int(number):04d}-")
    return f"| [{number}]({file.name}) | {title} | {status.lower()} |"


def test_the_list_is_what_there_is() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in listed if line.startswith("| [")] == [
        row(file) for file in sorted(FOLDER.glob("0*.md"))
    ]
