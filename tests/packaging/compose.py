"""docker-compose.yml, read as `docker compose` does: anchors merged, `${NAME:-default}` and variables passed on."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from tests.architecture.house import ROOT

FILE = "docker-compose.yml"
Compose = Mapping[str, Any]
_INTERPOLATION = re.compile(r"\$\{(?P<name>[A-Z0-9_]+)(?::-(?P<default>[^{}]*))?\}")
SERVICES_OF = {
    "api": "invoice_service",
    "relay": "invoice_service",
    "consumer": "invoice_service",
    "migrate-invoice": "invoice_service",
    "topology": "invoice_service",
    "render": "render_service",
    "mailer": "mailer",
    "migrate-mailer": "mailer",
    "accounting": "accounting_sync",
    "migrate-accounting": "accounting_sync",
}
"""Which of our services a container runs; workloads of Kubernetes are called the same."""


@cache
def compose() -> Compose:
    """The file."""
    read: Compose = yaml.safe_load((ROOT / FILE).read_text(encoding="utf-8"))
    return read


def environment(file: Compose, container: str) -> Mapping[str, str | None]:
    """What a container is told; None is passed on from outside when it is set there."""
    told: Mapping[str, str | None] = file["services"][container].get("environment", {})
    return told


def texts(node: object) -> Iterator[str]:
    """All text in the file."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def interpolated(file: Compose) -> dict[str, str]:
    """The variables that `${...}` reads, with their default."""
    found: dict[str, str] = {}
    for text in texts(file["services"]):
        for match in _INTERPOLATION.finditer(text):
            default = match["default"] or ""
            if found.setdefault(match["name"], default) != default:
                raise ValueError(f"two defaults of {match['name']}")
    return found


def resolved(text: str) -> str:
    """A text as it is when nothing is set."""
    return _INTERPOLATION.sub(lambda match: match["default"] or "", text)


def told_by_default(file: Compose, container: str) -> dict[str, str]:
    """The environment of a container when nothing is set outside."""
    told = environment(file, container).items()
    return {name: resolved(value) for name, value in told if value is not None}


def fixed_variables(file: Compose) -> set[str]:
    """The settings that nobody can set from outside: the file itself says them, wherever they are used."""
    said: dict[str, set[bool]] = {}
    for container in SERVICES_OF:
        for name, value in environment(file, container).items():
            free = value is None or f"${{{name}:-" in value
            said.setdefault(name, set()).add(free)
    return {name for name, free in said.items() if free == {False}}
