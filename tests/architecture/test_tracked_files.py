"""What git keeps says nothing of the machine it was written on, hides nothing, and leaves nothing for later."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.architecture.house import PRODUCT, ROOT, modules, relative, tracked_files

MOST_BYTES = 1_000_000
INDEX = re.compile(
    r"(extra-)?index-url|find-links|trusted-host|https?://[^/\s]*(pypi|registry|artifactory|nexus|devpi)",
    re.IGNORECASE,
)
PRIVATE_KEY = re.compile("BEGIN [A-Z ]*PRIVATE " + "KEY")
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
EXCUSE = re.compile(r"# (noqa|type: ignore)(?!\[import-untyped\])(?!.*( - |# )\w)")
OWN = relative(Path(__file__))


def texts() -> Iterator[tuple[str, str]]:
    """The tracked files that are text, with their contents."""
    for path in tracked_files():
        try:
            yield relative(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def lines_with(pattern: re.Pattern[str], files: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in files
        if name != OWN
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def of_this_machine() -> set[str]:
    """Names that only this machine has: where we stand, who we are, where its packages come from."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    )
    names = {str(ROOT), f"{Path.home()}/"}
    for address in re.findall(r"(?:https?|file)://[^\s'\"]+", listed.stdout + "\n".join(_of_pip())):
        names.add(urlsplit(address).hostname or urlsplit(address).path.rstrip("/"))
    return names - {"", "/", "//", "localhost", "127.0.0.1"}


def _of_pip() -> Iterator[str]:
    for name, value in os.environ.items():
        if name.startswith(("PIP_", "UV_")):
            yield value


def test_nothing_names_a_package_index() -> None:
    assert lines_with(INDEX, texts()) == []


def test_nothing_names_this_machine() -> None:
    names = re.compile("|".join(map(re.escape, of_this_machine())))
    assert lines_with(names, texts()) == []


def test_nothing_secret_is_kept() -> None:
    assert [relative(path) for path in tracked_files() if path.name == ".env"] == []
    assert lines_with(PRIVATE_KEY, texts()) == []


def test_nothing_is_left_for_later() -> None:
    assert lines_with(LATER, texts()) == []


def test_every_exception_to_the_linters_gives_its_reason() -> None:
    files = ((relative(path), path.read_text(encoding="utf-8")) for path in modules(*PRODUCT, "tests"))
    assert lines_with(EXCUSE, files) == []


def test_no_file_is_large() -> None:
    assert [relative(path) for path in tracked_files() if path.stat().st_size > MOST_BYTES] == []
