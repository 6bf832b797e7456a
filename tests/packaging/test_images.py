"""The Dockerfiles: one a service, alike but for what is each one's own."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, SERVICES
from tests.packaging.dockerfiles import EXTRAS, Instruction, copies, instructions

BASE = re.compile(r"python:3\.1\d-slim-bookworm( AS build)?")
BUILT_FROM = {"LICENSE", "README.md", "constraints.txt", "pyproject.toml", "shared/", "services/__init__.py"}


def of(service: str, name: str, stage: int = 1) -> list[Instruction]:
    return [one for one in instructions(service) if one.name == name and one.stage == stage]


def without_what_differs(service: str) -> list[str]:
    """A Dockerfile, its service's name and all that it may have of its own taken out."""
    text = "\n".join(f"{one.stage} {one.name} {one.argument}" for one in instructions(service))
    text = text.replace(f"[{EXTRAS[service]},tracing]", "[EXTRA]").replace(service, "SERVICE")
    text = re.sub(r"/var/lib/factures/\w+", "FOLDER", text)
    return [line for line in text.splitlines() if "apt-get" not in line and not line.startswith("1 CMD")]


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_built_from_its_own_folder_and_what_is_shared(service: str) -> None:
    assert {source for source, _ in copies(service)} == BUILT_FROM | {f"services/{service}/"}
    assert [source for source, _ in copies(service) if not (ROOT / source).exists()] == []
    for source, target in copies(service):
        assert target in ("./", f"{Path(source)}/", f"{Path(source).parent}/")


@pytest.mark.parametrize("service", SERVICES)
def test_its_libraries_are_those_of_its_extra_in_the_tested_versions(service: str) -> None:
    installs = [one.argument for one in of(service, "RUN", 0) if " install " in one.argument]
    assert installs == [
        f'pip --python /opt/factures install --constraint constraints.txt ".[{EXTRAS[service]},tracing]"',
        "pip --python /opt/factures install --no-deps .",
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_it_runs_as_nobody_special_and_says_how_it_is(service: str) -> None:
    assert [one.argument for one in of(service, "USER")] == ["10001:10001"]
    assert json.loads(of(service, "ENTRYPOINT")[0].argument) == ["python", "-m", f"services.{service}"]
    (health,) = of(service, "HEALTHCHECK")
    asked = json.loads(health.argument.partition(" CMD ")[2])
    assert asked == ["python", "-m", "shared.observability.probe", "livez"]


@pytest.mark.parametrize("service", SERVICES)
def test_its_base_is_a_small_debian(service: str) -> None:
    bases = [one.argument for one in instructions(service) if one.name == "FROM"]
    assert [bool(BASE.fullmatch(base)) for base in bases] == [True, True]
    assert bases[0] == f"{bases[1]} AS build"


def test_they_are_alike() -> None:
    first, *others = (without_what_differs(service) for service in SERVICES)
    assert [other == first for other in others] == [True, True, True]


def test_only_the_render_service_has_libraries_of_debian_which_are_those_of_the_set_up() -> None:
    libraries = {
        service: sorted(name for one in of(service, "RUN") for name in libraries_in(one.argument))
        for service in SERVICES
    }
    set_up = (ROOT / "setup/pango.sh").read_text(encoding="utf-8")
    assert libraries.pop("render_service") == sorted(libraries_in(set_up))
    assert list(libraries.values()) == [[], [], []]


def libraries_in(text: str) -> list[str]:
    """The packages of Debian that a text names, such as libpango-1.0-0."""
    return re.findall(r"(?<![\w/])lib[a-z-]+\d[\w.-]*", text)


def test_docker_is_given_what_the_images_need_and_no_more() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    needed = {source.partition("/")[0] for service in SERVICES for source, _ in copies(service)}
    assert rules[0] == "*"
    assert {rule[1:].rstrip("/") for rule in rules if rule.startswith("!")} == needed
