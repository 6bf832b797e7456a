"""How modules are made: small, named for what they hold, explained; money never a float."""

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import ServiceSettings
from tests.architecture.house import PRODUCT, ROOT, SERVICES, modules, relative, tree

MOST_LINES = 350
MOST_LINES_OF_TESTS = 400
# Names that say nothing attract everything.
EMPTY_NAMES = {"base_utils", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
ENTRIES = ("__init__.py", "__main__.py", "composition.py", "settings.py", "Dockerfile")
WORKERS = tuple(service for service in SERVICES if service != "invoice_service")
DOMAIN = "services/invoice_service/domain"
# Seconds that a process may take, a moment of a clock, the q of an Accept-Language: no money comes near.
FLOAT_CALLS = {
    "services/invoice_service/api/problems.py",
    "services/invoice_service/api/tokens.py",
    "services/render_service/engine/limits.py",
}
EXACT = (
    DOMAIN,
    "services/accounting_sync/connectors",
    "services/invoice_service/application",
    "services/invoice_service/storage",
    "shared/contracts",
    "shared/ubl",
)


def too_long(path: Path, most: int) -> bool:
    """Whether a module has too many lines; one that is nothing but a table of data has as many as it needs."""
    if len(path.read_text(encoding="utf-8").splitlines()) <= most:
        return False
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree(path)))


def floats(path: Path) -> Iterator[str]:
    """Where a module names or writes a binary float for anything else than a number of seconds."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(tree(path)):
        named = isinstance(node, ast.Name) and node.id == "float"
        written = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if isinstance(node, ast.Name | ast.Constant) and (named or written):
            line = lines[node.lineno - 1]
            if "seconds" not in line.lower():
                yield f"{relative(path)}: {line.strip()}"


def calls_of_float(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield relative(path)


def test_modules_are_short() -> None:
    assert [relative(path) for path in modules(*PRODUCT, "bench") if too_long(path, MOST_LINES)] == []
    assert [relative(path) for path in modules("tests") if too_long(path, MOST_LINES_OF_TESTS)] == []


def test_names_say_something() -> None:
    named = {path.stem for path in modules(*PRODUCT, "tests", "bench")}
    folders = {path.parent.name for path in modules(*PRODUCT, "tests", "bench")}
    assert (named | folders) & EMPTY_NAMES == set()


def test_modules_are_explained() -> None:
    silent = [
        relative(path)
        for path in modules(*PRODUCT, "bench")
        if tree(path).body and not path.stem.startswith("_") and ast.get_docstring(tree(path)) is None
    ]
    assert silent == []


def test_money_is_never_a_float() -> None:
    assert [place for path in modules(*EXACT) for place in floats(path)] == []
    assert {name for path in modules(*PRODUCT) for name in calls_of_float(path)} == FLOAT_CALLS


def test_the_domain_asks_no_clock_and_opens_no_file() -> None:
    forbidden = re.compile(r"(dt\.|datetime\.)?(datetime|date)\.(now|utcnow|today)|open")
    found = [
        f"{relative(path)}: {called}"
        for path in modules(DOMAIN)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and forbidden.fullmatch(called := ast.unparse(node.func))
    ]
    assert found == []


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    foreign = [
        f"{relative(path)}: {name}"
        for path in modules(DOMAIN)
        for node in ast.walk(tree(path))
        for name in imported(node)
        if not name.startswith("services.invoice_service.domain")
        and name.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert foreign == []


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def test_services_are_those_that_we_know() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert folders == {*SERVICES, "standalone"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_entries(service: str) -> None:
    folder = ROOT / "services" / service
    assert [name for name in ENTRIES if not (folder / name).is_file()] == []
    assert (folder / "handler.py").is_file() == (service in WORKERS)
    composition = importlib.import_module(f"services.{service}.composition")
    program = importlib.import_module(f"services.{service}.__main__")
    assert callable(composition.serving)
    assert callable(program.main)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_one_frozen_class_of_settings(service: str) -> None:
    module = importlib.import_module(f"services.{service}.settings")
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings) and value is not ServiceSettings
    ]
    (settings,) = classes
    assert settings.model_config["frozen"] is True
    assert settings.model_config["env_prefix"] == service.partition("_")[0].upper() + "_"
