"""docs/reliability.md names the test of each guarantee: they are there."""

import ast
import re

from tests.architecture.house import ROOT, tree

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PAGE = ROOT / "docs" / "reliability.md"


def named() -> set[tuple[str, str]]:
    return set(NAMED.findall(PAGE.read_text(encoding="utf-8")))


def is_there(file: str, test: str) -> bool:
    path = ROOT / file
    return path.is_file() and any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == test
        for node in tree(path).body
    )


def test_every_test_that_the_page_names_exists() -> None:
    assert [f"{file}::{test}" for file, test in sorted(named()) if not is_there(file, test)] == []


def test_every_fault_names_a_test() -> None:
    assert len(named()) > 40
    _, _, table = PAGE.read_text(encoding="utf-8").partition("## Fault by fault")
    rows = [line for line in table.partition("\nLong tests")[0].splitlines() if line.startswith("|")][2:]
    assert [row for row in rows if NAMED.search(row) is None] == []


def test_one_that_is_not_there_is_noticed() -> None:
    assert not is_there("tests/architecture/test_reliability_page.py", "test_that_nobody_wrote")
    assert not is_there("tests/architecture/no_such_file.py", "test_one_that_is_not_there_is_noticed")
